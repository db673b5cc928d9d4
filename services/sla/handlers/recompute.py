"""After a calendar decision every open clock it touches is computed anew, in chunks, while traffic goes on."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.catalogue import CalendarDecision
from contracts.sla import CalendarChange, ClockState
from law.calendars import last_known
from law.moments import vn_date
from libs import outbox
from libs.catalogue import Catalogue
from libs.db import Connection, Pool, transaction
from services.sla import metrics
from services.sla.handlers.announce import Occasion, said
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.handlers.recompute_chunk import USUAL, Chunk, Step
from services.sla.handlers.refold import refold_one
from services.sla.handlers.rulebook import Rulebook, as_decision
from services.sla.handlers.traces import Traces
from services.sla.store import calendar_moves, calendar_proposals, dossiers, recomputes, touched
from services.sla.store.dossiers import Row
from services.sla.store.recomputes import Lane, Span

SETTLED = timedelta(seconds=60)
"""A batch lasts no longer: after it none is under way that began before a decision was published."""
LANES = 2
"""Stretches that processes may refold side by side."""
LEAST = 20_000
"""Open dossiers below which one lane is enough."""


async def schedule(pool: Pool, catalogue: Catalogue, now: datetime) -> None:
    """Add a task for each calendar decision that is new, changed or withdrawn since the last look."""
    async with transaction(pool) as conn:
        await schedule_in(conn, catalogue, now)


async def schedule_in(conn: Connection, catalogue: Catalogue, now: datetime) -> None:
    """Do so in an open transaction."""
    cuts: list[UUID] | None = None
    for row in await recomputes.pending_decisions(conn):
        decision = CalendarDecision.model_validate(row["item"]["data"])
        task = await _add(conn, catalogue, decision, row["revision"], now)
        if task is not None:
            cuts = await recomputes.cuts(conn, LANES, LEAST) if cuts is None else cuts
            await recomputes.add_lanes(conn, task, cuts)
            await calendar_proposals.recount(conn)


async def _add(
    conn: Connection, catalogue: Catalogue, decision: CalendarDecision, revision: int, now: datetime
) -> int | None:
    """Add a task; return its id where there is something to do."""
    older = [
        CalendarDecision.model_validate(data)
        for data in await recomputes.older_versions(conn, decision.code, decision.version)
    ]
    before = [day for day in await recomputes.days_before(conn, decision.code) if day is not None]
    stated = [day for each in (decision, *older) for day in days_of(each, catalogue)]
    days = [*stated, *before]
    span = Span(min(days), max(days), units_of(catalogue, [decision, *older])) if days else None
    change = CalendarChange(code=decision.code, version=decision.version, withdrawn=decision.withdrawn)
    task = await recomputes.add(conn, change, revision, span, now)
    return task if span else None


def days_of(decision: CalendarDecision, catalogue: Catalogue) -> list[date]:
    """Return the days a decision names, and the first and last one on which its weekly hours hold."""
    days = [day.date for day in decision.days]
    if decision.weekly:
        first, last = catalogue_years(catalogue)
        days += [decision.valid_from or first, decision.valid_to or last]
    return days


def catalogue_years(catalogue: Catalogue) -> tuple[date, date]:
    """Return the first and the last day the catalogue's calendar knows."""
    known = [as_decision(each) for each in catalogue.calendar_decisions]
    return date(2018, 1, 1), last_known(known)


def units_of(catalogue: Catalogue, states: list[CalendarDecision]) -> list[str] | None:
    """Return where any state of a decision holds or held; None for the country."""
    scopes = [state.unit for state in states]
    if None in scopes:
        return None
    below = catalogue.subtree(scope for scope in scopes if scope)
    return None if below is None else sorted(below)


async def recompute_chunk(pool: Pool, rulebook: Rulebook, *, now: datetime, size: int) -> bool:
    """Refold the next chunk of the oldest free lane in one transaction; return whether there was anything to do."""
    async with transaction(pool) as conn:
        lane = await recomputes.next_lane(conn, now - SETTLED)
        if lane is None:
            return False
        rows = await _next_rows(conn, lane, size)
        if rows:
            moved = await _carry_out(conn, rulebook, rows, lane, now)
            await recomputes.advance(conn, lane, rows[-1].id, len(rows), moved)
            metrics.RECOMPUTED.inc(len(rows))
        if len(rows) < size:
            await recomputes.finish(conn, lane, now)
    return True


async def _next_rows(conn: Connection, lane: Lane, size: int) -> list[Row]:
    if lane.is_second:
        return await touched.lock_since(
            conn, lane.reach, lane.after, size, (lane.created_at - SETTLED, lane.task)
        )
    return await touched.lock(conn, lane.reach, lane.after, size)


async def retry_errors(pool: Pool, rulebook: Rulebook, *, now: datetime, size: int) -> None:
    """Refold every dossier without a computable deadline, in chunks: the catalogue may have been mended."""
    after = touched.FIRST
    while True:
        async with transaction(pool) as conn:
            ids = await touched.errors_after(conn, after, size)
            await _refold(conn, rulebook, ids, Occasion(now))
        if len(ids) < size:
            return
        after = ids[-1]


async def _refold(conn: Connection, rulebook: Rulebook, ids: list[UUID], occasion: Occasion) -> None:
    """Refold some dossiers; write and say only what changed."""
    rows = await dossiers.lock(conn, ids)
    traces = Traces()
    changed, events = [], []
    for row in rows.values():
        if row.state != ClockState.ERROR:  # mended meanwhile, perhaps by a newer calendar
            continue
        before = said(row)
        events += refold_one(row, rulebook, occasion, traces.note)
        if said(row) != before:
            changed.append(row)
    await dossiers.save(conn, changed)
    await traces.save(conn)
    await outbox.put(conn, events)


async def steps_of(conn: Connection, rulebook: Rulebook, lanes: Iterable[Lane]) -> list[Step]:
    """Return lanes, each with the rulebook as it was published up to its decision."""
    past = PastRulebooks(conn, rulebook)
    return [Step(lane, await past.upto(lane.change.code, lane.change.version)) for lane in lanes]


async def _carry_out(conn: Connection, rulebook: Rulebook, rows: list[Row], lane: Lane, now: datetime) -> int:
    """Refold a chunk because of a decision; write and say only what changed; return how many deadlines moved.

    What an earlier decision under way has not reached yet is moved by that one first.
    """
    earlier = [each for each in await recomputes.under_way(conn) if each.task < lane.task]
    steps = await steps_of(conn, rulebook, [*earlier, lane])
    newest = await PastRulebooks(conn, rulebook).newest()
    work = Chunk(steps, newest, now, is_past=min(step.lane.reach.first for step in steps) <= vn_date(now))
    for row in rows:
        work.refold(row)
    await dossiers.save_some(conn, work.changed, USUAL)
    await dossiers.save(conn, work.mended)
    await work.traces.save(conn)
    await outbox.put(conn, work.events)
    await calendar_moves.put(conn, work.moves, now)
    return len(work.moves)
