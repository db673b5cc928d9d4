"""Sla in its own schema, fed with events as its worker would be, with a clock the test sets."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from contracts.catalogue import CatalogueItem
from contracts.envelope import DossierEvent, Event
from contracts.topics import key_of, parse, to_bytes, topic_of
from deploy.local.kafka_admin import KafkaAdmin
from deploy.local.servers import Servers
from libs import offsets
from libs.catalogue_store import as_json, mirror
from libs.db import transaction
from libs.inbox_rules import Record
from libs.runtime import Runtime, open_runtime
from libs.stream import Applied, Pipeline, apply_batch
from services.sla.agents import pipeline
from services.sla.handlers import recompute, ring
from services.sla.handlers.hear import Hearing, hash_of
from services.sla.handlers.ring import Rang
from services.sla.handlers.rulebook import Rulebook
from services.sla.settings import SlaSettings
from tests.namespace import Namespace
from tests.unit.services.sla import makers
from tests.unit.services.sla.makers import Story, vn

PARTS = 12
TABLES = (
    "calendar_proposal", "calendar_audit", "deadline_move", "dossier", "import_barrier", "recompute", "recompute_lane", "outbox", "inbox", "inbox_progress", "inbox_held", "dead_letter",
    "stream_offset", "stream_caught_up", "breaker", "catalogue_published", "late_history", "note", "audit",
    "cause_change", "saved_filter", "explain_request", "explain_item",
)  # fmt: skip
PATIENCE = timedelta(seconds=60)
NOON = vn("2026-03-02 12:00")


@dataclass
class Clocks:
    """The service's runtime and its worker without Kafka. `now` is what every handler takes for the present."""

    namespace: Namespace
    runtime: Runtime
    now: datetime = NOON
    pipe: Pipeline = field(init=False)
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    mirrored: int = 0

    def __post_init__(self) -> None:
        made = pipeline(lambda: self.runtime.catalogue)
        self.pipe = replace(made, handler=Hearing(lambda: self.runtime.catalogue, lambda: self.now))

    @property
    def pool(self) -> asyncpg.Pool:
        return self.runtime.pool

    @property
    def rulebook(self) -> Rulebook:
        return Rulebook(self.runtime.catalogue)

    async def know(self, *items: CatalogueItem) -> None:
        """Let catalogue items arrive as the catalogue's feed would bring them."""
        async with transaction(self.pool) as conn:
            for item in items:
                self.mirrored += 1
                await mirror(conn, topic_of(item), [(item.key, self.mirrored, as_json(item))])
        await self.runtime.refresh_catalogue()

    async def know_only(self, *items: CatalogueItem) -> None:
        """Forget all catalogue items but these."""
        await self.pool.execute("TRUNCATE catalogue_item")
        self.runtime.mirror._items.clear()
        self.runtime.mirror.loaded = False
        await self.know(*items)

    def record(self, event: DossierEvent) -> Record:
        part = getattr(event.data, "partition", None)
        place = (topic_of(event), hash_of(event.subject) % PARTS if part is None else part)
        offset = self.offsets.get(place, 0)
        self.offsets[place] = offset + 1
        return Record(*place, offset, key_of(event).encode(), to_bytes(event))

    async def begin(self) -> None:
        async with transaction(self.pool) as conn:
            await offsets.seed(
                conn, "sla", {(topic, part): 0 for topic in self.pipe.topics for part in range(PARTS)}
            )

    async def hear(self, *events: DossierEvent) -> Applied:
        return await apply_batch(self.pool, self.pipe, [self.record(event) for event in events])

    async def tell(self, *stories: Story) -> Applied:
        return await self.hear(*(event for story in stories for event in story.events))

    async def caught_up(self, at: datetime) -> None:
        """Note that all inputs up to `at` are applied, and not further."""
        await self.pool.execute("TRUNCATE stream_caught_up")
        async with transaction(self.pool) as conn:
            places = [(topic, part) for topic in self.pipe.topics for part in range(PARTS)]
            await offsets.note_caught_up(conn, "sla", dict.fromkeys(places, at))

    async def sweep(self, now: datetime, *, sure: datetime | None = None, limit: int = 1000) -> Rang:
        """Look for due rungs at `now`, all inputs applied up to `sure` (`now` if not given)."""
        await self.caught_up(sure or now)
        return await self.ring(now, limit=limit)

    async def ring(self, now: datetime, *, limit: int = 1000) -> Rang:
        """Look for due rungs as a clockwork does."""
        look = ring.Look(now=now, patience=PATIENCE, limit=limit)
        return await ring.ring(self.pool, "sla", look, self.rulebook)

    async def recompute(self, now: datetime) -> None:
        """Schedule and do all recomputation there is."""
        await recompute.schedule(self.pool, self.runtime.catalogue, now)
        while await recompute.recompute_chunk(self.pool, self.rulebook, now=now, size=100):
            pass

    async def said(self) -> list[Any]:
        """Everything in the outbox, in its order."""
        rows = await self.pool.fetch("SELECT topic, value FROM outbox WHERE topic = 'sla.events' ORDER BY id")
        return [parse(row["topic"], row["value"]) for row in rows]

    async def names(self, story: Story | None = None) -> list[str]:
        """The names of what was said, of one dossier or of all."""
        return [event.name for event in await self.said() if story is None or event.subject == story.id]

    async def forget(self) -> None:
        """Empty the outbox, as the relay does."""
        await self.pool.execute("DELETE FROM outbox")

    async def row(self, story: Story) -> asyncpg.Record:
        return await self.pool.fetchrow("SELECT * FROM dossier WHERE id = $1", story.id)

    async def standing(self) -> list[dict[str, Any]]:
        """What the rows come to, without what depends on the order of arrival."""
        rows = await self.pool.fetch("SELECT * FROM dossier ORDER BY id")
        hidden = {"facts", "story", "seq", "revision", "changed_at"}
        return [{name: value for name, value in row.items() if name not in hidden} for row in rows]


@pytest.fixture(scope="session")
async def sla_runtime(servers: Servers, kafka_admin: KafkaAdmin) -> AsyncIterator[tuple[Namespace, Runtime]]:
    """One schema for all tests without Kafka; each finds it empty."""
    namespace = Namespace(servers, kafka_admin, services=("sla",))
    await namespace._migrate("sla")
    async with open_runtime(namespace.settings("sla", SlaSettings)) as runtime:
        yield namespace, runtime
    await namespace._drop_schemas()


@pytest.fixture
async def clocks(sla_runtime: tuple[Namespace, Runtime]) -> Clocks:
    """Sla with an empty schema and the makers' catalogue."""
    clocks = Clocks(*sla_runtime)
    await clocks.pool.execute(f"TRUNCATE {', '.join(TABLES)}")
    await clocks.know_only(*makers.catalogue_items())
    await clocks.begin()
    return clocks


def of_kind(events: Sequence[Event], kind: type[Event]) -> list[Any]:
    """The events of one class."""
    return [event for event in events if isinstance(event, kind)]
