"""Explain by a date: what was asked of which unit about which dossiers, and what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from libs.db import Connection
from services.sla.store.causes import Stated
from services.sla.store.late import Reader

_COLUMNS = "id, unit, due_on, asked_at, asked_by, list, note, dossiers, left_open, answered_at"
_SEEN = "($1::text[] IS NULL OR unit = ANY($1))"
_STATES = {
    "open": "answered_at IS NULL AND due_on >= $2",
    "overdue": "answered_at IS NULL AND due_on < $2",
    "answered": "answered_at IS NOT NULL AND $2::date IS NOT NULL",
}
STATES = tuple(_STATES)
_PUT = f"""
INSERT INTO explain_request ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, NULL)
"""
_BY_CODES = """
INSERT INTO explain_item (request, dossier, code, competent_unit)
SELECT $1, d.id, d.code, d.competent_unit FROM dossier d
WHERE d.id = ANY($2::uuid[]) AND d.late_since <= $3
"""
_BY_LIST = """
INSERT INTO explain_item (request, dossier, code, competent_unit)
SELECT $1, d.id, d.code, d.competent_unit FROM frozen_row f JOIN dossier d ON d.id = f.dossier
WHERE f.list = $2 AND d.competent_unit = ANY($3::text[])
"""
_FOUND = """
SELECT DISTINCT ON (code) code, id, competent_unit, late_since FROM dossier
WHERE code = ANY($1::text[]) AND state IS DISTINCT FROM 'voided' ORDER BY code, received_at DESC
"""
_ANSWER = """
UPDATE explain_item SET cause = $3, responsible_unit = $4, responsible_leg = $5, note = $6, answered_at = $7,
    answered_by = $8
WHERE request = $1 AND dossier = $2
"""
_COUNT_DOWN = """
UPDATE explain_request SET left_open = left_open - 1,
    answered_at = CASE WHEN left_open = 1 THEN $2::timestamptz END
WHERE id = $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked. `list` is the frozen list it is about, `note` the words."""

    id: UUID
    unit: str
    due_on: date
    asked_at: datetime
    asked_by: UUID
    list: UUID | None
    note: UUID | None


async def by_codes(reader: Reader, codes: Sequence[str]) -> dict[str, asyncpg.Record]:
    """Return dossiers by code: id, competent unit, since when late."""
    return {row["code"]: row for row in await reader.fetch(_FOUND, list(codes))}


async def put(conn: Connection, asked: Request, dossiers: Sequence[UUID], units: frozenset[str]) -> int:
    """Keep a request with its dossiers (those of the list in `units`, where it is about a list); return how many."""
    if asked.list is not None:
        done: str = await conn.execute(_BY_LIST, asked.id, asked.list, sorted(units))
    else:
        done = await conn.execute(_BY_CODES, asked.id, sorted(dossiers), asked.asked_at)
    number = int(done.rsplit(" ", 1)[1])
    await conn.execute(
        _PUT, asked.id, asked.unit, asked.due_on, asked.asked_at, asked.asked_by, asked.list, asked.note, number
    )  # fmt: skip
    return number


async def page(
    reader: Reader,
    scope: frozenset[str] | None,
    today: date,
    state: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[asyncpg.Record]:
    """Return requests to units in the scope, the newest first."""
    chosen = _STATES[state] if state else "$2::date IS NOT NULL"
    rows: Sequence[asyncpg.Record] = await reader.fetch(
        f"SELECT {_COLUMNS} FROM explain_request WHERE {_SEEN} AND {chosen}"
        " AND ($3::timestamptz IS NULL OR (asked_at, id) < ($3, $4)) ORDER BY asked_at DESC, id DESC LIMIT $5",
        _units(scope),
        today,
        *(before or (None, None)),
        limit,
    )
    return rows


async def counts(reader: Reader, scope: frozenset[str] | None, today: date) -> dict[str, int]:
    """Return how many requests are open, overdue and answered."""
    parts = ", ".join(f"count(*) FILTER (WHERE {sql})::int AS {name}" for name, sql in _STATES.items())
    row = await reader.fetchrow(f"SELECT {parts} FROM explain_request WHERE {_SEEN}", _units(scope), today)
    return dict(row)


async def get(
    reader: Reader, own: UUID, scope: frozenset[str] | None, *, lock: bool = False
) -> asyncpg.Record | None:
    """Return a request to a unit in the scope."""
    sql = f"SELECT {_COLUMNS} FROM explain_request WHERE {_SEEN} AND id = $2" + (
        " FOR UPDATE" if lock else ""
    )
    return await reader.fetchrow(sql, _units(scope), own)


async def items(reader: Reader, own: UUID, after: str, limit: int) -> Sequence[asyncpg.Record]:
    """Return the dossiers of a request by code, with their answers and what the clock proposes."""
    rows: Sequence[asyncpg.Record] = await reader.fetch(
        "SELECT i.dossier, i.code, i.competent_unit, i.cause, i.responsible_unit, i.responsible_leg, i.note,"
        " i.answered_at, i.answered_by, d.cause AS stands, d.cause_by AS stands_by, d.responsible_unit AS stands_unit"
        " FROM explain_item i JOIN dossier d ON d.id = i.dossier"
        " WHERE i.request = $1 AND i.code > $2 ORDER BY i.code LIMIT $3",
        own,
        after,
        limit,
    )
    return rows


async def item(reader: Reader, own: UUID, code: str) -> asyncpg.Record | None:
    """Return one dossier of a request."""
    return await reader.fetchrow(
        "SELECT dossier, answered_at FROM explain_item WHERE request = $1 AND code = $2", own, code
    )


async def put_answer(  # noqa: PLR0913 - what an answer consists of
    conn: Connection,
    own: UUID,
    dossier: UUID,
    said: Stated,
    *,
    note: UUID,
    at: datetime,
    staff: UUID,
    first: bool,
) -> None:
    """Keep an answer; the first one about a dossier brings the request nearer to its end."""
    await conn.execute(_ANSWER, own, dossier, said.cause, said.unit, said.leg, note, at, staff)
    if first:
        await conn.execute(_COUNT_DOWN, own, at)


def _units(scope: frozenset[str] | None) -> Any:
    return None if scope is None else sorted(scope)
