"""SQL of the sweep: what is due, taken in batches that several clockworks can share."""

from datetime import datetime

import asyncpg

from libs.db import Connection, Pool
from services.sla.store.dossiers import Row

_COLUMNS = (
    "seq", "revision", "rule_set", "received_at", "state", "due_original", "due_current", "late_at", "late_since",
    "outcome", "ended_at", "ending", "overdue", "extended", "calendar_version", "armed", "told", "ladder",
    "next_rung_at",
)  # fmt: skip
DUE = f"""
SELECT id, {", ".join(_COLUMNS)} FROM dossier WHERE armed AND next_rung_at <= $1
ORDER BY next_rung_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""
"""Locked rows are skipped, changed ones are judged by their newest version: no rung is told twice."""
NEXT = "SELECT min(next_rung_at) FROM dossier WHERE armed AND next_rung_at IS NOT NULL"


async def take_due(conn: Connection, until: datetime, limit: int) -> list[Row]:
    """Lock and return dossiers with a rung at or before `until`, earliest first. Facts are not read."""
    return [_row(record) for record in await conn.fetch(DUE, until, limit)]


def _row(record: asyncpg.Record) -> Row:
    own, *values = record.values()
    return Row(own, **dict(zip(_COLUMNS, values, strict=True)))


async def next_moment(pool: Pool) -> datetime | None:
    """Return when the earliest rung not told yet falls; None when nothing can ring."""
    moment: datetime | None = await pool.fetchval(NEXT)
    return moment
