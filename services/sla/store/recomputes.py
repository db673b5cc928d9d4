"""Recomputations after calendar decisions: which are to be done, how far each lane is, whom they touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from contracts.sla import CalendarChange
from libs.db import Connection, Pool
from services.sla.store.touched import FIRST, Reach

_NEXT = """
SELECT l.task, l.pass, l.lane, l.after, l.upto, r.decision, r.version, r.withdrawn, r.first_day, r.last_day, r.units,
       r.created_at
FROM recompute_lane l JOIN recompute r ON r.id = l.task
WHERE l.done_at IS NULL AND (l.pass = 1 OR r.created_at <= $1)
  AND NOT EXISTS (
      SELECT FROM recompute_lane f WHERE f.done_at IS NULL AND f.task <= l.task AND f.pass <= l.pass
      AND (f.task, f.pass) <> (l.task, l.pass))
ORDER BY l.task, l.pass, l.lane LIMIT 1 FOR UPDATE OF l SKIP LOCKED
"""
_UNDER_WAY = """
SELECT l.task, l.pass, l.lane, l.after, l.upto, r.decision, r.version, r.withdrawn, r.first_day, r.last_day, r.units,
       r.created_at
FROM recompute_lane l JOIN recompute r ON r.id = l.task
WHERE l.done_at IS NULL AND l.pass = 2 ORDER BY l.task
"""
_PENDING = """
SELECT c.code, c.version, c.revision, c.item FROM catalogue_item c
WHERE c.kind = 'calendar' AND NOT EXISTS (
    SELECT FROM recompute r WHERE r.decision = c.code AND r.version = c.version AND r.revision = c.revision)
ORDER BY c.record_offset, c.version, c.code
"""
_CHANGING = f"""
SELECT EXISTS (SELECT FROM recompute_lane WHERE done_at IS NULL AND pass = 1)
    OR EXISTS ({_PENDING})
    OR EXISTS (SELECT FROM calendar_proposal p WHERE p.state = 'approved' AND NOT EXISTS (
        SELECT FROM catalogue_item c WHERE c.kind = 'calendar' AND (c.code, c.version) = (p.code, p.version)))
"""
_KNOWN = (
    "SELECT item FROM catalogue_item WHERE kind = 'calendar' AND code = $1 AND version < $2 ORDER BY version"
)
_BEFORE = "SELECT min(first_day) AS first_day, max(last_day) AS last_day FROM recompute WHERE decision = $1"
_ADD = """
INSERT INTO recompute (decision, version, withdrawn, revision, first_day, last_day, units, created_at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id
"""
_CUTS = """
SELECT id FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS total
    FROM dossier WHERE state IN ('running', 'paused', 'error')
) x WHERE total >= $2 AND n % (total / $1 + 1) = 0 ORDER BY id
"""
_LANE = "INSERT INTO recompute_lane (task, pass, lane, after, upto) VALUES ($1, $2, $3, $4, $5)"
_ADVANCE = """
UPDATE recompute_lane SET after = $4, seen = seen + $5, moved = moved + $6 WHERE (task, pass, lane) = ($1, $2, $3)
"""
_END = "UPDATE recompute_lane SET done_at = $4 WHERE (task, pass, lane) = ($1, $2, $3)"
_DONE = "UPDATE recompute SET done_at = $2 WHERE id = $1"
_LATEST = """
SELECT r.decision, r.version, r.withdrawn, r.first_day, r.last_day, s.seen, s.moved, r.created_at, r.done_at
FROM recompute r CROSS JOIN LATERAL (
    SELECT coalesce(sum(seen), 0)::int AS seen, coalesce(sum(moved), 0)::int AS moved
    FROM recompute_lane l WHERE l.task = r.id) s
WHERE $2::text IS NULL OR r.decision = $2
ORDER BY r.id DESC LIMIT $1
"""


class Span(NamedTuple):
    """What a decision speaks of, in any of its states: days, and units (none: the country)."""

    first: date
    last: date
    units: list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A stretch of dossier ids to be refolded because of a decision. `after`: done up to here."""

    task: int
    number: int
    lane: int
    after: UUID
    change: CalendarChange
    reach: Reach
    created_at: datetime

    @property
    def is_second(self) -> bool:
        """Tell whether only those are looked for that a batch under way had judged by the old days."""
        return self.number > 1


