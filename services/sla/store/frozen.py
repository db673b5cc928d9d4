"""Frozen lists: written once, read for ever. The database refuses every later change."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from libs.db import Connection
from services.sla.store.late import Reader

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('frozen_list'), hashtext(current_schema()))"
_ROWS = """
INSERT INTO frozen_row (list, place, dossier, line)
SELECT $1, p, d, l FROM unnest($2::int[], $3::uuid[], $4::text[]) AS u(p, d, l)
"""
_LIST = """
INSERT INTO frozen_list (id, year, number, frozen_at, staff, units, query, as_of, dossiers, header, sha256)
VALUES ($1, $2, (SELECT coalesce(max(number), 0) + 1 FROM frozen_list WHERE year = $2), $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING number
"""
_SEEN = "($1::text[] IS NULL OR units <@ $1)"
_COLUMNS = "id, year, number, frozen_at, staff, units, query, as_of, dossiers, header, sha256"
_PAGE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenList:
    """One list. `units` is the scope it was made with, None: the country. `header` begins with the BOM."""

    id: UUID
    year: int
    number: int
    frozen_at: datetime
    staff: UUID
    units: frozenset[str] | None
    query: dict[str, Any]
    as_of: datetime
    dossiers: int
    header: str
    sha256: str

    @property
    def code(self) -> str:
        """Return its number as people say it."""
        return f"DS-{self.year}-{self.number:05d}"


def _list_of(record: asyncpg.Record) -> FrozenList:
    values = dict(record)
    units = values["units"]
    return FrozenList(**values | {"units": None if units is None else frozenset(units)})


async def put_rows(conn: Connection, own: UUID, first: int, rows: Sequence[tuple[UUID, str]]) -> None:
    """Write some rows of a list that is not finished yet."""
    if rows:
        places = list(range(first, first + len(rows)))
        await conn.execute(_ROWS, own, places, [each[0] for each in rows], [each[1] for each in rows])


async def put_list(conn: Connection, made: FrozenList) -> int:
    """Finish a list; return its number within the year. Lists are finished one at a time."""
    await conn.execute(_LOCK)
    number: int = await conn.fetchval(
        _LIST, made.id, made.year, made.frozen_at, made.staff, sorted(made.units) if made.units is not None else None,
        made.query, made.as_of, made.dossiers, made.header, made.sha256,
    )  # fmt: skip
    return number


async def get(reader: Reader, own: UUID, scope: frozenset[str] | None) -> FrozenList | None:
    """Return a list that lies wholly within the scope."""
    record = await reader.fetchrow(
        f"SELECT {_COLUMNS} FROM frozen_list WHERE {_SEEN} AND id = $2", _units(scope), own
    )
    return _list_of(record) if record else None


async def page(
    reader: Reader, scope: frozenset[str] | None, before: tuple[int, int] | None, limit: int
) -> list[FrozenList]:
    """Return lists within the scope, the newest first, after a (year, number)."""
    records = await reader.fetch(
        f"SELECT {_COLUMNS} FROM frozen_list WHERE {_SEEN} AND ($2::int IS NULL OR (year, number) < ($2, $3))"
        " ORDER BY year DESC, number DESC LIMIT $4",
        _units(scope),
        *(before or (None, None)),
        limit,
    )
    return [_list_of(record) for record in records]


def _units(scope: frozenset[str] | None) -> list[str] | None:
    return None if scope is None else sorted(scope)


async def lines(reader: Reader, own: UUID) -> AsyncIterator[str]:
    """Yield the lines of a list in their order, some at a time."""
    place = 0
    while True:
        rows = await reader.fetch(
            "SELECT place, line FROM frozen_row WHERE list = $1 AND place > $2 ORDER BY place LIMIT $3",
            own,
            place,
            _PAGE,
        )
        for row in rows:
            yield row["line"]
        if len(rows) < _PAGE:
            return
        place = rows[-1]["place"]
