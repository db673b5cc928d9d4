"""Moments as whole microseconds ("ticks") since 1/1/2000 00:00 in Việt Nam, so that arithmetic is exact and fast.

Việt Nam has kept +07:00 without daylight saving since 1975, hence a day is always 24 hours.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VN = ZoneInfo("Asia/Ho_Chi_Minh")
ORIGIN = datetime(1999, 12, 31, 17, tzinfo=UTC)
ORIGIN_DAY = date(2000, 1, 1).toordinal()

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def to_tick(moment: datetime) -> int:
    """Return an aware moment as a tick; a naive one raises TypeError."""
    span = moment - ORIGIN
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


def to_moment(tick: int) -> datetime:
    """Return a tick as an aware moment in UTC."""
    return ORIGIN + timedelta(0, tick // SECOND, tick % SECOND)


def day_number(day: date) -> int:
    """Return the number of days from 1/1/2000 to a date; `tick // DAY` is the same for a moment."""
    return day.toordinal() - ORIGIN_DAY


def day_date(number: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(number + ORIGIN_DAY)


def vn_date(moment: datetime) -> date:
    """Return the date it is in Việt Nam at a moment."""
    return day_date(to_tick(moment) // DAY)


def at_vn(day: date, clock: str = "00:00") -> datetime:
    """Return the moment of `HH:MM` (also `24:00`) on a date in Việt Nam."""
    return to_moment(day_number(day) * DAY + clock_tick(clock))


def clock_tick(clock: str) -> int:
    """Return `HH:MM` as ticks after midnight."""
    hours, minutes = clock.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE
