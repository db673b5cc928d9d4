"""A batch of events becomes rows, buckets and import progress, in the batch's one transaction."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from contracts.envelope import DossierEvent
from contracts.intake import ImportEnded
from contracts.routing import ImportRouted
from contracts.sla import ImportTimed
from libs.db import Connection
from services.reporting.domain.buckets import Bucket, buckets_of, day_of, moves
from services.reporting.domain.projection import Place, Row, apply, matters
from services.reporting.store import buckets, imports, rows

_BARRIERS = frozenset({ImportEnded, ImportRouted, ImportTimed})


async def on_events(conn: Connection, events: Sequence[DossierEvent], *, place: Place) -> None:
    """Apply a batch: each dossier leaves its old buckets and enters its new ones once, however many events."""
    of_dossiers = [event for event in events if matters(event)]
    known = await rows.lock(conn, (event.subject for event in of_dossiers))
    before = {one: (buckets_of(row), row.is_whole) for one, row in known.items()}
    for event in of_dossiers:
        apply(known[event.subject], event, place)
    await rows.save(conn, known.values())
    await _move(conn, known, before)
    for event in events:
        if type(event) in _BARRIERS:
            await imports.pass_barrier(conn, event.EMITTER, event.data)  # type: ignore[arg-type]


async def _move(
    conn: Connection, known: dict[UUID, Row], before: dict[UUID, tuple[tuple[Bucket, ...], bool]]
) -> None:
    deltas: Counter[Bucket] = Counter()
    whole: Counter[UUID] = Counter()
    years: set[int] = set()
    for one, row in known.items():
        old, was_whole = before[one]
        new = buckets_of(row)
        moves(old, new, deltas)
        if row.received_at is not None:
            years.add(day_of(row.received_at).year)
        if row.batch is not None and row.is_whole and not was_whole:
            whole[row.batch] += 1
    await buckets.add(conn, deltas)
    await buckets.mark_changed(conn, years)
    await imports.add(conn, whole)
