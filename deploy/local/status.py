"""How a running stack is: its processes, whether each is ready, and how far the services are behind."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from deploy.local.errors import StackError
from deploy.local.kafka_admin import KafkaAdmin
from deploy.local.locks import launcher_pid
from deploy.local.probes import answer
from deploy.local.secret_store import SERVICES, load_or_create
from deploy.local.servers import Servers, describe, kept_ports
from deploy.local.settings import LocalSettings

_OFFSETS = 'SELECT topic, part, next_offset FROM "{schema}".stream_offset WHERE grp = $1'


@dataclass(frozen=True, slots=True)
class Row:
    """One process, as the table shows it. `lag`: messages not yet applied, for workers."""

    name: str
    pid: int
    port: int
    health: str
    restarts: int
    lag: int | None = None

    @property
    def well(self) -> bool:
        """Return whether nothing is wrong with it."""
        return self.health == "ok"


def is_starting(settings: LocalSettings) -> bool:
    """Return whether a launcher holds the state folder."""
    return launcher_pid(settings.home) is not None


def collect(settings: LocalSettings) -> list[Row]:
    """Return a row per process of the running stack."""
    try:
        entries = json.loads((settings.home / "processes.json").read_text())
    except FileNotFoundError:
        return []
    servers = describe(settings, load_or_create(settings.home / "secrets.json"), kept_ports(settings.home))
    return asyncio.run(_collect(entries, servers))


async def _collect(entries: list[dict[str, Any]], servers: Servers) -> list[Row]:
    async with httpx.AsyncClient() as client:
        healths = await asyncio.gather(*(_health(client, entry, servers) for entry in entries))
    lags = await _lags(servers)
    return [
        Row(
            e["name"], e["pid"], e["port"], health, e["restarts"], lags.get(e["name"].removesuffix("-worker"))
        )
        if e["name"].endswith("-worker")
        else Row(e["name"], e["pid"], e["port"], health, e["restarts"])
        for e, health in zip(entries, healths, strict=True)
    ]


async def _health(client: httpx.AsyncClient, entry: Mapping[str, Any], servers: Servers) -> str:
    if entry["probe"]:
        status, said = await answer(client, entry["port"], entry["probe"])
        return "ok" if status == httpx.codes.OK else said.strip()[:80] or "no answer"
    try:
        if entry["name"] == "postgres":
            await (await asyncpg.connect(servers.owner_dsn, timeout=3)).close()
        else:
            await asyncio.to_thread(KafkaAdmin(servers.kafka).wait_ready, limit=3)
    except asyncpg.PostgresError as error:
        return str(error)[:80]
    except (OSError, TimeoutError, StackError):
        return "no answer"  # a server of the stack's own is started again by itself; advice on settings would mislead
    return "ok"


async def _lags(servers: Servers) -> dict[str, int]:
    """Return, per service, how many messages stand between what it has applied and its topics' ends."""
    try:
        applied = {service: await _applied(servers, service) for service in SERVICES}
        wanted = {place for places in applied.values() for place in places}
        ends = await asyncio.to_thread(KafkaAdmin(servers.kafka).end_offsets, wanted)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return {}
    return {
        service: sum(max(0, ends.get(place, 0) - offset) for place, offset in places.items())
        for service, places in applied.items()
    }


async def _applied(servers: Servers, service: str) -> dict[tuple[str, int], int]:
    connection = await asyncpg.connect(servers.service_dsn(service), timeout=3)
    try:
        rows = await connection.fetch(_OFFSETS.format(schema=service), service)
    finally:
        await connection.close()
    return {(row["topic"], row["part"]): row["next_offset"] for row in rows}
