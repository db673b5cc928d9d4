"""Open dossiers of units that ended."""

from collections.abc import Collection
from uuid import UUID

from libs.db import Connection

_PICK = """
SELECT id FROM dossier
WHERE stage IN ('open', 'waiting')
  AND (competent_unit = ANY($1::text[]) OR leg_unit = ANY($1) OR holder = ANY($1) OR under_way_to = ANY($1))
  AND (batch IS NULL OR batch = ANY($2::uuid[])) AND id > $3
ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED
"""
NOBODY = UUID(int=0)


async def pick(
    conn: Connection, units: Collection[str], *, imported: Collection[UUID], after: UUID, limit: int
) -> list[UUID]:
    """Lock and return open dossiers that one of `units` answers for, works on or holds.

    Live ones, and those of the batches `imported`: a batch that is still coming in may hold a dossier whose end
    was not heard yet.
    """
    rows = await conn.fetch(_PICK, sorted(units), sorted(imported), after, limit)
    return [row["id"] for row in rows]
