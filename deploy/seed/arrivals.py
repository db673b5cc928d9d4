"""When people come: working days of the year with their peaks, and moments within office hours.

All weights are whole numbers and all chances are plain fractions of `random()`, so that every Python on every
machine draws the same register.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from deploy.seed import items
from deploy.seed.totals import FIRST_DAY, LAST_DAY
from law.calendar import Calendar
from law.days import Decision
from law.moments import DAY, MINUTE, SECOND, day_date, day_number

_MONTHS = (95, 80, 108, 100, 95, 100, 104, 116, 108, 100, 100, 104)
"""Seasons: quiet before Tết, busy before the school year."""
_WEEKDAYS = (132, 104, 98, 96, 90, 80, 80)
_AFTER_HOLIDAY = (150, 118)
"""The first and the second working day after a public holiday."""
_HALF_HOURS = (
    *((420, 4), (450, 10), (480, 14), (510, 14), (540, 12), (570, 10), (600, 8), (630, 6), (660, 3)),
    *((810, 8), (840, 11), (870, 10), (900, 8), (930, 6), (960, 4), (990, 2)),
)
_STARTS = tuple(start for start, _ in _HALF_HOURS)
_SHARES = tuple(accumulate(weight for _, weight in _HALF_HOURS))


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A day (by its number) and how many people it draws, in relation to others."""

    number: int
    weight: int


@cache
def calendar() -> Calendar:
    """Return the country's calendar as the seed has it."""
    return Calendar([Decision.parse(item.data.model_dump(mode="json")) for item in items.calendar()])


def working_days(first: date = FIRST_DAY, last: date = LAST_DAY) -> list[WorkingDay]:
    """Return the worked days of a span with their weights."""
    line = calendar().timeline
    numbers = [n for n in range(day_number(first), day_number(last) + 1) if line.is_worked(n)]
    return [WorkingDay(number, _weight(day_date(number))) for number in numbers]


def _weight(day: date) -> int:
    since = _working_days_since_holiday(day)
    peak = _AFTER_HOLIDAY[since] if since < len(_AFTER_HOLIDAY) else 100
    return _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * peak


def _working_days_since_holiday(day: date) -> int:
    """Return how many working days lie between a public holiday on a weekday and this day; 9 for many."""
    passed, weekend = 0, 5
    for back in range(1, 8):
        before = calendar().day(day - timedelta(days=back))
        if before.is_worked:
            passed += 1
        elif before.date.weekday() < weekend:
            return passed
    return 9


def arrival(day: int, rng: Random) -> int:
    """Return a moment (tick) at which somebody comes to the counter on a working day."""
    at = bisect_right(_SHARES, int(rng.random() * _SHARES[-1]))
    return day * DAY + _STARTS[at] * MINUTE + int(rng.random() * 1800) * SECOND


def office_moment(day: int, rng: Random, *, after: int = 0) -> int:
    """Return a moment (tick, whole seconds) within office hours of a day, not before `after`."""
    line = calendar().timeline
    begun = line.worked(max(line.day_open(day), after))
    span = (line.worked(line.day_close(day)) - begun) // SECOND
    return line.last_at(begun + int(span * rng.random()) * SECOND) if span else after