async def pending_decisions(conn: Connection) -> Sequence[Any]:
    """Return the calendar decisions (newest content of each version) nobody has recomputed for, as published."""
    rows: Sequence[Any] = await conn.fetch(_PENDING)
    return rows


async def older_versions(conn: Connection | Pool, code: str, version: int) -> list[dict[str, Any]]:
    """Return the data of a decision's versions before this one, oldest first."""
    return [record["item"]["data"] for record in await conn.fetch(_KNOWN, code, version)]


async def days_before(conn: Connection, code: str) -> tuple[date | None, date | None]:
    """Return the span of days that earlier states of a decision spoke of."""
    row = await conn.fetchrow(_BEFORE, code)
    return (row["first_day"], row["last_day"]) if row else (None, None)


async def add(
    conn: Connection, change: CalendarChange, revision: int, span: Span | None, now: datetime
) -> int | None:
    """Add a task and return its id, None where another process did so; without a span there is nothing to do."""
    first, last, units = span or Span(now.date(), now.date(), None)
    found: int | None = await conn.fetchval(
        _ADD, change.code, change.version, change.withdrawn, revision, first, last, units, now,
        None if span else now,
    )  # fmt: skip
    return found


async def cuts(conn: Connection, lanes: int, least: int) -> list[UUID]:
    """Return the ids at which the open dossiers part into `lanes` equal stretches; none for fewer than `least`."""
    return [record["id"] for record in await conn.fetch(_CUTS, lanes, least)]


async def add_lanes(conn: Connection, task: int, at: Sequence[UUID]) -> None:
    """Part a task into lanes: the first pass side by side, the second in one."""
    lanes = list(zip([FIRST, *at], [*at, None], strict=True))
    rows = [(task, 1, number, after, upto) for number, (after, upto) in enumerate(lanes)]
    await conn.executemany(_LANE, [*rows, (task, 2, 0, FIRST, None)])


async def next_lane(conn: Connection, settled: datetime) -> Lane | None:
    """Lock and return the oldest lane nobody works on; second passes wait until their task is older than `settled`.

    A pass begins when the same and the earlier passes of all older tasks are done: decisions move what they move in
    the order of their publication.
    """
    row = await conn.fetchrow(_NEXT, settled)
    return _lane(row) if row else None


def _lane(row: Any) -> Lane:
    change = CalendarChange(code=row["decision"], version=row["version"], withdrawn=row["withdrawn"])
    units = None if row["units"] is None else tuple(row["units"])
    return Lane(
        task=row["task"], number=row["pass"], lane=row["lane"], after=row["after"], change=change,
        reach=Reach(row["first_day"], row["last_day"], units, row["upto"]), created_at=row["created_at"],
    )  # fmt: skip


async def under_way(conn: Connection) -> list[Lane]:
    """Return the recomputations that are not finished, the oldest first; without locking them."""
    return [_lane(row) for row in await conn.fetch(_UNDER_WAY)]


async def advance(conn: Connection, lane: Lane, last: UUID, seen: int, moved: int) -> None:
    """Note how far a lane has come."""
    await conn.execute(_ADVANCE, lane.task, lane.number, lane.lane, last, seen, moved)


async def finish(conn: Connection, lane: Lane, now: datetime) -> None:
    """End a lane; with the second pass the task is done."""
    await conn.execute(_END, lane.task, lane.number, lane.lane, now)
    if lane.is_second:
        await conn.execute(_DONE, lane.task, now)


async def open_tasks(pool: Pool) -> int:
    """Return how many recomputations are not finished."""
    number: int = await pool.fetchval("SELECT count(*)::int FROM recompute WHERE done_at IS NULL")
    return number


async def is_changing(conn: Connection) -> bool:
    """Tell whether an approved or published decision has not reached the catalogue or every dossier yet."""
    found: bool = await conn.fetchval(_CHANGING)
    return found


async def latest(pool: Pool, limit: int, decision: str | None = None) -> Sequence[Any]:
    """Return the latest recomputations (of one decision), newest first."""
    rows: Sequence[Any] = await pool.fetch(_LATEST, limit, decision)
    return rows
