"""Applying what waited in the inbox: after a hold was lifted, a letter settled, or the catalogue grew."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from libs import inbox, offsets
from libs.db import Connection, transaction
from libs.inbox_rules import Arrival, Verdict, release_waiting
from libs.stream import Pipeline, run_handler, settle

_READY = """
SELECT DISTINCT i.dossier FROM inbox i
LEFT JOIN inbox_progress p ON p.dossier = i.dossier AND p.emitter = i.emitter
WHERE i.seq = coalesce(p.seq, 0) + 1
  AND NOT EXISTS (SELECT FROM inbox_held h WHERE h.dossier = i.dossier) ORDER BY i.dossier
"""


async def settle_waiting(pool: asyncpg.Pool, pipeline: Pipeline) -> int:
    """Apply every waiting event that has become the next of its dossier; return how many were.

    One transaction per dossier, apart from the workers (it locks their offset rows).
    """
    applied = 0
    for row in await pool.fetch(_READY):
        async with transaction(pool) as conn:
            applied += len((await apply_waiting(conn, pipeline, row["dossier"])).apply)
    return applied


async def apply_waiting(
    conn: Connection, pipeline: Pipeline, dossier: UUID, arrivals: Iterable[Arrival] = ()
) -> Verdict:
    """Apply `arrivals` of a dossier and then what waits for it, in the open transaction; return the verdict.

    An event the handler refuses becomes a dead letter and holds the dossier (again).
    """
    await offsets.lock_all(conn, pipeline.group)
    given = list(arrivals)
    keys = dict.fromkeys([*(a.key for a in given), *await inbox.keys_of(conn, dossier)])
    state = await inbox.load(conn, keys)
    before = dict(state.progress)
    verdict = release_waiting(state, pipeline.missing, pipeline.breaker.letters, first=given)
    await run_handler(conn, pipeline, verdict, before)
    await settle(conn, pipeline, verdict)
    return verdict
