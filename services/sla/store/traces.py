"""SQL of what a fold leaves beside the row: signals of entry and letters of apology, both rewritten where they differ."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.db import Connection

_SIGNAL = {
    "dossier": "uuid", "event": "uuid", "part": "smallint", "kind": "text", "at": "timestamptz",
    "recorded_at": "timestamptz", "delay": "int", "outside": "int", "number": "smallint", "days": "int",
    "grounded": "boolean", "pauses": "boolean", "early": "boolean",
}  # fmt: skip
_APOLOGY = {
    "dossier": "uuid", "letters": "text", "at": "timestamptz", "letter_at": "timestamptz", "reason": "text",
    "responsible_unit": "text", "signed_by": "uuid", "new_due_at": "timestamptz", "refused": "smallint",
}  # fmt: skip
_HAVING = """
SELECT dossier FROM signal WHERE dossier = ANY($1::uuid[])
UNION SELECT dossier FROM apology WHERE dossier = ANY($1::uuid[])
"""
Rows = Mapping[UUID, Sequence[tuple[Any, ...]]]
"""Per dossier its rows, without the first column."""


async def having(conn: Connection, dossiers: Collection[UUID]) -> set[UUID]:
    """Return which dossiers have any: mostly none."""
    return (
        {record["dossier"] for record in await conn.fetch(_HAVING, sorted(dossiers))} if dossiers else set()
    )


async def replace_signals(conn: Connection, found: Rows, known: Collection[UUID]) -> None:
    """Make the signals of dossiers what was found; `known` may have some already, the others are new."""
    await _replace(conn, "signal", _SIGNAL, found, known)


async def replace_apologies(conn: Connection, found: Rows, known: Collection[UUID]) -> None:
    """Make the letters of dossiers what was found."""
    await _replace(conn, "apology", _APOLOGY, found, known)


async def _replace(
    conn: Connection, table: str, columns: Mapping[str, str], found: Rows, known: Collection[UUID]
) -> None:
    names = ", ".join(columns)
    stored: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    if known:
        for record in await conn.fetch(
            f"SELECT {names} FROM {table} WHERE dossier = ANY($1::uuid[])", sorted(known)
        ):
            own, *values = record.values()
            stored[own].append(tuple(values))
    differing = [
        own for own in found.keys() | stored.keys() if set(found.get(own, ())) != set(stored.get(own, ()))
    ]
    gone = sorted(own for own in differing if own in stored)
    if gone:
        await conn.execute(f"DELETE FROM {table} WHERE dossier = ANY($1::uuid[])", gone)
    rows = [(own, *values) for own in sorted(differing) for values in found.get(own, ())]
    if rows:
        arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(columns.values(), 1))
        insert = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
        await conn.execute(insert, *map(list, zip(*rows, strict=True)))


async def retracing(conn: Connection) -> UUID | None:
    """Return how far the tracing of old dossiers has come; None when it is done, or another process is at it."""
    after: UUID | None = await conn.fetchval(
        "SELECT after FROM retrace WHERE done_at IS NULL ORDER BY version LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return after


async def dossiers_after(conn: Connection, after: UUID, limit: int) -> list[UUID]:
    """Return the next dossiers, in id order."""
    rows = await conn.fetch("SELECT id FROM dossier WHERE id > $1 ORDER BY id LIMIT $2", after, limit)
    return [row["id"] for row in rows]


async def retraced(conn: Connection, after: UUID, done_at: datetime | None) -> None:
    """Note how far it has come."""
    await conn.execute("UPDATE retrace SET after = $1, done_at = $2 WHERE done_at IS NULL", after, done_at)
