"""The clock explained day by day, expanded from the fold's own segments: not a second calculation."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from contracts.sla import ClockState
from law.calendar import Day
from law.days import DayKind
from law.deadline import Terms
from law.moments import DAY, day_date, day_number, to_moment, to_tick, vn_date
from law.whole_time import WholeDays
from services.sla.domain import words
from services.sla.domain.answer import Answer, Segment, SegmentKind
from services.sla.domain.standing import end_tick


class LineKind(StrEnum):
    """What a day was for the clock: the strongest of what happened on it."""

    WORKED = "worked"
    DAY_ZERO = "day_zero"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    CLOSED = "closed"
    PAUSED = "paused"
    RESTARTED = "restarted"


class Line(NamedTuple):
    """One day. `counted` is what it used up of the limit (after a restart on that day), `total` the running sum.

    A restart sets the sum back: `total` is then `counted` alone.
    """

    date: date
    kind: LineKind
    counted: timedelta
    total: timedelta
    is_late: bool
    document: str | None
    text: str


class _Piece(NamedTuple):
    """What of a segment lies on a day."""

    segment: Segment
    counted: int


def lines_of(answer: Answer, *, as_of: datetime) -> Iterator[Line]:
    """Yield one line a day from reception to the end, or to `as_of`; none without a deadline."""
    terms = answer.terms
    if terms is None or not answer.segments:
        return
    until = end_tick(answer, terms, as_of)
    total, run = 0, 0
    for number, pieces in _by_day(answer, terms, until):
        last = pieces[-1].segment.run
        restarted = last != run
        if restarted:
            total, run = 0, last
        counted = sum(piece.counted for piece in pieces if piece.segment.run == run)
        total += counted
        yield _line(answer, terms, number, pieces, (counted, total, restarted))


def forecast_of(answer: Answer, *, as_of: datetime) -> Iterator[Line]:
    """Yield the days after that of `as_of` up to the appointment, of a clock that runs and is not late by then."""
    if answer.state is not ClockState.RUNNING or answer.due is None or to_tick(as_of) >= answer.due:
        return
    for line in lines_of(answer, as_of=to_moment(answer.due)):
        if line.date > vn_date(as_of):
            yield line


def _by_day(answer: Answer, terms: Terms, until: int) -> Iterator[tuple[int, list[_Piece]]]:
    at = answer.segments[0].since // DAY
    pieces: list[_Piece] = []
    for segment in answer.segments:
        end = min(segment.until or until, until)
        for number in range(segment.since // DAY, end // DAY + 1):
            if number != at and pieces:
                yield at, pieces
                pieces = []
            at = number
            pieces.append(_Piece(segment, _counted(segment, answer, terms, number, end)))
    if pieces:
        yield at, pieces


def _counted(segment: Segment, answer: Answer, terms: Terms, number: int, end: int) -> int:
    if segment.kind is SegmentKind.PAUSED:
        return 0
    since = max(segment.since, answer.runs[segment.run].counts_from)
    return terms.reckoning.counted_on(number, since, end) if since < end else 0


def _line(
    answer: Answer, terms: Terms, number: int, pieces: list[_Piece], sums: tuple[int, int, bool]
) -> Line:
    counted, total, restarted = sums
    day = terms.calendar.day(day_date(number))
    kind = _kind(answer, day, pieces, counted=counted, restarted=restarted)
    late = answer.late is not None and number * DAY >= answer.late
    decision = day.decision
    return Line(
        date=day.date,
        kind=kind,
        counted=timedelta(microseconds=counted),
        total=timedelta(microseconds=total),
        is_late=late,
        document=decision.document if decision else None,
        text=_text(answer, terms, day, kind, _Sums(counted, total, pieces)),
    )


def _kind(answer: Answer, day: Day, pieces: list[_Piece], *, counted: int, restarted: bool) -> LineKind:
    if restarted:
        return LineKind.RESTARTED
    if not counted and all(piece.segment.kind is SegmentKind.PAUSED for piece in pieces):
        return LineKind.PAUSED
    if not day.is_worked:
        return _OFF.get(day.kind, LineKind.HOLIDAY)
    if not counted and any(piece.segment.kind is SegmentKind.PAUSED for piece in pieces):
        return LineKind.PAUSED
    if not counted and day_number(day.date) <= answer.runs[pieces[-1].segment.run].start // DAY:
        return LineKind.DAY_ZERO
    return LineKind.MAKE_UP if day.kind is DayKind.MAKE_UP else LineKind.WORKED


_OFF = {
    DayKind.WEEKEND: LineKind.WEEKEND,
    DayKind.CLOSED: LineKind.CLOSED,
    DayKind.COUNTER: LineKind.WEEKEND,
}


class _Sums(NamedTuple):
    counted: int
    total: int
    pieces: list[_Piece]


def _text(answer: Answer, terms: Terms, day: Day, kind: LineKind, sums: _Sums) -> str:
    said = [_day_text(day, kind)]
    paused = next((piece for piece in sums.pieces if piece.segment.kind is SegmentKind.PAUSED), None)
    if paused is not None:
        said.append(words.wait(paused.segment.cause, terms.rule_set))
    if sums.counted:
        said.append(_sum_text(terms, sums))
    said += _happened(answer, day.date)
    return ". ".join(part for part in said if part)


def _day_text(day: Day, kind: LineKind) -> str:
    if kind is LineKind.RESTARTED:
        return "Đã nhận đủ hồ sơ, thời hạn tính lại từ đầu"
    if not day.is_worked:
        named = f": {day.name}" if day.name else ""
        return f"{words.DAYS_OFF[day.kind]}{named}{_decided(day)}"
    if kind is LineKind.DAY_ZERO:
        return "Ngày tiếp nhận, chưa tính vào thời hạn"
    return f"Làm bù{_decided(day)}" if day.kind is DayKind.MAKE_UP else ""


def _decided(day: Day) -> str:
    decision = day.decision
    if decision is None or not decision.document:
        return ""
    on = f", ngày {words.day(decision.decided_on)}" if decision.decided_on else ""
    return f" ({decision.document}{on})"


def _sum_text(terms: Terms, sums: _Sums) -> str:
    if isinstance(terms.reckoning, WholeDays):
        return f"Tính 1 ngày, cộng dồn {sums.total // DAY} ngày"
    counted, total = timedelta(microseconds=sums.counted), timedelta(microseconds=sums.total)
    return f"Tính {words.span(counted)}, cộng dồn {words.span(total)}"


def _happened(answer: Answer, on: date) -> list[str]:
    """Return what else is to say of a day: neutral facts, the appointment, the end."""
    since = day_number(on) * DAY
    said = [
        f"{words.hour(mark.time)} {words.MARKS[mark.kind]}"
        for mark in answer.marks
        if since <= mark.tick < since + DAY
    ]
    if answer.due is not None and since <= answer.due < since + DAY:
        said.append(f"Ngày hẹn trả ({words.hour(to_moment(answer.due))})")
    if answer.late is not None and since <= answer.late < since + DAY:
        said.append(f"Quá hạn từ {words.hour(to_moment(answer.late))}")
    if answer.end is not None and answer.ending and since <= answer.end < since + DAY:
        said.append(f"{words.hour(to_moment(answer.end))} {words.ENDINGS[answer.ending]}")
    return said
