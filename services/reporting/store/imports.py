"""How far an import has come: whole dossiers, and the barriers that followed them."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from contracts.intake import ImportEnded
from contracts.routing import ImportRouted
from contracts.sla import ImportTimed
from libs.db import Connection

_ADD = """
INSERT INTO import_progress AS p (batch, applied) SELECT * FROM unnest($1::uuid[], $2::int[]) ORDER BY 1
ON CONFLICT (batch) DO UPDATE SET applied = p.applied + EXCLUDED.applied
"""
_BARRIER = """
INSERT INTO import_barrier (batch, emitter, partition, partitions, dossiers) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
_READ = """
SELECT coalesce((SELECT applied FROM import_progress WHERE batch = $1), 0) AS applied,
       count(*)::int AS barriers, coalesce(max(partitions), 0) * 3 AS partitions, max(dossiers) AS dossiers
FROM import_barrier WHERE batch = $1
"""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """`dossiers` is known once the first barrier arrived; `partitions` counts those of all three topics."""

    applied: int
    barriers: int
    partitions: int
    dossiers: int | None

    @property
    def done(self) -> bool:
        """Return whether everything the import said has been applied here."""
        return self.barriers > 0 and self.barriers == self.partitions


async def add(conn: Connection, whole: Counter[UUID]) -> None:
    """Count dossiers that became whole, by import."""
    if whole:
        pairs = sorted(whole.items())
        await conn.execute(_ADD, [batch for batch, _ in pairs], [n for _, n in pairs])


async def pass_barrier(
    conn: Connection, emitter: str, data: ImportEnded.Data | ImportRouted.Data | ImportTimed.Data
) -> None:
    """Note that an import's barrier arrived through one emitter's topic."""
    await conn.execute(_BARRIER, data.batch, emitter, data.partition, data.partitions, data.dossiers)


async def read(conn: Connection, batch: UUID) -> ImportProgress:
    """Return how far an import has come; an unknown one has not begun."""
    record = await conn.fetchrow(_READ, batch)
    return ImportProgress(record["applied"], record["barriers"], record["partitions"], record["dossiers"])
