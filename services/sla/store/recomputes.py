"""Recomputations after calendar decisions: which are to be done, how far they are, whom they touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from libs.db import Connection, Pool

FIRST = UUID(int=0)
_OPEN = """
SELECT id, decision, version, first_day, last_day, units, after, pass, created_at FROM recompute
WHERE done_at IS NULL AND (pass = 1 OR created_at <= $1) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_TOUCHED = """
SELECT id FROM dossier
WHERE id > $1 AND state IN ('running', 'paused', 'error')
  AND (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date <= $3
  AND (state <> 'running' OR greatest(due_current, next_rung_at) AT TIME ZONE 'Asia/Ho_Chi_Minh' >= $2)
  AND ($4::text[] IS NULL OR reception_unit = ANY($4))
  AND ($5::timestamptz IS NULL OR changed_at >= $5)
ORDER BY id LIMIT $6
"""
_PENDING = """
SELECT c.code, c.version, c.revision, c.item FROM catalogue_item c
WHERE c.kind = 'calendar' AND NOT EXISTS (
    SELECT FROM recompute r WHERE r.decision = c.code AND r.version = c.version AND r.revision = c.revision)
ORDER BY c.code, c.version
"""
_KNOWN = (
    "SELECT item FROM catalogue_item WHERE kind = 'calendar' AND code = $1 AND version < $2 ORDER BY version"
)
_BEFORE = "SELECT min(first_day) AS first_day, max(last_day) AS last_day FROM recompute WHERE decision = $1"
_ADD = """
INSERT INTO recompute (decision, version, revision, first_day, last_day, units, created_at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One recomputation: dossiers that may be touched by days from `first_day` to `last_day` in `units`."""

    id: int
    decision: str
    version: int
    first_day: date
    last_day: date
    units: tuple[str, ...] | None
    after: UUID
    number: int
    """1: all that are touched; 2, a minute later: those that a batch still under way had judged by the old days."""
    created_at: datetime


async def pending_decisions(conn: Connection) -> Sequence[Any]:
    """Return the calendar decisions (newest content of each version) nobody has recomputed for."""
    rows: Sequence[Any] = await conn.fetch(_PENDING)
    return rows


async def older_versions(conn: Connection, code: str, version: int) -> list[dict[str, Any]]:
    """Return the data of a decision's versions before this one, oldest first."""
    return [record["item"]["data"] for record in await conn.fetch(_KNOWN, code, version)]


async def days_before(conn: Connection, code: str) -> tuple[date | None, date | None]:
    """Return the span of days that earlier states of a decision spoke of."""
    row = await conn.fetchrow(_BEFORE, code)
    return (row["first_day"], row["last_day"]) if row else (None, None)


async def add(conn: Connection, *values: Any) -> None:
    """Add a task: decision, version, revision, first and last day, units, created_at, done_at."""
    await conn.execute(_ADD, *values)


async def next_task(conn: Connection, settled: datetime) -> Task | None:
    """Lock and return the oldest task to go on with; second passes wait until they are older than `settled`."""
    row = await conn.fetchrow(_OPEN, settled)
    if row is None:
        return None
    return Task(
        id=row["id"], decision=row["decision"], version=row["version"], first_day=row["first_day"],
        last_day=row["last_day"], units=row["units"] and tuple(row["units"]), after=row["after"],
        number=row["pass"], created_at=row["created_at"],
    )  # fmt: skip


async def touched(conn: Connection, task: Task, limit: int) -> list[UUID]:
    """Return the next dossiers a task may touch, in id order."""
    since = task.created_at if task.number > 1 else None
    first = datetime(task.first_day.year, task.first_day.month, task.first_day.day)  # noqa: DTZ001 - compared in VN
    rows = await conn.fetch(
        _TOUCHED, task.after, first, task.last_day, task.units and list(task.units), since, limit
    )
    return [row["id"] for row in rows]


async def errors_after(conn: Connection, after: UUID, limit: int) -> list[UUID]:
    """Return the next dossiers without a computable deadline, in id order."""
    rows = await conn.fetch(
        "SELECT id FROM dossier WHERE state = 'error' AND id > $1 ORDER BY id LIMIT $2", after, limit
    )
    return [row["id"] for row in rows]


async def advance(conn: Connection, task: Task, last: UUID, seen: int, moved: int) -> None:
    """Note how far a task has come."""
    await conn.execute(
        "UPDATE recompute SET after = $2, seen = seen + $3, moved = moved + $4 WHERE id = $1",
        task.id, last, seen, moved,
    )  # fmt: skip


async def finish_pass(conn: Connection, task: Task, now: datetime) -> None:
    """End a pass: after the first the second waits, after the second the task is done."""
    await conn.execute(
        "UPDATE recompute SET pass = 2, after = $3, done_at = CASE WHEN pass > 1 THEN $2::timestamptz END WHERE id = $1",
        task.id, now, FIRST,
    )  # fmt: skip


async def open_tasks(pool: Pool) -> int:
    """Return how many recomputations are not finished."""
    number: int = await pool.fetchval("SELECT count(*)::int FROM recompute WHERE done_at IS NULL")
    return number
