"""What stands out in how a dossier was entered: measured here, judged by nobody; screens look for patterns in it.

A dossier entered at the counter in office hours, never asked for more and closed with a result has no signal.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from contracts.sla import ClockState, Ending
from law.calendar import Calendar
from law.deadline import Terms
from law.moments import DAY, MINUTE, to_moment
from law.timeline import OutsideCalendarError, Timeline
from services.sla.domain.answer import Answer, Note, SegmentKind
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact, FactKind

SUPPLEMENTS = frozenset({FactKind.INTAKE_SUPPLEMENT_REQUESTED, FactKind.SUPPLEMENT_REQUESTED})
PAUSES = SUPPLEMENTS | {FactKind.PAYMENT_REQUESTED}
_DECIDED = frozenset({Ending.RESOLVED, Ending.REFUSED})
_GONE = frozenset(
    {
        Note.SUPERSEDED,
        Note.TAKEN_BACK,
        Note.SECOND_RECEPTION,
        Note.BEFORE_RECEPTION,
        Note.AFTER_END,
        Note.RIVAL_ENDING,
    }
)
"""Facts that never counted: they are on the list of conflicts."""
_RAN_ON = frozenset({Note.PAYMENT_COUNTS, Note.SUPPLEMENT_BEYOND_MAX, Note.AFTER_EXPIRY})
"""Requests that count, but for which no clock stood still."""
_BY_HAND = PAUSES | {
    FactKind.RECEIVED,
    FactKind.CORRECTED,
    FactKind.EXTENDED,
    FactKind.RESOLVED,
    FactKind.REFUSED,
    FactKind.STOPPED,
    FactKind.RETURNED,
}
"""What an officer enters; answers and payments may come from a portal at any hour."""
_ALWAYS = PAUSES | {FactKind.EXTENDED, FactKind.STOPPED}
_IN_REGISTERS = _ALWAYS | {FactKind.RETURNED}
KEPT_AT_LEAST = 3
"""Days a result must have lain to leave a signal: most are fetched within a few."""
UNDECIDED = "returned_undecided"
"""The kind of a return without any decision before it."""
_KEY = attrgetter("tick", "rank", "emitter", "seq", "part", "id")


class Signal(NamedTuple):
    """One entry and what is remarkable about it. Times in ticks, `delay` and `outside` in minutes.

    `delay`: from the moment it states until it was recorded; `outside`: how far from office hours it was
    recorded; both None for a legacy register, whose time of recording means nothing. `number` counts requests
    for supplement. `days`: of a request for supplement the working days left (0: the last day); of an extension
    the days since the appointment (negative: before it); of a closing without a decision the days the applicant
    had been given; of a return the days since the result. `grounded`: a legal ground is named.
    `pauses`: of a request, the clock stood still for it. `early`: of a closing while a supplement was waited for,
    the rule set's time to answer was not over; None where it sets none, or nothing was waited for.
    """

    event: str
    part: int
    kind: str
    at: int
    recorded: int | None
    delay: int | None
    outside: int | None
    number: int
    days: int | None
    grounded: bool
    pauses: bool = False
    early: bool | None = None


def signals_of(facts: Iterable[Fact], answer: Answer, *, imported: bool) -> tuple[Signal, ...]:
    """Return a dossier's signals in the order of its facts; none without a clock."""
    if answer.terms is None or answer.received is None or answer.state is ClockState.VOIDED:
        return ()
    known = list(facts)
    kinds = _IN_REGISTERS if imported else _BY_HAND
    entered = [fact for fact in known if fact.kind in kinds]
    entered.sort(key=_KEY)
    gone = {(remark.fact.id, remark.fact.part) for remark in answer.ignored if remark.note in _GONE}
    kept = [fact for fact in entered if (fact.id, fact.part) not in gone]
    measure = _Measure(known, answer, answer.terms)
    found = [measure.signal(fact, timed=not imported) for fact in kept]
    return tuple(each for each in found if each is not None)


def may_stand_out(kind: str, tick: int, delay: int | None = None, *, answer: Answer, imported: bool) -> bool:
    """Tell, at little cost, whether a fact can be remarkable at all: most dossiers end here."""
    if kind == FactKind.RETURNED:
        kept = answer.end is not None and tick - answer.end >= KEPT_AT_LEAST * DAY
        if kept or (not imported and answer.end == tick):
            return True
    elif kind in _ALWAYS or (kind == FactKind.CORRECTED and not imported):
        return True
    if imported or delay is None or answer.terms is None or kind not in _BY_HAND:
        return False
    return delay >= MINUTE or outside_minutes(tick + delay, answer.terms.calendar) > 0


def outside_minutes(tick: int, calendar: Calendar) -> int:
    """Return how many minutes a moment lies from the nearest office hours; 0 within them, and where unknown.

    A day on which only the counter is open has office hours, too.
    """
    line = calendar.timeline
    try:
        opening = line.opening(tick)
        if opening == tick:
            return 0
        away = min(opening - tick, tick - _closing(line, tick))
        return 0 if calendar.receives(to_moment(tick)) else away // MINUTE
    except OutsideCalendarError:
        return 0


