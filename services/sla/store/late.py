"""SQL of the late list: in which order, and how much there is.

Two orders. By the moment of lateness: new ones enter at the end, a page once read never shifts. By working days
late: within one calendar that is the same order, for the open ones; so each calendar is read by its own index and
the caller merges (docs/late-list.md). A past moment is read from the rows that still stand as they did, and
from `late_history`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from libs.db import Connection, Pool
from services.sla.store.late_filter import LateFilter, Parts, Position, parts_of

COLUMNS = """id, code, procedure_code, field, competent_unit, reception_unit, province, level, received_at,
due_original, due_current, late_at, late_since, ended_at, state, outcome, holder, holder_since, rule_set, extended,
late_calendar, late_days, pauses, apologised, cause, cause_by, responsible_unit, responsible_leg"""
LAST = UUID(int=(1 << 128) - 1)
Reader = Pool | Connection


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


async def decisions_known(reader: Reader, at: datetime | None = None) -> list[Any]:
    """Return the calendar decisions published (by a moment), every version of each, in the order of publication."""
    sql = """
    SELECT item FROM catalogue_item
    WHERE kind = 'calendar' AND ($1::timestamptz IS NULL OR (item ->> 'recordedtime')::timestamptz <= $1)
    ORDER BY record_offset, (item ->> 'recordedtime')::timestamptz, version"""
    rows = await reader.fetch(sql, at)
    return [row["item"]["data"] for row in rows]


class Publication(NamedTuple):
    """A version of a calendar decision, and where it holds (None: in the country)."""

    code: str
    version: int
    unit: str | None


async def publications(reader: Reader) -> list[Publication]:
    """Return every version of every calendar decision, in the order of publication: that of the topic."""
    sql = """
    SELECT code, version, item -> 'data' ->> 'unit' AS unit FROM catalogue_item
    WHERE kind = 'calendar' ORDER BY record_offset, (item ->> 'recordedtime')::timestamptz, version"""
    return [Publication(*row) for row in await reader.fetch(sql)]
