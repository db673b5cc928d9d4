"""Routing in its own schema, fed with events as its worker would be."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
import pytest

from contracts.envelope import DossierEvent
from contracts.topics import key_of, parse, to_bytes, topic_of
from libs.inbox_rules import Record
from libs.runtime import Runtime, open_runtime
from libs.stream import Applied, Pipeline, apply_batch
from services.routing.agents import pipeline
from services.routing.settings import RoutingSettings
from tests.namespace import Namespace
from tests.unit.services.routing import makers


@dataclass
class Desk:
    """The service's runtime, and its worker without Kafka: one partition per topic."""

    namespace: Namespace
    runtime: Runtime
    pipe: Pipeline
    offsets: dict[str, int] = field(default_factory=dict)

    @property
    def pool(self) -> asyncpg.Pool:
        return self.runtime.pool

    def record(self, event: DossierEvent) -> Record:
        topic = topic_of(event)
        offset = self.offsets.get(topic, 0)
        self.offsets[topic] = offset + 1
        return Record(topic, 0, offset, key_of(event).encode(), to_bytes(event))

    async def begin(self) -> None:
        await self.pool.execute(
            "INSERT INTO stream_offset SELECT $1, t, 0, 0 FROM unnest($2::text[]) t",
            self.pipe.group,
            list(self.pipe.topics),
        )

    async def hear(self, *events: DossierEvent) -> Applied:
        return await apply_batch(self.pool, self.pipe, [self.record(event) for event in events])

    async def said(self) -> list[Any]:
        """Everything in the outbox, in its order."""
        rows = await self.pool.fetch("SELECT topic, value FROM outbox ORDER BY id")
        return [parse(row["topic"], row["value"]) for row in rows]

    async def state(self) -> list[dict[str, Any]]:
        """The dossiers' rows without what differs between two runs (ids of events, times of recording)."""
        rows = [dict(row) for row in await self.pool.fetch("SELECT * FROM dossier ORDER BY id")]
        for row in rows:
            row["facts"] = sorted(
                orjson.dumps({k: v for k, v in fact.items() if k in {"n", "s", "t"}}) for fact in row["facts"]
            )
        return rows


@pytest.fixture
async def make_desk(
    make_namespace: Callable[..., Awaitable[Namespace]],
) -> AsyncIterator[Callable[[], Awaitable[Desk]]]:
    opened: list[Any] = []

    async def make(items: Sequence[Any] | None = None) -> Desk:
        namespace = await make_namespace(services=("routing",), partitions=1)
        context = open_runtime(namespace.settings("routing", RoutingSettings))
        runtime = await context.__aenter__()
        opened.append(context)
        runtime.mirror.use(makers.catalogue_items() if items is None else items)
        desk = Desk(namespace, runtime, pipeline(lambda: runtime.catalogue))
        await desk.begin()
        return desk

    yield make
    for context in opened:
        await context.__aexit__(None, None, None)


@pytest.fixture
async def desk(make_desk: Callable[[], Awaitable[Desk]]) -> Desk:
    return await make_desk()
