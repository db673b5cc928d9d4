"""A corner of the shared servers with reference data and a topic full of events, made ready for every run."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from bench import load
from contracts.topics import BY_NAME, key_of, to_bytes, topic_of
from deploy.local import ports, servers_only
from deploy.local.kafka_admin import KafkaAdmin
from deploy.local.settings import LocalSettings
from libs import catalogue_store
from libs.kafka import aiokafka_args
from libs.settings import ServiceSettings
from tests.namespace import Namespace

TOPIC = "intake.events"
_KEPT = ("catalogue_item", "catalogue_state", "catalogue_published", "schema_migration", "objective")


@dataclass
class Corner:
    """One namespace; `events` about `dossiers` lie in intake's topic."""

    namespace: Namespace
    events: int = 0
    dossiers: int = 0

    def administrator(self, service: str) -> ServiceSettings:
        """Return a service's settings with rights to everything on the broker: for peers with groups of their own."""
        kafka = self.namespace.servers.kafka
        return self.namespace.settings(
            service,
            kafka_username=kafka.username,
            kafka_password=kafka.password,
            kafka_security=kafka.security,
        )

    async def publish_catalogue(self) -> None:
        """Say the reference data, each item as its owner."""
        for topic, items in _by_topic(load.catalogue()).items():
            await self._publish(BY_NAME[topic].emitter, items)

    async def mirror_catalogue(self, service: str) -> None:
        """Give a service its reference data before its worker runs, if it ever does."""
        conn = await self.connect(service)
        try:
            for owner_topic, items in _by_topic(load.catalogue()).items():
                lines = [(one.key, at, to_bytes(one).decode()) for at, one in enumerate(items)]
                async with conn.transaction():
                    await catalogue_store.mirror(conn, owner_topic, lines)
        finally:
            await conn.close()

    async def publish_events(self, number: int) -> None:
        """Fill intake's topic."""
        made = await asyncio.to_thread(load.events, number)
        await self._publish("intake", made)
        self.events, self.dossiers = len(made), len({one.subject for one in made})

    async def _publish(self, owner: str, said: list[Any]) -> None:
        settings = self.namespace.settings(owner)
        async with AIOKafkaProducer(
            **aiokafka_args(settings), linger_ms=20, max_batch_size=262_144
        ) as producer:
            sent = [
                await producer.send(settings.topic(topic_of(one)), to_bytes(one), key=key_of(one).encode())
                for one in said
            ]
            await asyncio.gather(*sent)

    async def reset(self, service: str) -> None:
        """Empty a service's tables, all but reference data, as before its first start."""
        schema = self.namespace.schema(service)
        conn = await asyncpg.connect(self.namespace.owner_dsn)
        try:
            tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
            names = [r[0] for r in tables if r[0] not in _KEPT]
            await conn.execute("TRUNCATE " + ", ".join(f'"{schema}"."{name}"' for name in names))
            await conn.execute("CHECKPOINT")
        finally:
            await conn.close()

    async def require_applied(self, service: str, *, rows: bool = True) -> None:
        """Raise RuntimeError unless the service has applied everything: nothing waits, nothing was refused."""
        conn = await self.connect(service)
        try:
            for table in ("inbox", "dead_letter"):
                if number := await conn.fetchval(f"SELECT count(*)::int FROM {table}"):
                    raise RuntimeError(f"{service}: {number} rows in {table}")
            found = await conn.fetchval("SELECT count(*)::int FROM dossier")
            if rows and found != self.dossiers:
                raise RuntimeError(f"{service}: {found} dossiers instead of {self.dossiers}")
        finally:
            await conn.close()

    async def drop_table(self, service: str, table: str) -> None:
        """Drop a peer's table."""
        conn = await self.connect(service)
        try:
            await conn.execute(f"DROP TABLE IF EXISTS {table}")
        finally:
            await conn.close()

    def free_ports(self, number: int) -> list[int]:
        """Return ports nobody listens on."""
        probes = [socket.create_server((ports.HOST, 0)) for _ in range(number)]
        found = [int(probe.getsockname()[1]) for probe in probes]
        for probe in probes:
            probe.close()
        return found

    async def connect(self, service: str) -> asyncpg.Connection:
        """Return a connection as the service itself, in its schema."""
        search = {"search_path": self.namespace.schema(service)}
        return await asyncpg.connect(self.namespace.dsn(service), server_settings=search)


def _by_topic(items: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for item in items:
        found.setdefault(topic_of(item), []).append(item)
    return found


@asynccontextmanager
async def corner(events: int, *, token_public_key: str = "") -> AsyncIterator[Corner]:
    """Start the servers if nobody has, make a namespace, fill it; drop it in the end."""
    base = LocalSettings()
    settings = base.model_copy(update={"home_override": base.cache / "bench"})
    with servers_only.shared(settings, linger=2) as servers:
        namespace = Namespace(servers, KafkaAdmin(servers.kafka), token_public_key=token_public_key)
        await namespace.create()
        try:
            made = Corner(namespace)
            await made.publish_catalogue()
            for service in namespace.services:
                await made.mirror_catalogue(service)
            await made.publish_events(events)
            yield made
        finally:
            await namespace.drop()
