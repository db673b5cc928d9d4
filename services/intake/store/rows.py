"""The row of a dossier: lock, counter, and the columns the counter writes."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from libs.db import Connection

Scope = frozenset[str] | None

_NUMBER = """
INSERT INTO receipt_counter AS c (agency, day, last) VALUES ($1, $2, 1)
ON CONFLICT (agency, day) DO UPDATE SET last = c.last + 1 RETURNING last
"""
_IN_SCOPE = "($2::text[] IS NULL OR receiving_unit = ANY($2) OR competent_unit = ANY($2) OR holder = ANY($2))"


def units_of(scope: Scope) -> list[str] | None:
    """Return a scope as an SQL parameter."""
    return None if scope is None else sorted(scope)


async def next_number(conn: Connection, *, agency: str, day: date) -> int:
    """Return the next receipt number of an agency on a day. Its row stays locked until the commit.

    Gapless: a transaction that rolls back gives its number back.
    """
    number: int = await conn.fetchval(_NUMBER, agency, day)
    return number


async def insert(conn: Connection, dossier: UUID, columns: dict[str, Any]) -> None:
    """Insert a new dossier's row with `seq` 1: its first event is said in the same transaction."""
    names = ", ".join(columns)
    places = ", ".join(f"${n}" for n in range(2, len(columns) + 2))
    await conn.execute(
        f"INSERT INTO dossier (id, seq, {names}) VALUES ($1, 1, {places})", dossier, *columns.values()
    )


async def lock(conn: Connection, ref: UUID | str, scope: Scope) -> asyncpg.Record | None:
    """Lock a dossier's row, by id or code, and return it; None when there is none within the scope."""
    which = "id = $1" if isinstance(ref, UUID) else "code = $1 AND (state <> 'voided' OR origin = 'live')"
    return await conn.fetchrow(
        f"SELECT * FROM dossier WHERE {which} AND {_IN_SCOPE} FOR UPDATE", ref, units_of(scope)
    )


async def update(conn: Connection, dossier: UUID, columns: dict[str, Any]) -> int:
    """Write columns of a locked row, draw its next `seq` and return it."""
    sets = "".join(f", {name} = ${n}" for n, name in enumerate(columns, start=2))
    seq: int = await conn.fetchval(
        f"UPDATE dossier SET seq = seq + 1{sets} WHERE id = $1 RETURNING seq", dossier, *columns.values()
    )
    return seq


async def get(conn: Connection, ref: UUID | str, scope: Scope) -> asyncpg.Record | None:
    """Return a dossier's row without locking it; of a code's rows the one that was not voided."""
    which = "id = $1" if isinstance(ref, UUID) else "code = $1"
    return await conn.fetchrow(
        f"SELECT * FROM dossier WHERE {which} AND {_IN_SCOPE} ORDER BY state = 'voided', id LIMIT 1",
        ref,
        units_of(scope),
    )
