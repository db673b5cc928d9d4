"""Imports' barriers that have passed through routing."""

from datetime import datetime
from uuid import UUID

from contracts.intake import ImportEnded
from libs.db import Connection

_PUT_DOWN = """
INSERT INTO import_barrier (subject, batch, part, parts, dossiers, routed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
_FINISHED = "SELECT batch FROM import_barrier GROUP BY batch HAVING count(*) = max(parts)"


async def passed(conn: Connection, barrier: ImportEnded, now: datetime) -> None:
    """Record that a barrier was passed on."""
    data = barrier.data
    await conn.execute(
        _PUT_DOWN, barrier.subject, data.batch, data.partition, data.partitions, data.dossiers, now
    )


async def finished(conn: Connection) -> list[UUID]:
    """Return the batches whose barriers have all passed: their history is known.

    Asked for what is finished, not for what is under way: a batch may begin between this and the next statement.
    """
    return [row["batch"] for row in await conn.fetch(_FINISHED)]
