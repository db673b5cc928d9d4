"""What calendar decisions did to dossiers: before, after, and by which decision."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from libs.db import Connection, Pool

_PUT = """
INSERT INTO deadline_move AS m (task, dossier, revision, due_before, due_after, late_before, late_after, moved_at)
SELECT t, i, r, db, da, lb, la, $8
FROM unnest($1::bigint[], $2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
            $7::timestamptz[]) AS u(t, i, r, db, da, lb, la)
ON CONFLICT (task, dossier) DO UPDATE
SET revision = excluded.revision, due_after = excluded.due_after, late_after = excluded.late_after
"""
_OF_DOSSIER = """
SELECT r.decision, r.version, r.withdrawn, m.due_before, m.due_after, m.late_before, m.late_after, m.moved_at,
       c.item -> 'data' ->> 'document' AS document
FROM recompute r JOIN deadline_move m ON (m.task, m.dossier) = (r.id, $1)
LEFT JOIN catalogue_item c ON c.kind = 'calendar' AND c.code = r.decision AND c.version = r.version
ORDER BY m.moved_at, r.id
"""
_OF_DECISION = """
SELECT m.task, d.id AS dossier, d.code, d.procedure_code, d.competent_unit, r.version, r.withdrawn, m.due_before,
       m.due_after, m.late_before, m.late_after, m.moved_at
FROM recompute r JOIN deadline_move m ON m.task = r.id JOIN dossier d ON d.id = m.dossier
WHERE r.decision = $1 AND (m.task, m.dossier) > ($2, $3)
  AND ($4::text[] IS NULL OR d.competent_unit = ANY($4) OR d.holder = ANY($4))
ORDER BY m.task, m.dossier LIMIT $5
"""
START = (0, UUID(int=0))


@dataclass(frozen=True, slots=True)
class Move:
    """One dossier moved by a decision; moments are UTC, late: the first late moment."""

    dossier: UUID
    revision: int
    due_before: datetime | None
    due_after: datetime | None
    late_before: datetime | None
    late_after: datetime | None


async def put(conn: Connection, moves: Sequence[tuple[int, Move]], now: datetime) -> None:
    """Keep what tasks moved. Moved twice by one task, a dossier keeps its first "before"."""
    if moves:
        columns = zip(
            *(
                (task, m.dossier, m.revision, m.due_before, m.due_after, m.late_before, m.late_after)
                for task, m in moves
            ),
            strict=True,
        )
        await conn.execute(_PUT, *map(list, columns), now)


async def of_dossier(pool: Pool, dossier: UUID) -> Sequence[asyncpg.Record]:
    """Return every move of a dossier by a calendar decision, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_OF_DOSSIER, dossier)
    return rows


async def of_decision(
    pool: Pool, code: str, scope: frozenset[str] | None, after: tuple[int, UUID], limit: int
) -> Sequence[asyncpg.Record]:
    """Return the dossiers a decision moved (publishing it, or withdrawing it), within the caller's units."""
    units = None if scope is None else sorted(scope)
    rows: Sequence[asyncpg.Record] = await pool.fetch(_OF_DECISION, code, *after, units, limit)
    return rows


async def everything(
    pool: Pool, code: str, scope: frozenset[str] | None, *, size: int = 1000
) -> AsyncIterator[Any]:
    """Yield all of them, page by page."""
    after = START
    while True:
        rows = await of_decision(pool, code, scope, after, size)
        for row in rows:
            yield row
        if len(rows) < size:
            return
        after = (rows[-1]["task"], rows[-1]["dossier"])
