"""SQL of the late list: keyset pages over `(late_since, id)`, and totals.

New latenesses enter at the end of that order, so a page once read never shifts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from libs.db import Pool

_COLUMNS = """id, code, procedure_code, field, competent_unit, reception_unit, province, level, received_at,
due_original, due_current, late_at, late_since, ended_at, state, outcome, holder, holder_since, rule_set, extended"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFilter:
    """What to list. `units` and `scope` are whole subtrees; None means no limit. `since`, `until`: half-open."""

    as_of: datetime
    scope: frozenset[str] | None
    units: frozenset[str] | None = None
    level: str | None = None
    field: str | None = None
    procedure: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    min_days: int = 0
    state: str | None = None
    """`open`, `closed` or None for both."""

    @property
    def allowed(self) -> frozenset[str] | None:
        """Return the units that are both asked for and within the caller's scope."""
        if self.scope is None or self.units is None:
            return self.units if self.scope is None else self.scope
        return self.scope & self.units


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended."""

    late_since: datetime
    id: UUID


class _Where:
    """Collects conditions and their parameters."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.values: list[object] = []

    def add(self, condition: str, *values: object) -> None:
        first = len(self.values) + 1
        self.parts.append(condition.format(*(f"${first + at}" for at in range(len(values)))))
        self.values.extend(values)

    @property
    def text(self) -> str:
        return " AND ".join(self.parts)


def _where(wanted: LateFilter, after: Position | None = None) -> _Where:
    where = _Where()
    where.add("late_since <= {}", min(wanted.as_of, wanted.until or wanted.as_of))
    if wanted.until is not None:
        where.add("late_since < {}", wanted.until)
    if wanted.since is not None:
        where.add("late_since >= {}", wanted.since)
    if wanted.allowed is not None:
        where.add("competent_unit = ANY({}::text[])", sorted(wanted.allowed))
    for column, value in (
        ("level", wanted.level),
        ("field", wanted.field),
        ("procedure_code", wanted.procedure),
    ):
        if value is not None:
            where.add(column + " = {}", value)
    if wanted.state is not None:
        where.add("ended_at IS NULL" if wanted.state == "open" else "ended_at IS NOT NULL")
    if wanted.min_days > 1:  # n working days need at least n - 1 whole days: the exact count follows per row
        where.add(
            "coalesce(ended_at, {}) - late_since >= {}", wanted.as_of, timedelta(days=wanted.min_days - 1)
        )
    if after is not None:
        where.add("(late_since, id) > ({}, {})", after.late_since, after.id)
    return where


def page_sql(wanted: LateFilter, after: Position | None, limit: int) -> tuple[str, list[object]]:
    """Return the query of one page and its parameters."""
    where = _where(wanted, after)
    sql = f"SELECT {_COLUMNS} FROM dossier WHERE {where.text} ORDER BY late_since, id LIMIT {limit:d}"
    return sql, where.values


async def late_page(
    pool: Pool, wanted: LateFilter, after: Position | None, limit: int
) -> Sequence[asyncpg.Record]:
    """Return up to `limit` late dossiers after a position, the earliest lateness first.

    `min_days` is only narrowed here; the caller counts working days with each unit's calendar.
    """
    sql, values = page_sql(wanted, after, limit)
    rows: Sequence[asyncpg.Record] = await pool.fetch(sql, *values)
    return rows


async def late_groups(pool: Pool, wanted: LateFilter) -> Sequence[asyncpg.Record]:
    """Return counts per calendar (unit, rule set), day of lateness and day of ending: all that working days late depend on.

    Days are dates of Asia/Ho_Chi_Minh; `due_day` is the last day that was not late.
    """
    where = _where(wanted)
    where.values.append(wanted.as_of)
    sql = f"""
    SELECT reception_unit, rule_set, ended_at IS NULL AS open,
           ((late_since - interval '1 microsecond') AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS due_day,
           (coalesce(ended_at, ${len(where.values)}) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS end_day,
           count(*)::int AS dossiers
    FROM dossier WHERE {where.text} GROUP BY 1, 2, 3, 4, 5"""
    groups: Sequence[asyncpg.Record] = await pool.fetch(sql, *where.values)
    return groups


async def late_counts(pool: Pool, wanted: LateFilter) -> tuple[int, int]:
    """Return how many late dossiers are open and how many have ended, where no working days must be counted."""
    where = _where(replace(wanted, min_days=0))
    sql = f"""
    SELECT count(*) FILTER (WHERE ended_at IS NULL)::int AS open,
           count(*) FILTER (WHERE ended_at IS NOT NULL)::int AS closed FROM dossier WHERE {where.text}"""
    row = await pool.fetchrow(sql, *where.values)
    return row["open"], row["closed"]
