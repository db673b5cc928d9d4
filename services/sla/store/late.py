"""SQL of the late list: what is selected, by which order, and how much there is.

Two orders. By the moment of lateness: new ones enter at the end, a page once read never shifts. By working days
late: within one calendar that is the same order, for the open ones; so each calendar is read by its own index and
the caller merges (docs/late-list.md). A past moment is read from the rows that still stand as they did, and
from `late_history`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from libs.db import Connection, Pool

COLUMNS = """id, code, procedure_code, field, competent_unit, reception_unit, province, level, received_at,
due_original, due_current, late_at, late_since, ended_at, state, outcome, holder, holder_since, rule_set, extended,
late_calendar, late_days, pauses, apologised, cause, cause_by, responsible_unit, responsible_leg"""
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
"""Before every dossier: the bound of lateness that the calendar no longer knows."""
LAST = UUID(int=(1 << 128) - 1)
Reader = Pool | Connection


class Span(NamedTuple):
    """The moments of lateness (since, until] that come to the days asked for, in one calendar."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFilter:
    """What to list. Units and `scope` are whole subtrees; None means no limit. `since`, `until`: half-open."""

    as_of: datetime
    scope: frozenset[str] | None
    is_past: bool = False
    """`as_of` is a past moment: the list as it was then."""
    units: frozenset[str] | None = None
    responsible: frozenset[str] | None = None
    level: str | None = None
    field: str | None = None
    procedure: str | None = None
    rule_set: str | None = None
    cause: str | None = None
    paused: bool | None = None
    apologised: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: int = 0
    """Working days late, at least and at most; `spans` says the same for the open ones, by calendar."""
    most: int | None = None
    spans: Mapping[str, Span] | None = None
    state: str | None = None
    """`open`, `closed` or None for both."""

    @property
    def allowed(self) -> frozenset[str] | None:
        """Return the units that are both asked for and within the caller's scope."""
        if self.scope is None or self.units is None:
            return self.units if self.scope is None else self.scope
        return self.scope & self.units

    @property
    def counts_days(self) -> bool:
        """Tell whether working days late are selected by."""
        return self.least > 0 or self.most is not None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended; `days` only in the order of lateness."""

    late_since: datetime
    id: UUID
    days: int | None = None


class Parts:
    """Conditions with the parameters of one statement, whose branches share them."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.conditions: list[str] = []

    def put(self, value: object) -> str:
        """Add a parameter; return its place."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, condition: str, *values: object) -> None:
        """Add a condition to all branches."""
        self.conditions.append(self.fill(condition, *values))

    def fill(self, condition: str, *values: object) -> str:
        """Return a condition with its parameters in place."""
        return condition.format(*map(self.put, values))

    def where(self, *more: str) -> str:
        """Return the conditions of one branch."""
        return " AND ".join((*self.conditions, *more))


def parts_of(wanted: LateFilter) -> Parts:
    """Return the conditions of a filter."""
    parts = Parts()
    parts.add("late_since <= {}", min(wanted.as_of, wanted.until or wanted.as_of))
    if wanted.until is not None:
        parts.add("late_since < {}", wanted.until)
    if wanted.since is not None:
        parts.add("late_since >= {}", wanted.since)
    for column, units in (("competent_unit", wanted.allowed), ("responsible_unit", wanted.responsible)):
        if units is not None:
            _among(parts, column, units)
    for column, value in _equal(wanted):
        parts.add(column + " = {}", value)
    parts.conditions += _plain(wanted)
    if wanted.counts_days:
        _count_days(parts, wanted)
    return parts


def _equal(wanted: LateFilter) -> list[tuple[str, str]]:
    given = (
        ("level", wanted.level), ("field", wanted.field), ("procedure_code", wanted.procedure),
        ("rule_set", wanted.rule_set), ("cause", wanted.cause),
    )  # fmt: skip
    return [(column, value) for column, value in given if value is not None]


def _plain(wanted: LateFilter) -> list[str]:
    ways: tuple[tuple[bool | None, str, str], ...] = (
        (
            None if wanted.state is None else wanted.state == "open",
            "ended_at IS NULL",
            "ended_at IS NOT NULL",
        ),
        (wanted.paused, "pauses > 0", "pauses = 0"),
        (wanted.apologised, "apologised", "NOT apologised"),
    )
    return [yes if asked else no for asked, yes, no in ways if asked is not None]


def _among(parts: Parts, column: str, units: frozenset[str]) -> None:
    if len(units) == 1:  # an equality keeps the order of an index
        parts.add(column + " = {}", next(iter(units)))
    else:
        parts.add(column + " = ANY({}::text[])", sorted(units))


def _count_days(parts: Parts, wanted: LateFilter) -> None:
    ways = []
    if wanted.state != "closed":
        spans = wanted.spans or {}
        until = max((span.until for span in spans.values()), default=LONG_AGO)
        since = min((span.since for span in spans.values()), default=LONG_AGO)
        near = parts.fill("ended_at IS NULL AND late_since <= {} AND late_since > {}", until, since)
        ways.append(f"{near} AND {_by_calendar(parts, spans)}" if len(spans) > 1 else near)
    if wanted.state != "open":
        closed = parts.fill("ended_at IS NOT NULL AND late_days >= {}", wanted.least)
        if wanted.most is not None:
            closed += parts.fill(" AND late_days <= {}", wanted.most)
        ways.append(closed)
    parts.conditions.append("(" + " OR ".join(f"({way})" for way in ways) + ")")


def _by_calendar(parts: Parts, spans: Mapping[str, Span]) -> str:
    place = parts.fill("array_position({}::text[], late_calendar)", list(spans))
    until = parts.fill("({}::timestamptz[])", [span.until for span in spans.values()])
    since = parts.fill("({}::timestamptz[])", [span.since for span in spans.values()])
    return f"late_since <= {until}[{place}] AND late_since > {since}[{place}]"


def sources(wanted: LateFilter, parts: Parts) -> list[tuple[str, str]]:
    """Return the tables to read, each with the condition that its rows stood at the moment asked for."""
    if not wanted.is_past:
        return [("dossier", "true")]
    then = parts.put(wanted.as_of)
    return [
        ("dossier", f"standing_at <= {then}"),
        ("late_history", f"valid_from <= {then} AND valid_to > {then}"),
    ]


def page_sql(wanted: LateFilter, after: Position | None, limit: int) -> tuple[str, list[object]]:
    """Return the query of one page, the earliest lateness first, and its parameters."""
    parts = parts_of(wanted)
    if after is not None:
        parts.add("(late_since, id) > ({}, {})", after.late_since, after.id)
    branches = [
        f"SELECT {COLUMNS} FROM {table} WHERE {parts.where(stood)} ORDER BY late_since, id LIMIT {limit:d}"
        for table, stood in sources(wanted, parts)
    ]
    if len(branches) == 1:
        return branches[0], parts.values
    joined = " UNION ALL ".join(f"({branch})" for branch in branches)
    return f"SELECT * FROM ({joined}) AS x ORDER BY late_since, id LIMIT {limit:d}", parts.values


def lateness_sql(
    wanted: LateFilter, starts: Mapping[str, Position], after: Position | None, limit: int
) -> tuple[str, list[object]]:
    """Return the query of the next rows in the order of working days late: up to `limit` of each calendar.

    `starts` says for each calendar after which (late_since, id) its open dossiers go on. The caller puts the rows
    in order and takes the first.
    """
    parts = parts_of(wanted)
    branches = []
    for table, stood in sources(wanted, parts):
        if wanted.state != "closed":
            branches += [_open_branch(parts, (table, stood), start, limit) for start in starts.items()]
        if wanted.state != "open":
            branches.append(_closed_branch(parts, (table, stood), after, limit))
    return " UNION ALL ".join(f"({branch})" for branch in branches), parts.values


def _open_branch(parts: Parts, source: tuple[str, str], start: tuple[str, Position], limit: int) -> str:
    key, position = start
    after = parts.fill("(late_since, id) > ({}, {})", position.late_since, position.id)
    within = f"ended_at IS NULL AND late_calendar = {parts.put(key)} AND {after}"
    return _branch(parts, source, within, f"late_since, id LIMIT {limit:d}")


def _closed_branch(parts: Parts, source: tuple[str, str], after: Position | None, limit: int) -> str:
    within = "ended_at IS NOT NULL"
    if after is not None:
        place = (-(after.days or 0), after.late_since, after.id)
        within += " AND " + parts.fill("(-late_days, late_since, id) > ({}::int, {}, {})", *place)
    return _branch(parts, source, within, f"-late_days, late_since, id LIMIT {limit:d}")


def _branch(parts: Parts, source: tuple[str, str], within: str, order: str) -> str:
    table, stood = source
    return f"SELECT {COLUMNS} FROM {table} WHERE {parts.where(stood, within)} ORDER BY {order}"


async def fetch(reader: Reader, query: tuple[str, list[Any]]) -> Sequence[asyncpg.Record]:
    """Return the rows of a query made here."""
    rows: Sequence[asyncpg.Record] = await reader.fetch(query[0], *query[1])
    return rows


def open_counts_sql(
    wanted: LateFilter, thresholds: Mapping[str, Sequence[datetime]]
) -> tuple[str, list[object]]:
    """Return the query of how many open dossiers lie between each calendar's thresholds (ascending moments).

    `slot` counts the thresholds at or before the moment of lateness.
    """
    parts = parts_of(wanted)
    branches = [
        f"SELECT width_bucket(late_since, {parts.put(list(bounds))}::timestamptz[]) AS slot, count(*)::int AS dossiers"
        f" FROM {table} WHERE {parts.where(stood, f'ended_at IS NULL AND late_calendar = {parts.put(key)}')} GROUP BY 1"
        for table, stood in sources(wanted, parts)
        for key, bounds in thresholds.items()
    ]
    return " UNION ALL ".join(branches), parts.values


def closed_counts_sql(wanted: LateFilter) -> tuple[str, list[object]]:
    """Return the query of how many dossiers ended so many working days late."""
    parts = parts_of(wanted)
    branches = [
        f"SELECT late_days, count(*)::int AS dossiers FROM {table}"
        f" WHERE {parts.where(stood, 'ended_at IS NOT NULL')} GROUP BY 1"
        for table, stood in sources(wanted, parts)
    ]
    return " UNION ALL ".join(branches), parts.values


async def is_said(reader: Reader, column: str, value: str) -> bool:
    """Tell whether any late dossier has a value: legacy registers know procedures the catalogue lacks."""
    if column not in {"field", "procedure_code", "rule_set"}:
        raise ValueError(column)
    sql = f"SELECT EXISTS (SELECT FROM dossier WHERE late_since IS NOT NULL AND {column} = $1)"
    return bool(await reader.fetchval(sql, value))


async def decided_after(reader: Reader, at: datetime) -> bool:
    """Tell whether a calendar decision was published after a moment."""
    sql = """
    SELECT EXISTS (SELECT FROM catalogue_item
                   WHERE kind = 'calendar' AND (item ->> 'recordedtime')::timestamptz > $1)"""
    return bool(await reader.fetchval(sql, at))


async def decisions_known(reader: Reader, at: datetime) -> list[Any]:
    """Return the calendar decisions that had been published by a moment, every version of each."""
    rows = await reader.fetch(
        "SELECT item FROM catalogue_item WHERE kind = 'calendar' AND (item ->> 'recordedtime')::timestamptz <= $1",
        at,
    )
    return [row["item"]["data"] for row in rows]
