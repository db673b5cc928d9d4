"""An import's barrier per partition, and its unarmed dossiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.db import Connection, Pool

_REACH = """
INSERT INTO import_barrier AS b (batch, part, partitions, dossiers, ended_at, routed_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (batch, part) DO UPDATE
SET ended_at = coalesce(b.ended_at, excluded.ended_at), routed_at = coalesce(b.routed_at, excluded.routed_at)
RETURNING ended_at IS NOT NULL AND routed_at IS NOT NULL AND timed_at IS NULL
"""
_ARM_CLOSED = """
UPDATE dossier SET armed = true, late_since = CASE WHEN state = 'stopped' AND outcome = 'late' THEN late_at END,
       ladder = '[]', next_rung_at = NULL, changed_at = greatest($3, changed_at)
WHERE batch = $1 AND NOT armed AND key_hash % $2 = $4 AND (ended_at IS NOT NULL OR state IS NULL OR state = 'error')
"""
_UNARMED = """
SELECT id FROM dossier WHERE batch = $1 AND NOT armed AND key_hash % $2 = $3 ORDER BY id LIMIT $4
"""
_TIMED = """
SELECT batch, part, partitions FROM import_barrier WHERE timed_at IS NOT NULL AND batch = ANY($1::uuid[])
"""
_HOLD = "SELECT pg_advisory_xact_lock_shared(hashtext('arming'), hashtext(current_schema()))"
_HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = hashtext('arming')::oid
        AND l.objid = hashtext(current_schema())::oid)
"""


@dataclass(frozen=True, slots=True)
class Gate:
    """One partition's barrier of an import."""

    batch: UUID
    part: int
    partitions: int
    dossiers: int


async def reach(
    conn: Connection, gate: Gate, *, ended_at: datetime | None = None, routed_at: datetime | None = None
) -> bool:
    """Note that a barrier was reached in one topic; return whether it now is in both and nobody armed yet."""
    both: bool = await conn.fetchval(
        _REACH, gate.batch, gate.part, gate.partitions, gate.dossiers, ended_at, routed_at
    )
    return both


async def hold(conn: Connection) -> None:
    """Let everybody see, until this transaction ends, that a partition is being armed."""
    await conn.execute(_HOLD)


async def is_arming(reader: Pool | Connection) -> bool:
    """Tell whether any partition is being armed: what that comes to is not seen yet, but stands since its beginning."""
    return bool(await reader.fetchval(_HELD))


async def arm_closed(conn: Connection, gate: Gate, now: datetime) -> None:
    """Arm what can never ring: ended dossiers, and those without a deadline."""
    await conn.execute(_ARM_CLOSED, gate.batch, gate.partitions, now, gate.part)


async def unarmed(conn: Connection, gate: Gate, limit: int) -> Sequence[UUID]:
    """Return up to `limit` dossiers of the import's partition that are not armed yet."""
    return [r["id"] for r in await conn.fetch(_UNARMED, gate.batch, gate.partitions, gate.part, limit)]


async def note_timed(conn: Connection, gate: Gate, now: datetime) -> None:
    """Note that the partition's dossiers are armed."""
    await conn.execute(
        "UPDATE import_barrier SET timed_at = $3 WHERE batch = $1 AND part = $2", gate.batch, gate.part, now
    )


async def passed(conn: Connection, batches: set[UUID]) -> dict[UUID, set[tuple[int, int]]]:
    """Return per import which `(part, partitions)` were armed: a dossier that comes later is armed at once."""
    found: dict[UUID, set[tuple[int, int]]] = {}
    if batches:
        for r in await conn.fetch(_TIMED, sorted(batches)):
            found.setdefault(r["batch"], set()).add((r["part"], r["partitions"]))
    return found
