"""The sweep on the date: dossiers of units that ended move to the successors, in chunks."""

import asyncpg

from libs.clock import VN, utcnow
from libs.db import transaction
from services.routing import metrics
from services.routing.handlers.hearing import assign, finish
from services.routing.handlers.moving import pass_on
from services.routing.handlers.reference import Reference
from services.routing.handlers.speaking import Talk
from services.routing.store import barriers, dossiers
from services.routing.store import moving as store


async def sweep(pool: asyncpg.Pool, reference: Reference, *, chunk: int) -> int:
    """Move every open dossier of an ended unit that has a successor; return how many moves were said.

    Dossiers of imports whose history is still coming are left for later. Locked ones too: the next sweep takes them.
    """
    book, today = reference.book, utcnow().astimezone(VN).date()
    ended = book.units.ended(today)
    if not ended:
        return 0
    moved, after = 0, store.NOBODY
    while True:
        async with transaction(pool) as conn:
            known = await barriers.finished(conn)
            ids = await store.pick(conn, ended, imported=known, after=after, limit=chunk)
            if not ids:
                return moved
            rows = await dossiers.lock(conn, ids)
            talks = [Talk(row, utcnow()) for row in rows.values()]
            moved += sum([pass_on(talk, book) for talk in talks])
            spoken = [talk for talk in talks if talk.said]
            await assign(conn, spoken)
            await finish(conn, spoken)
            after = ids[-1]


def count_orphans(reference: Reference) -> int:
    """Count the units that ended without a known successor, and say so in a metric."""
    today = utcnow().astimezone(VN).date()
    units = reference.catalogue.units.values()
    orphans = [
        unit.code
        for unit in units
        if unit.valid_to and unit.valid_to < today and not reference.catalogue.successions_from(unit.code)
    ]
    metrics.WITHOUT_SUCCESSOR.set(len(orphans))
    return len(orphans)
