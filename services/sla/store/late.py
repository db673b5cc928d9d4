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
from services.sla.store.late_filter import LateFilter, Parts, Position, parts_of, usual

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

    `starts` says for each calendar after which (late_since, id) its open dossiers go on; the country's (`""`) is that
    of all dossiers whose own is not named. The caller puts the rows in order and takes the first.
    """
    parts = parts_of(wanted)
    branches = []
    for table, stood in sources(wanted, parts):
        if wanted.state != "closed":
            branches.append(_usual_branch(parts, (table, stood), starts, limit))
            if len(starts) > 1:
                branches.append(_own_branch(parts, (table, stood), starts, limit))
        if wanted.state != "open":
            branches.append(_closed_branch(parts, (table, stood), after, limit))
    return " UNION ALL ".join(f"({branch})" for branch in branches), parts.values


def _usual_branch(parts: Parts, source: tuple[str, str], starts: Mapping[str, Position], limit: int) -> str:
    """Return the next of those that the country's calendar counts."""
    start = starts[""]
    after = parts.fill("(late_since, id) > ({}, {})", start.late_since, start.id)
    within = " AND ".join(("ended_at IS NULL", *usual(parts, starts), after))
    return _branch(parts, source, within, f"late_since, id LIMIT {limit:d}")


def _own_branch(parts: Parts, source: tuple[str, str], starts: Mapping[str, Position], limit: int) -> str:
    """Return the next of each calendar of its own: one branch, however many there are."""
    own = {key: start for key, start in starts.items() if key}
    listed = parts.fill(
        "unnest({}::text[], {}::timestamptz[], {}::uuid[])",
        list(own), [start.late_since for start in own.values()], [start.id for start in own.values()],
    )  # fmt: skip
    within = f"ended_at IS NULL AND {_OWN} AND (late_since, id) > (own_since, own_id)"
    branch = _branch(parts, source, within, f"late_since, id LIMIT {limit:d}")
    return f"SELECT x.* FROM {listed} AS s(own_key, own_since, own_id), LATERAL ({branch}) x"


_OWN = "late_calendar = own_key AND late_calendar <> ''"


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

    The country's thresholds are those of all dossiers whose own calendar is not named. `slot` counts the thresholds at or before the moment of lateness.
    """
    parts = parts_of(wanted)
    own = {key: bounds for key, bounds in thresholds.items() if key}
    branches = []
    for table, stood in sources(wanted, parts):
        bounds = f"{parts.put(list(thresholds['']))}::timestamptz[]"
        where = parts.where(stood, "ended_at IS NULL", *usual(parts, thresholds))
        branches.append(_slots(bounds, f"{table} WHERE {where}"))
        if own:
            names = [f"own_{at}" for at in range(len(thresholds[""]))]
            arrays = [parts.put(list(each)) + "::timestamptz[]" for each in zip(*own.values(), strict=True)]
            listed = f"unnest({parts.put(list(own))}::text[], {', '.join(arrays)}) AS s(own_key, {', '.join(names)})"
            where = parts.where(stood, "ended_at IS NULL", _OWN)
            branches.append(_slots(f"ARRAY[{', '.join(names)}]", f"{listed}, {table} WHERE {where}"))
    return " UNION ALL ".join(branches), parts.values


def _slots(bounds: str, source: str) -> str:
    return f"SELECT width_bucket(late_since, {bounds}) AS slot, count(*)::int AS dossiers FROM {source} GROUP BY 1"


def closed_counts_sql(wanted: LateFilter) -> tuple[str, list[object]]:
    """Return the query of how many dossiers ended so many working days late."""
    parts = parts_of(wanted)
    branches = [
        f"SELECT late_days, count(*)::int AS dossiers FROM {table}"
        f" WHERE {parts.where(stood, 'ended_at IS NOT NULL')} GROUP BY 1"
        for table, stood in sources(wanted, parts)
    ]
    return " UNION ALL ".join(branches), parts.values


_NEXT_KEY = """
WITH RECURSIVE k(key) AS (
    SELECT ''::text
    UNION ALL
    SELECT (SELECT t.late_calendar FROM {table} t
            WHERE t.late_since IS NOT NULL AND t.ended_at IS NULL AND t.late_calendar <> ''
                AND t.late_calendar > k.key {within} ORDER BY t.late_calendar LIMIT 1)
    FROM k WHERE k.key IS NOT NULL
) SELECT key FROM k WHERE key > ''"""
_KEYS = _NEXT_KEY.format(table="dossier", within="")
_KEYS_OF_UNITS = f"""
SELECT DISTINCT x.key FROM unnest($1::text[]) AS u(unit),
    LATERAL ({_NEXT_KEY.format(table="dossier", within="AND t.competent_unit = u.unit")}) x"""
_KEYS_THEN = _NEXT_KEY.format(table="late_history", within="")


def local_calendars_sql(wanted: LateFilter) -> tuple[str, list[object]]:
    """Return the query of which calendars other than the country's open late dossiers have, among the units allowed.

    One step of an index for each key that is there, whatever is decided. For a past moment it may name more.
    """
    now = _KEYS if wanted.allowed is None else _KEYS_OF_UNITS
    values: list[object] = [] if wanted.allowed is None else [sorted(wanted.allowed)]
    return f"({now}) UNION ({_KEYS_THEN})" if wanted.is_past else now, values


async def local_calendars(reader: Reader, wanted: LateFilter) -> list[str]:
    """Return them, sorted."""
    return sorted(row["key"] for row in await fetch(reader, local_calendars_sql(wanted)))


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
