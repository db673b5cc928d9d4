"""A unit's calendar of a year, as it is shown."""

from datetime import date, timedelta
from typing import Any

from law.calendar import Calendar, Day
from law.rule_set import UnknownRuleSetError, rule_sets
from law.timeline import OutsideCalendarError
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
        "sessions": [[clock_time(opening), clock_time(closing)] for opening, closing in day.sessions],
        "document": decision.document if decision else None,
        "decided_on": decision.decided_on if decision else None,
        "provisional": decision.provisional if decision else False,
    }


def clock_time(tick: int) -> str:
    """Return ticks after midnight as `HH:MM`."""
    hours, minutes = divmod(tick // _MINUTES, 60)
    return f"{hours:02d}:{minutes:02d}"


def days_of(rulebook: Rulebook, unit: str | None, year: int) -> list[Day]:
    """Return the days; raises NotFoundError for an unknown unit, DomainError for a year nobody decided on."""
    if unit and rulebook.catalogue.unit(unit) is None:
        raise NotFoundError("unit", "unit_unknown", f"Không có đơn vị {unit}")
    try:
        rules = rule_sets().on(date(year, 12, 31))
        return year_of(rulebook.calendar(unit, rules), year)
    except (OutsideCalendarError, UnknownRuleSetError):
        raise DomainError("year", "outside_calendar", f"Chưa có lịch làm việc của năm {year}") from None
