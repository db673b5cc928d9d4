"""What sla hears: facts stored and folded, a batch at a time; the barriers of imports.

Per batch one SELECT … FOR UPDATE in id order, one UPDATE, one INSERT, one outbox insert, whatever its size.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from aiokafka.partitioner import murmur2

from contracts.envelope import DossierEvent
from contracts.intake import DossierReceived, ImportEnded
from contracts.routing import ImportRouted
from contracts.sla import SlaEvent
from libs import outbox
from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.db import Connection
from services.sla import metrics
from services.sla.domain.reading import facts_of
from services.sla.handlers import arm
from services.sla.handlers.announce import Occasion
from services.sla.handlers.refold import refold
from services.sla.handlers.rulebook import Rulebooks
from services.sla.store import dossiers, imports
from services.sla.store.dossiers import Row
from services.sla.store.packing import entry_of, pack

Barrier = ImportEnded | ImportRouted


class Hearing:
    """The worker's handler. `catalogue` gives the newest known one at each batch, `clock` the moment."""

    def __init__(self, catalogue: Callable[[], Catalogue], clock: Callable[[], datetime] = utcnow) -> None:
        self._catalogue, self._clock = catalogue, clock
        self._rulebooks = Rulebooks()

    async def __call__(self, conn: Connection, events: Sequence[DossierEvent]) -> None:
        """Apply new events of intake and routing in the open transaction."""
        now = self._clock()
        rulebook = self._rulebooks.of(self._catalogue())
        barriers = [event for event in events if isinstance(event, Barrier)]
        facts = [event for event in events if not isinstance(event, Barrier)]
        if facts:
            rows = await self._remember(conn, facts)
            said = refold(rows, rulebook, Occasion(now))
            await dossiers.save(conn, rows)
            await outbox.put(conn, said)
            count(said, len(rows))
        for barrier in barriers:
            await arm.pass_barrier(conn, barrier, rulebook, now)

    async def _remember(self, conn: Connection, events: Sequence[DossierEvent]) -> list[Row]:
        """Lock the dossiers the events are about, add the new facts, and return the rows to be folded."""
        rows = await dossiers.lock(conn, {event.subject for event in events})
        for event in events:
            row = rows[event.subject]
            row.facts += map(pack, facts_of(event))
            entry = entry_of(event)
            if entry is not None:
                row.story.append(list(entry))
        await _disarm(conn, rows, events)
        return list(rows.values())


async def _disarm(conn: Connection, rows: dict[UUID, Row], events: Iterable[DossierEvent]) -> None:
    """Let an import's new dossiers wait for their barrier, unless it has passed already."""
    fresh = [event for event in events if isinstance(event, DossierReceived) and event.data.batch is not None]
    passed = await imports.passed(conn, {event.data.batch for event in fresh if event.data.batch})
    for event in fresh:
        row = rows[event.subject]
        key_hash = row.key_hash = hash_of(event.subject)
        gates = passed.get(event.data.batch, ()) if event.data.batch else ()
        row.armed = any(key_hash % partitions == part for part, partitions in gates)


def hash_of(dossier: UUID) -> int:
    """Return the hash by which Kafka chooses a dossier's partition in every topic: modulo their number."""
    return murmur2(str(dossier).encode()) & 0x7FFFFFFF


def count(said: Iterable[SlaEvent], folded: int) -> None:
    """Count what was folded and said."""
    metrics.DOSSIERS_FOLDED.inc(folded)
    numbers: dict[str, int] = defaultdict(int)
    for event in said:
        numbers[event.name] += 1
    for name, number in numbers.items():
        metrics.SAID.labels(name).inc(number)
