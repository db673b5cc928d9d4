"""Dossier rows: locked in id order, read, changed in Python, written back in one statement."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson

from libs.db import Connection
from services.reporting.domain.projection import COLUMNS, Row

_TYPES = {
    "id": "uuid",
    "batch": "uuid",
    "voided": "boolean",
    "overdue": "boolean",
    "due_soon": "boolean",
    "extended": "boolean",
    "clock_revision": "int",
    "moves": "jsonb",
    "path": "jsonb",
}


def _type(column: str) -> str:
    return _TYPES.get(
        column, "timestamptz" if column.endswith("_at") or column.startswith("due_") else "text"
    )


_LIST = ", ".join(COLUMNS)
_LOCK = f"SELECT {_LIST} FROM dossier WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_BEGIN = """
INSERT INTO dossier (id) SELECT x FROM unnest($1::uuid[]) AS x ORDER BY x ON CONFLICT DO NOTHING RETURNING id
"""
_SAVE = f"""
UPDATE dossier AS d SET {", ".join(f"{c} = x.{c}" for c in COLUMNS[1:])}
FROM unnest({", ".join(f"${n}::{_type(c)}[]" for n, c in enumerate(COLUMNS, 1))}) AS x({_LIST})
WHERE d.id = x.id
"""


async def lock(conn: Connection, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Return the rows of `ids`, locked in id order; those not known yet are begun."""
    wanted = sorted(set(ids))
    rows = await _read(conn, wanted)
    missing = [one for one in wanted if one not in rows]
    if missing:
        begun = {record["id"] for record in await conn.fetch(_BEGIN, missing)}
        rows |= {one: Row(one) for one in begun}
        # Another worker began these a moment ago, through another topic.
        rows |= await _read(conn, [one for one in missing if one not in begun])
    return rows


async def _read(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    if not ids:
        return {}
    return {record["id"]: Row(*record) for record in await conn.fetch(_LOCK, ids)}


async def save(conn: Connection, rows: Iterable[Row]) -> None:
    """Write rows back."""
    changed = list(rows)
    if changed:
        await conn.execute(_SAVE, *([_value(row, column) for row in changed] for column in COLUMNS))


def _value(row: Row, column: str) -> Any:
    value = getattr(row, column)
    # as text: a list in a list would be taken for an array of more dimensions
    return orjson.dumps(value) if isinstance(value, list) else value
