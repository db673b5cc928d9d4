"""What sla hears: facts stored and folded, a batch at a time; the barriers of imports.

Per batch one SELECT … FOR UPDATE in id order, one UPDATE, one INSERT, one outbox insert, whatever its size, and
two looks for what stands out, which is rarely written.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka.partitioner import murmur2

from contracts.envelope import DossierEvent
from contracts.intake import DossierReceived, ImportEnded
from contracts.routing import ImportRouted
from contracts.sla import ClockStarted, SlaEvent
from libs import outbox
from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.db import Connection
from services.sla import metrics
from services.sla.domain.reading import facts_of
from services.sla.handlers import arm, calendar_catch_up
from services.sla.handlers.announce import Occasion
from services.sla.handlers.judge import differs
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.handlers.refold import refold_one
from services.sla.handlers.rulebook import Rulebook, Rulebooks
from services.sla.handlers.traces import Traces
from services.sla.store import dossiers, imports
from services.sla.store.dossiers import Row
from services.sla.store.packing import Entry, entry_of, pack


class Hearing:
    """The worker's handler. `catalogue` gives the newest known one at each batch, `clock` the moment."""

    def __init__(self, catalogue: Callable[[], Catalogue], clock: Callable[[], datetime] = utcnow) -> None:
        self._catalogue, self._clock = catalogue, clock
        self._rulebooks = Rulebooks()

    async def __call__(self, conn: Connection, events: Sequence[DossierEvent]) -> None:
        """Apply new events of intake and routing in the open transaction."""
        now = self._clock()
        rulebook = self._rulebooks.of(self._catalogue())
        news = [news for news in map(_read, events) if news.facts or news.entry]
        if news:
            rows = await dossiers.lock(conn, {each.event.subject for each in news})
            rulebook = await calendar_catch_up.newest_for(conn, rows.values(), rulebook)
            moved = await calendar_catch_up.catch_up(conn, rows.values(), rulebook, now)
            ended = await _ended(conn, rows.values(), rulebook)
            _remember(rows, news)
            latecomers = await _disarm(conn, rows, [each.event for each in news])
            traces = Traces()
            said = [*moved, *_refold(rows.values(), rulebook, ended, Occasion(now), traces)]
            said += [event for row in latecomers for event in arm.arm(row, rulebook, now)]
            await dossiers.save(conn, rows.values())
            await traces.save(conn)
            await outbox.put(conn, said)
            count(said, rows.values())
        for event in events:
            if type(event) is ImportEnded or type(event) is ImportRouted:
                newest = await PastRulebooks(conn, rulebook).newest()
                await arm.pass_barrier(conn, event, newest, now)


class _News(NamedTuple):
    """What an event means to the clock, and to the head or the custody. Desks mean nothing to either."""

    event: DossierEvent
    facts: list[Any]
    entry: Entry | None


def _read(event: DossierEvent) -> _News:
    return _News(event, [pack(fact) for fact in facts_of(event)], entry_of(event))


def _remember(rows: dict[UUID, Row], news: Sequence[_News]) -> None:
    """Add the new facts to the rows they speak of."""
    for each in news:
        row = rows[each.event.subject]
        row.facts += each.facts
        if each.entry is not None:
            row.story.append(list(each.entry))


async def _ended(conn: Connection, rows: Iterable[Row], rulebook: Rulebook) -> dict[UUID, Rulebook]:
    """Return the rulebooks of ended dossiers that stand by an older calendar than today's."""
    past = PastRulebooks(conn, rulebook)
    found = {row.id: await past.of(row) for row in rows if row.ended_at is not None}
    return {own: then for own, then in found.items() if then is not rulebook}


def _refold(
    rows: Iterable[Row],
    rulebook: Rulebook,
    ended: Mapping[UUID, Rulebook],
    occasion: Occasion,
    traces: Traces,
) -> Iterator[SlaEvent]:
    """Bring rows up to their facts; yield what is to be said, each dossier's in order."""
    for row in rows:
        yield from refold_one(row, rulebook, occasion, traces.note, ended=ended.get(row.id))


async def _disarm(conn: Connection, rows: dict[UUID, Row], events: Iterable[DossierEvent]) -> list[Row]:
    """Let an import's new dossiers wait for their barrier; return those whose barrier has passed already.

    They waited in the inbox for an item of the catalogue, and are armed at once, in silence like the others.
    """
    fresh = [event for event in events if type(event) is DossierReceived and event.data.batch is not None]
    passed = await imports.passed(conn, {event.data.batch for event in fresh if event.data.batch})
    latecomers = []
    for event in fresh:
        row = rows[event.subject]
        row.armed, row.key_hash = False, hash_of(event.subject)
        gates = passed.get(event.data.batch, ()) if event.data.batch else ()
        if any(row.key_hash % partitions == part for part, partitions in gates):
            latecomers.append(row)
    return latecomers


def hash_of(dossier: UUID) -> int:
    """Return the hash by which Kafka chooses a dossier's partition in every topic: modulo their number."""
    return int(murmur2(str(dossier).encode())) & 0x7FFFFFFF


def count(said: Iterable[SlaEvent], folded: Collection[Row]) -> None:
    """Count what was folded and said."""
    metrics.DOSSIERS_FOLDED.inc(len(folded))
    started = {event.subject for event in said if type(event) is ClockStarted}
    metrics.APPOINTMENT_DIFFERS.inc(sum(differs(row) for row in folded if row.id in started))
    numbers: dict[str, int] = defaultdict(int)
    for event in said:
        numbers[event.name] += 1
    for name, number in numbers.items():
        metrics.SAID.labels(name).inc(number)
