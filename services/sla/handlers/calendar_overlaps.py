"""Where two calendar decisions of one scope speak of the same days. Pure."""

from collections.abc import Iterator
from datetime import date

from contracts.catalogue import CalendarDecision


def overlaps(one: CalendarDecision, other: CalendarDecision) -> Iterator[tuple[str, str]]:
    """Yield the field of `one`, and in words the days or weekdays that both decide on."""
    taken = {day.date for day in other.days}
    for day in one.days:
        if day.date in taken:
            yield "days", f"Ngày {day.date:%d/%m/%Y}"
    shared = weekdays(one) & weekdays(other)
    if shared and _meet(one, other):
        yield "weekly", "Giờ làm việc " + ", ".join(map(weekday_name, sorted(shared)))


def weekdays(decision: CalendarDecision) -> set[int]:
    """Return the weekdays (ISO) its weekly hours name."""
    return {number for rule in decision.weekly or () for number in rule.weekdays}


def weekday_name(number: int) -> str:
    """Return an ISO weekday in words."""
    return "Chủ nhật" if number == 7 else f"Thứ {number + 1}"  # noqa: PLR2004 - ISO


def _meet(one: CalendarDecision, other: CalendarDecision) -> bool:
    first = max(one.valid_from or date.min, other.valid_from or date.min)
    last = min(one.valid_to or date.max, other.valid_to or date.max)
    return first <= last
