"""What a proposed decision would move: every open clock it touches folded under the trial calendar, nothing written."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from contracts.sla import ClockState
from libs.db import Connection, Pool, transaction
from services.sla.handlers.judge import is_late, rejudge
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.handlers.recompute import days_of, units_of
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import calendar_proposals as store
from services.sla.store import recomputes, touched
from services.sla.store.calendar_proposals import COUNTS, Act, Proposal
from services.sla.store.dossiers import Row
from services.sla.store.touched import Reach


class Trials:
    """The rulebook with one proposal in force; made anew only for another proposal or catalogue."""

    def __init__(self) -> None:
        self._last: tuple[int, Rulebook, Rulebook] | None = None

    def of(self, rulebook: Rulebook, proposal: Proposal) -> Rulebook:
        """Return the calendar as it would be."""
        if self._last is None or self._last[0] != proposal.id or self._last[1] is not rulebook:
            self._last = proposal.id, rulebook, rulebook.with_decision(proposal.decision)
        return self._last[2]


async def preview_chunk(pool: Pool, rulebook: Rulebook, trials: Trials, *, now: datetime, size: int) -> bool:
    """Count the next chunk of the oldest unfinished preview; return whether there was anything to do.

    Previews wait from a decision's approval until it is carried out: they compare with what was last said. A task
    for a newly published one lets them be counted anew, so none is counted by two calendars.
    """
    async with transaction(pool) as conn:
        proposal = await store.next_preview(conn)
        if proposal is None or await recomputes.is_changing(conn):
            return False
        rulebook = await PastRulebooks(conn, rulebook).newest()
        reach = reach_of(proposal, rulebook)
        as_of = proposal.preview_as_of or await _begin(conn, proposal, reach, now)
        rows = await touched.look(conn, reach, proposal.preview_after, size)
        counts = count(rows, trials.of(rulebook, proposal), as_of)
        done_at = now if len(rows) < size else None
        await store.advance_preview(
            conn, proposal.id, rows[-1].id if rows else touched.FIRST, counts, done_at
        )
        if done_at is not None:
            await _note(conn, proposal.id, now)
    return True


def reach_of(proposal: Proposal, rulebook: Rulebook) -> Reach:
    """Return whom a proposal would touch."""
    catalogue = rulebook.catalogue
    days = days_of(proposal.decision, catalogue)
    units = units_of(catalogue, [proposal.decision])
    return Reach(min(days), max(days), None if units is None else tuple(units))


async def _begin(conn: Connection, proposal: Proposal, reach: Reach, now: datetime) -> datetime:
    await store.begin_preview(conn, proposal.id, await touched.count(conn, reach), now)
    return now


async def _note(conn: Connection, number: int, now: datetime) -> None:
    proposal = await store.get(conn, number)
    if proposal is not None:
        await store.note(conn, number, Act("previewed", now).with_counts(proposal))


def count(rows: Iterable[Row], trial: Rulebook, as_of: datetime) -> Counter[str]:
    """Return how a trial calendar changes rows, by kind of change; the rows are used up."""
    found: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    for row in rows:
        found["seen"] += 1
        due, late, state = row.due_current, _is_late(row, as_of), row.state
        rejudge(row, trial, now=as_of)
        if due and row.due_current and row.due_current != due:
            found["later" if row.due_current > due else "earlier"] += 1
        found["no_longer_late"] += late and not _is_late(row, as_of)
        found["newly_late"] += _is_late(row, as_of) and not late
        found["uncomputable"] += row.state == ClockState.ERROR and state != ClockState.ERROR
    return found


def _is_late(row: Row, as_of: datetime) -> bool:
    return row.state == ClockState.RUNNING and is_late(row, as_of)
