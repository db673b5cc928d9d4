"""SQL of the sweep: what is due, taken in batches that several clockworks can share."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import orjson

from libs.db import Connection, Pool
from services.sla.store.dossiers import Row

_COLUMNS = (
    "seq", "revision", "reception_unit", "rule_set", "received_at", "state", "due_original", "due_current", "late_at", "late_since",
    "outcome", "ended_at", "ending", "overdue", "extended", "calendar_version", "armed", "told", "ladder",
    "next_rung_at",
)  # fmt: skip
DUE = f"""
SELECT id, {", ".join(_COLUMNS)} FROM dossier WHERE armed AND next_rung_at <= $1
ORDER BY next_rung_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""
"""Locked rows are skipped, changed ones are judged by their newest version: no rung is told twice."""
_TOLD = """
UPDATE dossier d SET seq = u.seq, revision = d.revision + u.seq - d.seq, overdue = u.overdue, told = u.told,
    ladder = u.ladder, next_rung_at = u.next
FROM unnest($1::uuid[], $2::int[], $3::boolean[], $4::jsonb[], $5::jsonb[], $6::timestamptz[])
    AS u(id, seq, overdue, told, ladder, next)
WHERE d.id = u.id
"""
"""What telling a rung changes: facts and clock stay as they are, `changed_at` too."""
NEXT = "SELECT min(next_rung_at) FROM dossier WHERE armed AND next_rung_at IS NOT NULL"


async def take_due(conn: Connection, until: datetime, limit: int) -> list[Row]:
    """Lock and return dossiers with a rung at or before `until`, earliest first. Facts are not read."""
    return [_row(record) for record in await conn.fetch(DUE, until, limit)]


def _row(record: asyncpg.Record) -> Row:
    own, *values = record.values()
    return Row(own, **dict(zip(_COLUMNS, values, strict=True)))


async def save_told(conn: Connection, rows: Sequence[Row]) -> None:
    """Write back what telling rungs changed in rows that `take_due` returned."""
    if rows:
        await conn.execute(
            _TOLD,
            [row.id for row in rows],
            [row.seq for row in rows],
            [row.overdue for row in rows],
            [orjson.dumps(row.told) for row in rows],
            [orjson.dumps(row.ladder) for row in rows],
            [row.next_rung_at for row in rows],
        )


async def next_moment(pool: Pool) -> datetime | None:
    """Return when the earliest rung not told yet falls; None when nothing can ring."""
    moment: datetime | None = await pool.fetchval(NEXT)
    return moment
