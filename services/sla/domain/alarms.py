"""The ladder of alarms: which rungs a running clock has, and when."""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from contracts.sla import ClockState, Rung
from law.deadline import Terms
from law.moments import DAY, to_moment
from law.timeline import OutsideCalendarError, Timeline
from law.whole_time import WallClock
from services.sla.domain.answer import Answer, SegmentKind

OVERDUE = frozenset({Rung.OVERDUE, Rung.OVERDUE_5, Rung.OVERDUE_10})
"""Rungs that state a lateness: never muted, and said anew when the deadline had moved and passed again."""

_WORKING_DAYS = {Rung.TWO_DAYS: -2, Rung.ONE_DAY: -1, Rung.TODAY: 0, Rung.OVERDUE_5: 5, Rung.OVERDUE_10: 10}


class Alarm(NamedTuple):
    """A rung and its moment (UTC)."""

    rung: Rung
    at: datetime


def ladder(answer: Answer) -> tuple[Alarm, ...]:
    """Return every rung of a running clock, by moment; none while paused, ended or without a deadline.

    Due-soon rungs fall into working time, at the next opening (not so for limits of the wall clock); those
    that would lie before the start or after the deadline are left out. Overdue is always at `late_at`.
    """
    return tuple(Alarm(rung, to_moment(tick)) for tick, rung in rungs(answer))


def rungs(answer: Answer) -> list[tuple[int, Rung]]:
    """Return the ladder in ticks."""
    terms, due, late = answer.terms, answer.due, answer.late
    if terms is None or due is None or late is None or answer.state is not ClockState.RUNNING:
        return []
    names, line = terms.rule_set.ladder, terms.calendar.timeline
    start = answer.runs[-1].start
    by_days = _by_days(line, names, due // DAY, (late - 1) // DAY)
    found = [(tick, rung) for tick, rung in by_days if rung in OVERDUE or start < tick < late]
    if Rung.OVERDUE in names:
        found.append((late, Rung.OVERDUE))
    if Rung.HALF in names and (half := _half_rung(answer, terms)) is not None and start < half < late:
        found.append((half, Rung.HALF))
    return sorted(found, key=itemgetter(0))


@lru_cache(maxsize=8192)
def _by_days(line: Timeline, names: tuple[str, ...], due: int, late: int) -> tuple[tuple[int, Rung], ...]:
    """Return the rungs that lie whole working days off, at openings: many dossiers share their days."""
    found = []
    for rung, days in _WORKING_DAYS.items():
        if rung in names:
            day = late if rung in OVERDUE else due
            with suppress(OutsideCalendarError):
                found.append((line.day_open(line.add_days(day, days)), rung))
    return tuple(found)


def _half_rung(answer: Answer, terms: Terms) -> int | None:
    try:
        half = _half(answer, terms)
        return half if isinstance(terms.reckoning, WallClock) else terms.calendar.timeline.opening(half)
    except OutsideCalendarError:
        return None


def _half(answer: Answer, terms: Terms) -> int:
    """Return the moment at which half of the limit was or will be used up, waits left out."""
    reckoning, since = terms.reckoning, answer.runs[-1].counts_from
    stretches = [
        (max(part.since, since), answer.due_tick if part.until is None else part.until)
        for part in answer.segments
        if part.kind is SegmentKind.WORKED and part.run == answer.restarts
    ]
    used = [max(0, reckoning.counted(start, max(start, end))) for start, end in stretches]
    half = sum(used) // 2
    for (start, _), amount in zip(stretches, used, strict=True):
        if half <= amount:
            return reckoning.advance(start, half)
        half -= amount
    return since
