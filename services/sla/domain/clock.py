"""The fold: facts in any order in, one answer out. Pure, total, and without a walk over days."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from contracts.sla import ClockState, Ending, Outcome, Uncomputable
from law.deadline import Terms
from law.moments import DAY
from law.timeline import OutsideCalendarError
from services.sla.domain.answer import Answer
from services.sla.domain.facts import Fact, FactKind
from services.sla.domain.order import Cast
from services.sla.domain.walk import Walk

ENDINGS: Mapping[FactKind, Ending] = {
    FactKind.RESOLVED: Ending.RESOLVED,
    FactKind.RETURNED: Ending.RESOLVED,
    FactKind.REFUSED: Ending.REFUSED,
    FactKind.WITHDRAWN: Ending.WITHDRAWN,
    FactKind.STOPPED: Ending.STOPPED,
}


def fold(facts: Iterable[Fact], terms: Terms | Uncomputable) -> Answer:
    """Return the answer for a dossier's facts, in whatever order and however often they are given.

    `terms` are those of its reception (`law.deadline.terms_of`), or why there are none.
    """
    cast = Cast(facts)
    if cast.received is None:
        return Answer(state=None, ignored=tuple(cast.ignored))
    if cast.voided is not None:
        return _voided(cast, terms, cast.received, cast.voided)
    if isinstance(terms, Uncomputable):
        return _uncomputable(cast, terms)
    try:
        walk = Walk(cast.received, cast, terms)
        walk.over(cast.rest)
        if cast.end is not None:
            walk.stop(cast.end)
            walk.over(cast.apologies)
        return _answer(cast, walk)
    except OutsideCalendarError:
        return _uncomputable(cast, Uncomputable.OUTSIDE_CALENDAR)


def _answer(cast: Cast, walk: Walk) -> Answer:
    end, due = cast.end, walk.appointment
    waits = end is None and bool(walk.open)
    return Answer(
        state=ClockState.STOPPED if end else ClockState.PAUSED if waits else ClockState.RUNNING,
        received=cast.received_tick,
        due_first=walk.due_original,
        due=due,
        late=None if waits else walk.late,
        end=end.tick if end else None,
        wait_until=walk.wait_until if waits else None,
        due_tick=walk.due,
        outcome=outcome_of(end.tick, due=due, late=walk.late) if end else None,
        ending=ENDINGS[end.kind] if end else None,
        extended=walk.extensions > 0,
        apologised=walk.apologised,
        supplements=walk.supplements,
        terms=walk.terms,
        runs=tuple(walk.runs),
        segments=tuple(walk.segments if end else walk.with_going_on()),
        marks=tuple(walk.marks),
        ignored=(*cast.ignored, *walk.ignored),
        flags=tuple(walk.flags),
    )


def outcome_of(end: int, *, due: int, late: int) -> Outcome:
    """Return the outcome of an end against its appointment, all in ticks.

    Late from the first late moment on; early on an earlier date than the appointment's; else on time.
    """
    if end >= late:
        return Outcome.LATE
    return Outcome.EARLY if end // DAY < due // DAY else Outcome.ON_TIME


def _voided(cast: Cast, terms: Terms | Uncomputable, received: Fact, voided: Fact) -> Answer:
    """Return an answer without deadline or outcome, but with what the clock did until the receipt was cancelled."""
    answer = Answer(
        state=ClockState.VOIDED,
        received=cast.received_tick,
        end=voided.tick,
        marks=(voided,),
        ignored=tuple(cast.ignored),
    )
    if isinstance(terms, Uncomputable):
        return answer
    with suppress(OutsideCalendarError):
        walk = Walk(received, cast, terms)
        walk.over(fact for fact in cast.rest if fact.tick <= voided.tick)
        walk.stop(voided)
        marks = (*walk.marks, voided)
        return answer._replace(terms=terms, runs=tuple(walk.runs), segments=tuple(walk.segments), marks=marks)
    return answer


def _uncomputable(cast: Cast, error: Uncomputable) -> Answer:
    return Answer(
        state=ClockState.ERROR,
        error=error,
        received=cast.received_tick,
        end=cast.end.tick if cast.end else None,
        ending=ENDINGS[cast.end.kind] if cast.end else None,
        ignored=tuple(cast.ignored),
    )
