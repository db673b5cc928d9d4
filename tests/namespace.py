"""A test's own corner of the shared servers: schemas, topics and rights under a unique prefix."""

import asyncio
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from contracts.topics import TOPICS
from deploy.local import roles
from deploy.local.kafka_admin import KafkaAdmin
from deploy.local.kafka_rights import rights
from deploy.local.secret_store import SERVICES
from deploy.local.servers import Servers
from libs.clock import utcnow
from libs.migrate import folder_of, migrate
from libs.settings import ServiceSettings

_NAME = re.compile(r"^t(?P<minute>[0-9a-f]{8})[0-9a-f]{6}(?=[_-])")
_OLD = timedelta(hours=6)


def new_name(now: datetime) -> str:
    """Return a unique name that tells when it was made."""
    return f"t{int(now.timestamp()) // 60:08x}{uuid.uuid4().hex[:6]}"


def is_left_over(name: str, *, now: datetime) -> bool:
    """Return whether a schema or topic belongs to a test run that was killed hours ago."""
    match = _NAME.match(name)
    return bool(match) and now.timestamp() - int(match["minute"], 16) * 60 > _OLD.total_seconds()


async def sweep(servers: Servers, admin: KafkaAdmin) -> None:
    """Remove what killed test runs have left on the shared servers."""
    now = utcnow()
    topics = {name for name in await asyncio.to_thread(admin.topic_names) if is_left_over(name, now=now)}
    await asyncio.to_thread(admin.delete_topics, topics)
    owner = await asyncpg.connect(roles.with_database(servers.owner_dsn, servers.database))
    try:
        for row in await owner.fetch("SELECT nspname FROM pg_namespace"):
            if is_left_over(row["nspname"], now=now):
                await owner.execute(f'DROP SCHEMA "{row["nspname"]}" CASCADE')
    finally:
        await owner.close()


@dataclass
class Namespace:
    """One test's schemas and topics; `settings(service)` is what that service's process would read."""

    servers: Servers
    admin: KafkaAdmin = field(repr=False)
    services: Sequence[str] = SERVICES
    partitions: int = 12
    token_public_key: str = ""
    name: str = field(default_factory=lambda: new_name(utcnow()))

    @property
    def prefix(self) -> str:
        """What stands before every topic and group."""
        return f"{self.name}-"

    def schema(self, service: str) -> str:
        """Return the schema of a service in this namespace."""
        return f"{self.name}_{service}"

    def dsn(self, service: str) -> str:
        """Return the address of the database for the service's own role."""
        return self.servers.service_dsn(service)

    @property
    def owner_dsn(self) -> str:
        """The owner's address of the same database."""
        return roles.with_database(self.servers.owner_dsn, self.servers.database)

    def settings(self, service: str, cls: type[ServiceSettings] = ServiceSettings, **more: Any) -> Any:
        """Return the settings of a service in this namespace (`cls`: the service's own class, where it has one)."""
        kafka = self.servers.kafka
        given = {
            "service": service,
            "database_url": self.dsn(service),
            "db_schema": self.schema(service),
            "kafka_bootstrap": kafka.bootstrap,
            "kafka_username": service if kafka.secured else "",
            "kafka_password": self.servers.kafka_passwords[service] if kafka.secured else "",
            "kafka_security": kafka.security,
            "topic_prefix": self.prefix,
            "instance": f"{service}-{self.name}",
            "token_public_key": self.token_public_key,
            "home": None,
        }
        return cls(**(given | more))

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """Return the same as variables, for a process of the service started by a test."""
        settings = self.settings(service)
        values = {
            "SERVICE": service,
            "DATABASE_URL": settings.dsn,
            "SCHEMA": settings.db_schema,
            "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "KAFKA_USERNAME": settings.kafka_username,
            "KAFKA_PASSWORD": settings.kafka_password.get_secret_value(),
            "KAFKA_SECURITY": settings.kafka_security,
            "TOPIC_PREFIX": settings.topic_prefix,
            "INSTANCE": settings.instance,
            "TOKEN_PUBLIC_KEY": settings.token_public_key,
        }
        return {f"MOTCUA_{name}": value for name, value in (values | more).items() if value}

    async def create(self) -> None:
        """Make the schemas (migrated), topics and rights."""
        await asyncio.gather(
            asyncio.to_thread(self._create_topics), *(self._migrate(s) for s in self.services)
        )

    async def _migrate(self, service: str) -> None:
        owner = await asyncpg.connect(self.owner_dsn)
        try:
            await roles.make_schema(owner, self.schema(service), service)
        finally:
            await owner.close()
        await migrate(self.dsn(service), self.schema(service), folder_of(service))

    def _create_topics(self) -> None:
        self.admin.create_topics(TOPICS, prefix=self.prefix, partitions=self.partitions)
        if self.admin.access.secured:
            self.admin.set_rights(rights(TOPICS, prefix=self.prefix))

    async def drop(self) -> None:
        """Remove everything again."""
        await asyncio.gather(self._drop_schemas(), asyncio.to_thread(self._drop_topics))

    async def _drop_schemas(self) -> None:
        owner = await asyncpg.connect(self.owner_dsn)
        try:
            for service in self.services:
                await owner.execute(f'DROP SCHEMA IF EXISTS "{self.schema(service)}" CASCADE')
        finally:
            await owner.close()

    def _drop_topics(self) -> None:
        names = {self.prefix + topic.name for topic in TOPICS}
        self.admin.delete_topics(names)
        if self.admin.access.secured:
            self.admin.drop_rights(names | {self.prefix + service for service in self.services})
