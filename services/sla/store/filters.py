"""Saved filters of the late list: a person's own, or a unit's for all who work there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from libs.db import Connection
from services.sla.store.late import Reader

_PUT = """
INSERT INTO saved_filter AS f (id, name, staff, unit, query, saved_by, saved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ({owner}, lower(name)) WHERE {owner} IS NOT NULL
DO UPDATE SET name = excluded.name, query = excluded.query, saved_by = excluded.saved_by, saved_at = excluded.saved_at
RETURNING id, name, staff, unit, query, saved_by, saved_at
"""
_SEEN = "(staff = $1 OR (unit IS NOT NULL AND ($2::text[] IS NULL OR unit = ANY($2))))"


async def put(  # noqa: PLR0913 - a row
    conn: Connection, *, own: UUID, name: str, unit: str | None, query: dict[str, Any], by: UUID, at: datetime
) -> asyncpg.Record:
    """Save a filter under a name; the same name again replaces it. `unit` None: the person's own."""
    sql = _PUT.format(owner="unit" if unit else "staff")
    return await conn.fetchrow(sql, own, name, None if unit else by, unit, query, by, at)


async def seen(
    reader: Reader, staff: UUID, scope: frozenset[str] | None, after: str, limit: int
) -> Sequence[asyncpg.Record]:
    """Return a person's filters and those of units in the scope, by name, after a name and id."""
    name, _, own = after.rpartition("|")
    rows: Sequence[asyncpg.Record] = await reader.fetch(
        f"SELECT id, name, staff, unit, query, saved_by, saved_at FROM saved_filter WHERE {_SEEN}"
        " AND (lower(name), id::text) > ($3, $4) ORDER BY lower(name), id::text LIMIT $5",
        staff,
        None if scope is None else sorted(scope),
        name,
        own,
        limit,
    )
    return rows


async def get(reader: Reader, own: UUID, staff: UUID, scope: frozenset[str] | None) -> asyncpg.Record | None:
    """Return one filter the person may see."""
    return await reader.fetchrow(
        f"SELECT id, name, staff, unit, query FROM saved_filter WHERE {_SEEN} AND id = $3",
        staff,
        None if scope is None else sorted(scope),
        own,
    )


async def remove(conn: Connection, own: UUID) -> None:
    """Forget a filter."""
    await conn.execute("DELETE FROM saved_filter WHERE id = $1", own)
