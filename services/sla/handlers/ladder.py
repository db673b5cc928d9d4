"""The alarms that lie ahead of a dossier, as its row keeps them. Pure.

A told rung is told again when its moment moves into the future, a lateness also when it had been taken back and is
there again since another moment, even one already past. It then says for which moment it was told before: what moved
it was said in between. "Half the time" is told once for good.
"""

from datetime import datetime
from typing import Any

from contracts.sla import ClockState, Rung
from law.moments import to_moment, to_tick
from law.rule_set import OnExpiry
from law.whole_time import WallClock
from services.sla.domain.alarms import OVERDUE, rungs
from services.sla.domain.answer import Answer
from services.sla.store.dossiers import Row

WAIT = "wait"
"""The pseudo-rung of an applicant's time to answer; beside its tick it holds what follows and by which article."""
ANY_HOUR = "any_hour"
"""Mark of a due-soon rung that office hours do not mute: its limit runs by the wall clock."""
Step = list[Any]
"""A rung as stored: `[name, tick]`, `[name, tick, ANY_HOUR]`; for WAIT `[name, tick, follow_up, ground]`."""


def set_next(row: Row, answer: Answer, *, now: datetime) -> None:
    """Set the rungs that lie ahead, given those told before; none for a clock that neither runs nor waits."""
    tick, pending = to_tick(now), {step[0] for step in row.ladder}
    row.ladder = [step for step in steps_of(answer) if _lies_ahead(row, step, tick, pending)]
    point(row)


def _lies_ahead(row: Row, step: Step, now: int, pending: set[str]) -> bool:
    name, at = step[0], step[1]
    told = row.told.get(name)
    if told is None:
        return True
    if abs(told) == at or name == Rung.HALF:
        return False
    is_late_anew = name in OVERDUE and not row.overdue
    return bool(at > now) or is_late_anew or name == WAIT or name in pending


def is_told_late(row: Row) -> bool:
    """Tell whether the lateness that holds now was told, or passed over, before: then it is not said again."""
    return row.late_at is not None and abs(row.told.get(Rung.OVERDUE, 0)) == to_tick(row.late_at)


def point(row: Row) -> None:
    """Set the moment of the next rung."""
    row.next_rung_at = to_moment(row.ladder[0][1]) if row.ladder else None


def silence(row: Row, *, now: datetime) -> None:
    """Mark the rungs already past as told without a word."""
    tick = to_tick(now)
    for step in row.ladder:
        if step[1] <= tick:
            pass_over(row, step)
    row.ladder = [step for step in row.ladder if step[1] > tick]
    point(row)


def pass_over(row: Row, step: Step) -> None:
    """Mark a rung as gone by without a word: with its tick negative, for nobody was told."""
    row.told[step[0]] = -step[1]


def told_before(row: Row, step: Step) -> datetime | None:
    """Return the moment for which the same rung was told before, if it was."""
    tick = row.told.get(step[0], 0)
    return to_moment(tick) if tick > 0 else None


def is_mutable(step: Step) -> bool:
    """Tell whether a rung is a notice that waits for office hours."""
    return step[0] not in OVERDUE and step[0] != WAIT and ANY_HOUR not in step


def postpone(row: Row, step: Step, until: int) -> None:
    """Put a notice back, to be told at `until`."""
    row.ladder = sorted([[step[0], until, *step[2:]], *row.ladder], key=_tick_of)


def _tick_of(step: Step) -> int:
    tick: int = step[1]
    return tick


def steps_of(answer: Answer) -> list[Step]:
    """Return every rung by moment: the ladder while the clock runs, the end of the wait while it waits."""
    if answer.state is ClockState.RUNNING:
        by_the_wall = answer.terms is not None and isinstance(answer.terms.reckoning, WallClock)
        mark = [ANY_HOUR] if by_the_wall else []
        return [[rung.value, tick, *(() if rung in OVERDUE else mark)] for tick, rung in rungs(answer)]
    if answer.state is ClockState.PAUSED and answer.wait_expires_at is not None and answer.terms is not None:
        rules = answer.terms.rule_set
        if rules.on_expiry is not OnExpiry.WAIT:
            ground = rules.basis("on_expiry").ground
            return [[WAIT, to_tick(answer.wait_expires_at), rules.on_expiry.value, ground]]
    return []
