"""Imports' barriers that have passed through routing."""

from datetime import datetime
from uuid import UUID

from contracts.intake import ImportEnded
from libs.db import Connection

_PUT_DOWN = """
INSERT INTO import_barrier (subject, batch, part, parts, dossiers, routed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
_UNFINISHED = """
SELECT DISTINCT batch FROM dossier d
WHERE batch IS NOT NULL AND stage IN ('open', 'waiting')
  AND NOT EXISTS (SELECT FROM import_barrier b WHERE b.batch = d.batch GROUP BY b.batch HAVING count(*) = max(b.parts))
"""


async def passed(conn: Connection, barrier: ImportEnded, now: datetime) -> None:
    """Record that a barrier was passed on."""
    data = barrier.data
    await conn.execute(
        _PUT_DOWN, barrier.subject, data.batch, data.partition, data.partitions, data.dossiers, now
    )


async def unfinished(conn: Connection) -> list[UUID]:
    """Return the batches with open dossiers whose barriers have not all passed: their history is still coming."""
    return [row["batch"] for row in await conn.fetch(_UNFINISHED)]
