"""The alarms that lie ahead of a dossier, as its row keeps them. Pure.

A told rung is told again only when its moment moves into the future: what moved it was said before. "Half the
time" is told once for good.
"""

from datetime import datetime
from typing import Any

from contracts.sla import ClockState, Rung
from law.moments import to_moment, to_tick
from law.rule_set import OnExpiry
from services.sla.domain.alarms import rungs
from services.sla.domain.answer import Answer
from services.sla.store.dossiers import Row

WAIT = "wait"
"""The pseudo-rung of an applicant's time to answer; beside its tick it holds what follows and by which article."""
Step = list[Any]
"""A rung as stored: `[name, tick]`, for WAIT `[name, tick, follow_up, ground]`."""


def set_next(row: Row, answer: Answer, *, now: datetime) -> None:
    """Set the rungs that lie ahead, given those told before; none for a clock that neither runs nor waits."""
    tick = to_tick(now)
    row.ladder = [step for step in steps_of(answer) if _lies_ahead(row, step, tick)]
    for name, *_ in row.ladder:
        row.told.pop(name, None)
    point(row)


def _lies_ahead(row: Row, step: Step, now: int) -> bool:
    name, at = step[0], step[1]
    told = row.told.get(name)
    if told is None:
        return True
    if told == at or name == Rung.HALF:
        return False
    return bool(at > now) or name == WAIT


def point(row: Row) -> None:
    """Set the moment of the next rung."""
    row.next_rung_at = to_moment(row.ladder[0][1]) if row.ladder else None


def silence(row: Row, *, now: datetime) -> None:
    """Mark the rungs already past as told without a word."""
    tick = to_tick(now)
    for name, at, *_ in row.ladder:
        if at <= tick:
            row.told[name] = at
    row.ladder = [step for step in row.ladder if step[1] > tick]
    point(row)


def steps_of(answer: Answer) -> list[Step]:
    """Return every rung by moment: the ladder while the clock runs, the end of the wait while it waits."""
    if answer.state is ClockState.RUNNING:
        return [[rung.value, tick] for tick, rung in rungs(answer)]
    if answer.state is ClockState.PAUSED and answer.wait_expires_at is not None and answer.terms is not None:
        rules = answer.terms.rule_set
        if rules.on_expiry is not OnExpiry.WAIT:
            ground = rules.basis("on_expiry").ground
            return [[WAIT, to_tick(answer.wait_expires_at), rules.on_expiry.value, ground]]
    return []
