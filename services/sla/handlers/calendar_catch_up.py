"""Facts that overtake a recomputation: the calendar's part of the change is told first, and kept, on its own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from contracts.sla import ClockState, SlaEvent
from libs.db import Connection
from services.sla.handlers.announce import Occasion, said
from services.sla.handlers.recompute import schedule_in
from services.sla.handlers.recompute_chunk import move_of
from services.sla.handlers.refold import refold_one
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import calendar_moves, recomputes
from services.sla.store.calendar_moves import Move
from services.sla.store.dossiers import Row
from services.sla.store.recomputes import Lane

_OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED})


async def catch_up(
    conn: Connection, rows: Iterable[Row], rulebook: Rulebook, now: datetime
) -> list[SlaEvent]:
    """Refold open dossiers that a decision under way has not reached yet, before they learn anything else.

    Otherwise a fact that arrives meanwhile would swallow the move, and nobody could say which decision made it.
    """
    stale = [row for row in rows if row.state in _OPEN and _is_stale(row, rulebook)]
    if not stale:
        return []
    await schedule_in(conn, rulebook.catalogue, now)
    lanes = await recomputes.under_way(conn)
    events: list[SlaEvent] = []
    moves: dict[int, list[Move]] = defaultdict(list)
    for row in stale:
        lane = _reaching(row, lanes)
        if lane is None:
            continue
        before = said(row)
        events += refold_one(row, rulebook, Occasion(now, lane.change))
        if row.due_current != before.due_current:
            moves[lane.task].append(move_of(before, row))
    for task, each in moves.items():
        await calendar_moves.put(conn, task, each, now)
    return events


def _is_stale(row: Row, rulebook: Rulebook) -> bool:
    return row.calendar_version != rulebook.calendar_of(row.reception_unit, row.rule_set).version


def _reaching(row: Row, lanes: Sequence[Lane]) -> Lane | None:
    """Return the newest decision under way that holds where the dossier was received."""
    return next(
        (lane for lane in lanes if lane.reach.units is None or row.reception_unit in lane.reach.units), None
    )