def _closing(line: Timeline, tick: int) -> int:
    """Return the last closing before a moment at which nobody works."""
    return line.first_at(line.worked(tick))


class _Measure:
    """Measures the entries of one dossier."""

    def __init__(self, facts: Sequence[Fact], answer: Answer, terms: Terms) -> None:
        self._facts, self._answer, self._terms = facts, answer, terms
        self._supplements = 0
        self._ran_on = {(each.fact.id, each.fact.part) for each in answer.ignored if each.note in _RAN_ON}

    def signal(self, fact: Fact, *, timed: bool) -> Signal | None:
        """Return the signal of a fact; None where nothing is remarkable."""
        known = timed and fact.delay is not None
        recorded = fact.tick + (fact.delay or 0) if known else None
        delay = self._delay(fact) if known else None
        outside = outside_minutes(recorded, self._terms.calendar) if recorded is not None else None
        kind = UNDECIDED if timed and self._is_undecided(fact) else fact.kind.value
        number, days = self._number(fact), self._days(fact, kind)
        if not (delay or outside or days is not None or fact.kind in _ALWAYS or kind == UNDECIDED):
            return None
        return Signal(
            fact.id, fact.part, kind, fact.tick, recorded, delay, outside, number, days, fact.ground is not None,
            pauses=self._pauses(fact), early=self._early(fact, kind),
        )  # fmt: skip

    def _days(self, fact: Fact, kind: str) -> int | None:
        if fact.kind in SUPPLEMENTS:
            return self._left(fact)
        if fact.kind is FactKind.EXTENDED:
            return self._since_due(fact)
        if fact.kind is FactKind.STOPPED or kind == UNDECIDED:
            return self._given(fact)
        return self._kept(fact) if fact.kind is FactKind.RETURNED else None

    def _is_undecided(self, fact: Fact) -> bool:
        """Tell whether a return stands for the decision that nobody recorded."""
        answer = self._answer
        if (
            fact.kind is not FactKind.RETURNED
            or answer.end != fact.tick
            or answer.ending is not Ending.RESOLVED
        ):
            return False
        return not any(each.kind is FactKind.RESOLVED for each in self._facts)

    def _delay(self, fact: Fact) -> int:
        """Return the minutes from the stated moment to its recording; of a correction: from the reception it states."""
        stated = fact.tick
        if fact.kind is FactKind.CORRECTED:
            stated = fact.tick if fact.new_tick is None else fact.new_tick
        return max(0, (fact.tick + (fact.delay or 0) - stated) // MINUTE)

    def _number(self, fact: Fact) -> int:
        if fact.kind not in SUPPLEMENTS or fact.tick < (self._answer.received or 0):
            return 0
        self._supplements += 1
        return self._supplements

    def _pauses(self, fact: Fact) -> bool:
        """Tell whether the clock stood still for a request: not before reception, nor where it ran on."""
        if fact.kind not in PAUSES or fact.tick < (self._answer.received or 0):
            return False
        return (fact.id, fact.part) not in self._ran_on

    def _early(self, fact: Fact, kind: str) -> bool | None:
        """Tell whether a closing without a decision cut the applicant's time to answer short."""
        if fact.kind is not FactKind.STOPPED and kind != UNDECIDED:
            return None
        until = self._before(fact).wait_until
        return None if until is None else fact.tick < until

    def _before(self, fact: Fact) -> Answer:
        """Return how the clock stood just before a fact."""
        key = _KEY(fact)
        return fold([each for each in self._facts if _KEY(each) < key], self._terms)

    def _due_before(self, fact: Fact) -> int | None:
        """Return the appointment that held just before a fact."""
        return self._before(fact).due

    def _left(self, fact: Fact) -> int | None:
        """Return the working days left when a supplement was asked for."""
        due = self._due_before(fact)
        if due is None:
            return None
        return self._terms.calendar.timeline.days_between(fact.tick // DAY, due // DAY)

    def _since_due(self, fact: Fact) -> int | None:
        """Return the days from the appointment to an extension."""
        due = self._due_before(fact)
        return None if due is None else fact.tick // DAY - due // DAY

    def _given(self, fact: Fact) -> int:
        """Return the days the applicant had been given when a dossier was closed without a decision."""
        since = fact.tick
        for segment in reversed(self._answer.segments):
            if segment.kind is not SegmentKind.PAUSED or segment.until != since:
                break
            since = segment.since
        return (fact.tick - since) // DAY

    def _kept(self, fact: Fact) -> int | None:
        """Return the days from the decision to its return, if it lay for long enough to be measured."""
        end = self._answer.end
        if end is None or self._answer.ending not in _DECIDED:
            return None
        days = (fact.tick - end) // DAY
        return days if days >= KEPT_AT_LEAST else None
