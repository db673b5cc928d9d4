"""Applying what waited in the inbox: after a hold was lifted, a letter settled, or the catalogue grew."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from libs import breaker, inbox, offsets
from libs.breaker import BreakerOpenError
from libs.db import Connection, transaction
from libs.inbox_rules import Arrival, Verdict, release_waiting
from libs.stream import REFUSED, Pipeline, run_handler, settle

_CHUNK = 500
_READY = """
SELECT DISTINCT i.dossier FROM inbox i
LEFT JOIN inbox_progress p ON p.dossier = i.dossier AND p.emitter = i.emitter
WHERE i.seq = coalesce(p.seq, 0) + 1
  AND NOT EXISTS (SELECT FROM inbox_held h WHERE h.dossier = i.dossier) ORDER BY i.dossier
"""


async def settle_waiting(pool: asyncpg.Pool, pipeline: Pipeline) -> int:
    """Apply every waiting event that has become the next of its dossier; return how many were.

    Some hundred dossiers a transaction, apart from the workers (it locks their offset rows). What the
    handler refuses is found by bisection, like in a batch.
    """
    ready = [row["dossier"] for row in await pool.fetch(_READY)]
    return sum([await _settle(pool, pipeline, ready[n : n + _CHUNK]) for n in range(0, len(ready), _CHUNK)])


async def _settle(pool: asyncpg.Pool, pipeline: Pipeline, dossiers: list[UUID]) -> int:
    try:
        async with transaction(pool) as conn:
            return len((await apply_waiting(conn, pipeline, dossiers)).apply)
    except REFUSED:
        half = len(dossiers) // 2
        if half == 0:
            raise
        return await _settle(pool, pipeline, dossiers[:half]) + await _settle(pool, pipeline, dossiers[half:])
    except BreakerOpenError:
        await breaker.open_now(pool, pipeline.group)
        raise


async def apply_waiting(
    conn: Connection, pipeline: Pipeline, dossiers: Sequence[UUID], first: Iterable[Arrival] = ()
) -> Verdict:
    """Apply `first` and then what waits for `dossiers`, in the open transaction; return the verdict.

    Of a single dossier an event the handler refuses becomes a dead letter and holds it (again); of several
    the refusal comes out.
    """
    await offsets.lock_all(conn, pipeline.group)
    given = list(first)
    keys = dict.fromkeys([*(a.key for a in given), *await inbox.keys_of(conn, dossiers)])
    state = await inbox.load(conn, keys)
    before = dict(state.progress)
    verdict = release_waiting(state, pipeline.missing, pipeline.breaker.letters, first=given)
    await run_handler(conn, pipeline, verdict, before if len(dossiers) == 1 else None)
    await settle(conn, pipeline, verdict)
    return verdict
