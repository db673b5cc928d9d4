"""Dossiers stored before signals and letters were kept: theirs follow from their facts, a chunk at a time."""

from datetime import datetime

from libs.db import Pool, transaction
from services.sla.domain.clock import fold
from services.sla.handlers.head import head_of
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.traces import Traces
from services.sla.store import dossiers, traces
from services.sla.store.packing import story_of, unpack


async def retrace_chunk(pool: Pool, rulebook: Rulebook, *, now: datetime, size: int) -> bool:
    """Do the next dossiers in one transaction; return whether there was anything to do. Rows stay as they are."""
    async with transaction(pool) as conn:
        after = await traces.retracing(conn)
        if after is None:
            return False
        ids = await traces.dossiers_after(conn, after, size)
        rows = await dossiers.lock(conn, ids)
        found, past = Traces(), PastRulebooks(conn, rulebook)
        for row in rows.values():
            terms = (await past.of(row)).terms(head_of(story_of(row.story)))
            found.note(row, fold(map(unpack, row.facts), terms))
        await found.save(conn)
        await traces.retraced(conn, ids[-1] if ids else after, now if len(ids) < size else None)
    return True
