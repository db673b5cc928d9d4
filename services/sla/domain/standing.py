"""How an answer looks at a moment: used up, left, waited, late. Whole days count as 24 hours here."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from law.deadline import Terms
from law.moments import DAY, to_tick
from services.sla.domain.answer import Answer, Segment, SegmentKind
from services.sla.domain.apology import apology_of


class Apology(StrEnum):
    """Where a dossier stands with apology and re-appointment (NĐ 118/2025 Đ.19.6)."""

    NOT_NEEDED = "not_needed"
    EXTENDED = "extended"
    IN_TIME = "in_time"
    TOO_LATE = "too_late"
    MISSING = "missing"
    """Late without apology."""


class Standing(NamedTuple):
    """The dossier at `as_of` (or at its end, if that came first).

    `elapsed`, `remaining` and `limit` are in the limit's own time: time worked, whole days, or the wall clock.
    `paused` is the same over all waits. `days_late` are working days after the date of the appointment.
    """

    elapsed: timedelta
    remaining: timedelta
    limit: timedelta
    paused: timedelta
    is_late: bool
    days_late: int
    apology: Apology


def standing(answer: Answer, *, as_of: datetime) -> Standing | None:
    """Return how a dossier stands at an aware moment; None when it has no deadline."""
    terms = answer.terms
    if terms is None or answer.due is None:
        return None
    until = end_tick(answer, terms, as_of)
    worked = [
        part for part in answer.segments if part.kind is SegmentKind.WORKED and part.run == answer.restarts
    ]
    since = answer.runs[-1].counts_from
    elapsed = sum(_counted(part, terms, since=since, until=until) for part in worked)
    paused = sum(
        _counted(part, terms, since=part.since, until=until)
        for part in answer.segments
        if part.kind is SegmentKind.PAUSED
    )
    is_late = _is_late(answer, until)
    return Standing(
        elapsed=_span(elapsed),
        remaining=_span(remaining(answer, terms, until)),
        limit=_span(limit_of(answer, terms)),
        paused=_span(paused),
        is_late=is_late,
        days_late=days_late(answer, as_of=as_of),
        apology=_apology(answer, is_late=is_late),
    )


def days_late(answer: Answer, *, as_of: datetime) -> int:
    """Return the working days by which a dossier is late at a moment or was at its end; 0 if it is not late."""
    terms = answer.terms
    if terms is None or answer.due is None:
        return 0
    until = end_tick(answer, terms, as_of)
    if not _is_late(answer, until):
        return 0
    return terms.calendar.timeline.days_between(answer.due // DAY, until // DAY)


def pauses(answer: Answer) -> int:
    """Return how often the clock stood still; waits that overlap or follow at once count as one."""
    count, stood = 0, False
    for part in answer.segments:
        stands = part.kind is SegmentKind.PAUSED
        count += stands and not stood
        stood = stands
    return count


def end_tick(answer: Answer, terms: Terms, as_of: datetime) -> int:
    """Return `as_of`, or the end if that came first, within the known calendar."""
    until = min(to_tick(as_of), terms.calendar.timeline.end - 1)
    return until if answer.end is None else min(until, answer.end)


def remaining(answer: Answer, terms: Terms, until: int) -> int:
    """Return the ticks of the limit that are left at `until`; while paused, those left when the wait began."""
    at = until
    for part in reversed(answer.segments):
        if part.since > until:
            continue
        if part.kind is not SegmentKind.PAUSED or (part.until is not None and part.until <= until):
            break
        at = part.since
    at = max(at, answer.runs[-1].counts_from)
    return max(0, terms.reckoning.counted(at, answer.due_tick)) if at < answer.due_tick else 0


def limit_of(answer: Answer, terms: Terms) -> int:
    """Return the ticks of the whole limit, as the run that counts began, without any extension."""
    run = answer.runs[-1]
    return terms.reckoning.counted(run.counts_from, run.due) if run.counts_from < run.due else 0


def _counted(part: Segment, terms: Terms, *, since: int, until: int) -> int:
    start, end = max(part.since, since), min(part.until or until, until)
    return terms.reckoning.counted(start, end) if start < end else 0


def _is_late(answer: Answer, until: int) -> bool:
    return answer.late is not None and until >= answer.late


def _apology(answer: Answer, *, is_late: bool) -> Apology:
    letters = apology_of(answer).letters
    if letters is None:
        return Apology.MISSING if is_late else Apology.NOT_NEEDED
    return Apology(letters.value)


def _span(ticks: int) -> timedelta:
    return timedelta(microseconds=ticks)
