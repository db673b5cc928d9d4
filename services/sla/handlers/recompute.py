"""After a calendar decision every open clock it touches is computed anew, in chunks, while traffic goes on."""

from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.catalogue import CalendarDecision
from libs import outbox
from libs.catalogue import Catalogue
from libs.db import Connection, Pool, transaction
from services.sla import metrics
from services.sla.handlers.announce import Occasion, said
from services.sla.handlers.refold import refold_one
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import dossiers, recomputes

SETTLED = timedelta(seconds=60)
"""After this long no batch is under way that began before a decision was published."""


async def schedule(pool: Pool, catalogue: Catalogue, now: datetime) -> None:
    """Add a task for each calendar decision that is new, changed or withdrawn since the last look."""
    async with transaction(pool) as conn:
        for row in await recomputes.pending_decisions(conn):
            decision = CalendarDecision.model_validate(row["item"]["data"])
            await _add(conn, catalogue, decision, row["revision"], now)


async def _add(
    conn: Connection, catalogue: Catalogue, decision: CalendarDecision, revision: int, now: datetime
) -> None:
    older = [
        CalendarDecision.model_validate(data)
        for data in await recomputes.older_versions(conn, decision.code, decision.version)
    ]
    spans = await recomputes.days_before(conn, decision.code)
    stated = [day.date for each in (decision, *older) for day in each.days]
    days: list[date] = [*stated, *(day for day in spans if day is not None)]
    units = _units(catalogue, [decision, *older])
    first, last = (min(days), max(days)) if days else (now.date(), now.date())
    done_at = None if days else now
    await recomputes.add(conn, decision.code, decision.version, revision, first, last, units, now, done_at)


def _units(catalogue: Catalogue, states: list[CalendarDecision]) -> list[str] | None:
    """Return where any state of a decision holds or held; None for the country."""
    scopes = [state.unit for state in states]
    if None in scopes:
        return None
    below = catalogue.subtree(scope for scope in scopes if scope)
    return None if below is None else sorted(below)


async def recompute_chunk(pool: Pool, rulebook: Rulebook, *, now: datetime, size: int) -> bool:
    """Refold the next chunk of the oldest task in one transaction; return whether there was anything to do."""
    async with transaction(pool) as conn:
        task = await recomputes.next_task(conn, now - SETTLED)
        if task is None:
            return False
        ids = await recomputes.touched(conn, task, size)
        if ids:
            moved = await _refold(conn, rulebook, ids, Occasion(now, is_calendar=True))
            await recomputes.advance(conn, task, ids[-1], len(ids), moved)
            metrics.RECOMPUTED.inc(len(ids))
        if len(ids) < size:
            await recomputes.finish_pass(conn, task, now)
    return True


async def retry_errors(pool: Pool, rulebook: Rulebook, *, now: datetime, size: int) -> None:
    """Refold every dossier without a computable deadline, in chunks: the catalogue may have been mended."""
    after = recomputes.FIRST
    while True:
        async with transaction(pool) as conn:
            ids = await recomputes.errors_after(conn, after, size)
            await _refold(conn, rulebook, ids, Occasion(now))
        if len(ids) < size:
            return
        after = ids[-1]


async def _refold(conn: Connection, rulebook: Rulebook, ids: list[UUID], occasion: Occasion) -> int:
    """Refold some dossiers; write and say only what changed; return how much was said."""
    rows = await dossiers.lock(conn, ids)
    changed, events = [], []
    for row in rows.values():
        before, ladder = said(row), row.ladder
        events += refold_one(row, rulebook, occasion)
        if said(row) != before or row.ladder != ladder:
            changed.append(row)
    await dossiers.save(conn, changed)
    await outbox.put(conn, events)
    return len(events)
