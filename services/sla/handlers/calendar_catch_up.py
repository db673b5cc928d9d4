"""Facts that overtake a recomputation: the calendar's part of the change is told first, and kept, on its own."""

from collections.abc import Collection, Iterable
from datetime import datetime

from contracts.sla import ClockState, SlaEvent
from libs.db import Connection
from services.sla.handlers.past_rulebooks import PastRulebooks, standing
from services.sla.handlers.recompute import schedule_in, steps_of
from services.sla.handlers.recompute_chunk import carry
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import calendar_moves, recomputes
from services.sla.store.dossiers import Row

_OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED})


async def newest_for(conn: Connection, rows: Collection[Row], rulebook: Rulebook) -> Rulebook:
    """Return the rulebook to fold rows by: the one given, unless another process knew a newer calendar already.

    The catalogue in memory is up to a second old; by that calendar a deadline that has moved would move back.
    """
    if all(standing(row, rulebook) <= 0 for row in rows):
        return rulebook
    return await PastRulebooks(conn, rulebook).newest()


async def catch_up(
    conn: Connection, rows: Iterable[Row], rulebook: Rulebook, now: datetime
) -> list[SlaEvent]:
    """Refold open dossiers that decisions under way have not reached yet, before they learn anything else.

    Otherwise a fact that arrives meanwhile would swallow the move, and nobody could say which decision made it.
    """
    stale = [row for row in rows if row.state in _OPEN and standing(row, rulebook) < 0]
    if not stale:
        return []
    await schedule_in(conn, rulebook.catalogue, now)
    steps = await steps_of(conn, rulebook, await recomputes.under_way(conn))
    carried = [carry(row, steps, rulebook, now) for row in stale]
    await calendar_moves.put(conn, [move for _, moves in carried for move in moves], now)
    return [event for events, _ in carried for event in events]
