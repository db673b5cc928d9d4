"""What routing and sla said, as far as the counter shows it: one row per dossier, last word per emitter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from libs.db import Connection

_ROUTING = """
INSERT INTO dossier AS d (id, holder, ready_at, ending)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[]) AS x(id, holder, ready_at, ending)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET holder = coalesce(excluded.holder, d.holder),
    ready_at = coalesce(d.ready_at, excluded.ready_at), ending = coalesce(d.ending, excluded.ending)
"""
_CLOCKS = """
INSERT INTO dossier AS d
    (id, clock_state, clock_revision, due_original, due_current, clock_late_at, outcome, overdue)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                     $7::text[], $8::boolean[]) AS x(id) ORDER BY id
ON CONFLICT (id) DO UPDATE SET clock_state = excluded.clock_state, clock_revision = excluded.clock_revision,
    due_original = excluded.due_original, due_current = excluded.due_current,
    clock_late_at = excluded.clock_late_at, outcome = excluded.outcome, overdue = excluded.overdue
RETURNING d.origin = 'live' AND d.appointment_at IS NOT NULL AND d.appointment_at <> d.due_original AS differs
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where routing says a dossier is. `ready_at`: when its result set out for the counter."""

    dossier: UUID
    holder: str | None = None
    ready_at: datetime | None = None
    ending: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The newest legal snapshot of a dossier."""

    dossier: UUID
    state: str
    revision: int
    due_original: datetime | None
    due_current: datetime | None
    late_at: datetime | None
    outcome: str | None
    overdue: bool


async def put_standings(conn: Connection, rows: Sequence[Standing]) -> None:
    """Store what routing said; of two endings the first stays."""
    if rows:
        await conn.execute(_ROUTING, *_columns(rows, _STANDING))


async def put_clocks(conn: Connection, rows: Sequence[Clock]) -> int:
    """Store the newest snapshots; return how many live deadlines differ from the slip's appointment."""
    if not rows:
        return 0
    return sum(bool(row["differs"]) for row in await conn.fetch(_CLOCKS, *_columns(rows, _CLOCK)))


def _columns(rows: Sequence[object], values: Callable[[object], tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*map(values, rows), strict=True)]


def _values(kind: type[Standing | Clock]) -> Callable[[object], tuple[object, ...]]:
    """Return a reader of all fields; dataclasses.astuple copies each value deeply, which an import would feel."""
    return attrgetter(*(each.name for each in fields(kind)))


_STANDING, _CLOCK = _values(Standing), _values(Clock)
