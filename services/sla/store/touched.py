"""Which open clocks a calendar decision concerns, in the order of their ids."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from law.moments import at_vn, to_tick
from libs.db import Connection
from services.sla.store.dossiers import COLUMNS, Row, row_of

FIRST = UUID(int=0)
_TOUCHED = """
FROM dossier d WHERE d.id > $1 AND ($2::uuid IS NULL OR d.id <= $2) AND d.state IN ('running', 'paused', 'error')
  AND d.received_at < $5
  AND (d.state <> 'running' OR greatest(d.due_current, d.next_rung_at) >= $3
       OR (d.ladder -> -1 ->> 1)::bigint >= $4)
  AND ($6::text[] IS NULL OR d.reception_unit = ANY($6))
"""
_ROWS = f"SELECT d.id, {', '.join(f'd.{name}' for name in COLUMNS)} {_TOUCHED}"
_LOCK = f"{_ROWS} ORDER BY d.id LIMIT $7 FOR UPDATE OF d"
_LOOK = f"{_ROWS} ORDER BY d.id LIMIT $7"
_COUNT = f"SELECT count(*)::int {_TOUCHED}"
_SINCE = f"""
{_ROWS} AND d.changed_at >= $8
  AND NOT EXISTS (SELECT FROM deadline_move m WHERE (m.task, m.dossier) = ($9, d.id) AND m.revision = d.revision)
ORDER BY d.id LIMIT $7 FOR UPDATE OF d
"""
_ERRORS = "SELECT id FROM dossier WHERE state = 'error' AND id > $1 ORDER BY id LIMIT $2"


class Reach(NamedTuple):
    """Whom days may move: clocks open on one of them, received in `units` (none: anywhere), ids up to `upto`.

    A running clock is concerned if a day falls before its deadline, or before an alarm that still lies ahead.
    """

    first: date
    last: date
    units: tuple[str, ...] | None = None
    upto: UUID | None = None

    def arguments(self, after: UUID) -> list[Any]:
        """Return the six parameters of the query."""
        first = at_vn(self.first)
        units = None if self.units is None else list(self.units)
        return [after, self.upto, first, to_tick(first), at_vn(self.last + timedelta(days=1)), units]


async def lock(conn: Connection, reach: Reach, after: UUID, limit: int) -> list[Row]:
    """Lock and return the next dossiers that days may move, in id order."""
    return [row_of(record) for record in await conn.fetch(_LOCK, *reach.arguments(after), limit)]


async def lock_since(
    conn: Connection, reach: Reach, after: UUID, limit: int, missed: tuple[datetime, int]
) -> list[Row]:
    """Lock and return the next of them that changed since a moment other than by a task; `missed` are both."""
    return [row_of(record) for record in await conn.fetch(_SINCE, *reach.arguments(after), limit, *missed)]


async def look(conn: Connection, reach: Reach, after: UUID, limit: int) -> list[Row]:
    """Return the next of them without locking them."""
    return [row_of(record) for record in await conn.fetch(_LOOK, *reach.arguments(after), limit)]


async def count(conn: Connection, reach: Reach) -> int:
    """Return how many dossiers days may move."""
    number: int = await conn.fetchval(_COUNT, *reach.arguments(FIRST))
    return number


async def errors_after(conn: Connection, after: UUID, limit: int) -> list[UUID]:
    """Return the next dossiers without a computable deadline, in id order."""
    return [record["id"] for record in await conn.fetch(_ERRORS, after, limit)]
