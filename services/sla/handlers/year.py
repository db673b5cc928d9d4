"""A unit's calendar of a year, as it is shown."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from law.calendar import Calendar, Day
from law.days import DayKind, Decision
from law.rule_set import UnknownRuleSetError, rule_sets
from law.timeline import OutsideCalendarError, Session
from libs.day_range import FIRST, LAST
from libs.errors import DomainError, NotFoundError
from services.sla.handlers.rulebook import Rulebook

_MINUTES = 60_000_000


def year_of(calendar: Calendar, year: int) -> list[Day]:
    """Return every day of a year; raises OutsideCalendarError for a year the calendar does not know."""
    first = date(year, 1, 1)
    return [calendar.day(first + timedelta(days=at)) for at in range((date(year + 1, 1, 1) - first).days)]


def as_json(day: Day) -> dict[str, Any]:
    """Return one day as the interface gives it; sessions are `HH:MM` pairs of Việt Nam."""
    decision = day.decision
    return {
        "date": day.date,
        "kind": day.kind,
        "name": day.name,
        "sessions": hours_of(day.sessions),
        "reception": hours_of(day.reception),
        "weekly": day.is_weekly,
        "decision": decision.code if decision else None,
        "document": decision.document if decision else None,
        "decided_on": decision.decided_on if decision else None,
        "provisional": decision.provisional if decision else False,
    }


def hours_of(sessions: Sequence[Session]) -> list[list[str]]:
    """Return sessions as `HH:MM` pairs."""
    return [[clock_time(opening), clock_time(closing)] for opening, closing in sessions]


class Usual(NamedTuple):
    """What some weekdays (0 is Monday) are over a stretch of a year: the same hours by the same decision."""

    weekdays: tuple[int, ...]
    kind: DayKind
    sessions: tuple[Session, ...]
    reception: tuple[Session, ...]
    first: date
    last: date
    decision: Decision | None


def usual_hours(days: Iterable[Day]) -> list[Usual]:
    """Return the office hours of a year where nothing was decided by date, earliest first."""
    found: dict[tuple[Any, ...], list[Day]] = {}
    for day in days:
        if day.is_weekly and (day.reception or day.decision):
            code = day.decision.code if day.decision else ""
            found.setdefault((day.kind, day.sessions, day.reception, code), []).append(day)
    listed = [
        Usual(
            tuple(sorted({day.date.weekday() for day in them})),
            kind,
            sessions,
            reception,
            them[0].date,
            them[-1].date,
            them[0].decision,
        )
        for (kind, sessions, reception, _), them in found.items()
    ]
    return sorted(listed, key=lambda each: (each.first, each.weekdays))


def clock_time(tick: int) -> str:
    """Return ticks after midnight as `HH:MM`."""
    hours, minutes = divmod(tick // _MINUTES, 60)
    return f"{hours:02d}:{minutes:02d}"


def days_of(rulebook: Rulebook, unit: str | None, year: int) -> list[Day]:
    """Return the days; raises NotFoundError for an unknown unit, DomainError for a year nobody decided on."""
    if unit and rulebook.catalogue.unit(unit) is None:
        raise NotFoundError("unit", "unit_unknown", f"Không có đơn vị {unit}")
    undecided = DomainError("year", "outside_calendar", f"Chưa có lịch làm việc của năm {year}")
    if not FIRST.year <= year <= LAST.year:
        raise undecided
    try:
        rules = rule_sets().on(date(year, 12, 31))
        return year_of(rulebook.calendar(unit, rules), year)
    except (OutsideCalendarError, UnknownRuleSetError):
        raise undecided from None
