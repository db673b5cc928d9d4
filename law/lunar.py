"""The Vietnamese lunisolar calendar, computed from new moons and solar terms at UTC+7. Pure.

By Hồ Ngọc Đức, "Thuật toán tính âm lịch" (after Meeus, Astronomical Algorithms). It differs from the Chinese
calendar where a new moon or solstice falls between midnight of the two zones, as at Tết 1985 and 2007.
"""

from datetime import date
from functools import lru_cache
from math import floor, pi, radians, sin
from typing import NamedTuple

_JULIAN = 1_721_425
"""Julian day number minus ordinal of a date."""
_EPOCH, _MONTH = 2_415_021.076998695, 29.530588853
_ZONE = 7 / 24
_WINTER = 9
"""Twelfth of the zodiac in which the sun stands at the winter solstice: month 11 holds it."""


class Lunar(NamedTuple):
    """A lunar date: mùng 1 tháng Giêng is day 1 of month 1. `leap`: tháng nhuận."""

    day: int
    month: int
    year: int
    leap: bool = False

    def __str__(self) -> str:
        return f"{self.day}/{self.month}{' nhuận' if self.leap else ''} âm lịch"


def lunar(on: date) -> Lunar:
    """Return the lunar date of a day."""
    number = on.toordinal() + _JULIAN
    k = floor((number - _EPOCH) / _MONTH)
    start = _new_moon(k + 1)
    if start > number:
        start = _new_moon(k)
    first, year = _eleventh(on.year), on.year
    if first >= start:
        first, last = _eleventh(on.year - 1), first
    else:
        year, last = on.year + 1, _eleventh(on.year + 1)
    passed = (start - first) // 29
    month, leap = passed + 11, False
    if last - first > 365:  # noqa: PLR2004 - thirteen months
        at = _leap_offset(first)
        if passed >= at:
            month, leap = passed + 10, passed == at
    month = month - 12 if month > 12 else month  # noqa: PLR2004
    return Lunar(number - start + 1, month, year - 1 if month >= 11 and passed < 4 else year, leap)  # noqa: PLR2004


def solar(day: int, month: int, year: int) -> date:
    """Return the date of a lunar day in an ordinary (not leap) month."""
    since = year - 1 if month < 11 else year  # noqa: PLR2004 - months are counted from the eleventh
    first, last = _eleventh(since), _eleventh(since + 1)
    k = floor(0.5 + (first - _EPOCH) / _MONTH)
    offset = (month - 11) % 12
    if last - first > 365 and offset >= _leap_offset(first):  # noqa: PLR2004
        offset += 1
    return date.fromordinal(_new_moon(k + offset) + day - 1 - _JULIAN)


@lru_cache(maxsize=256)
def _eleventh(year: int) -> int:
    """Return the Julian day on which the lunar month with the winter solstice of a year begins."""
    k = floor((date(year, 12, 31).toordinal() + _JULIAN - 2_415_021) / _MONTH)
    start = _new_moon(k)
    return _new_moon(k - 1) if _sun(start) >= _WINTER else start


@lru_cache(maxsize=256)
def _leap_offset(first: int) -> int:
    """Return which month after the eleventh is the leap one: the first in which the sun enters no new sign."""
    k = floor((first - _EPOCH) / _MONTH + 0.5)
    at, sign = 1, _sun(_new_moon(k + 1))
    while at < 14:  # noqa: PLR2004
        at, before, sign = at + 1, sign, _sun(_new_moon(k + at + 1))
        if sign == before:
            break
    return at - 1


@lru_cache(maxsize=4096)
def _new_moon(k: int) -> int:
    """Return the Julian day, in Việt Nam, of the k-th new moon after 1/1/1900."""
    t = k / 1236.85
    t2, t3 = t * t, t * t * t
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t2 - 0.000000155 * t3
    mean += 0.00033 * sin(radians(166.56 + 132.87 * t - 0.009173 * t2))
    m = radians(359.2242 + 29.10535608 * k - 0.0000333 * t2 - 0.00000347 * t3)
    n = radians(306.0253 + 385.81691806 * k + 0.0107306 * t2 + 0.00001236 * t3)
    f = radians(21.2964 + 390.67050646 * k - 0.0016528 * t2 - 0.00000239 * t3)
    terms = (
        (0.1734 - 0.000393 * t) * sin(m), 0.0021 * sin(2 * m), -0.4068 * sin(n), 0.0161 * sin(2 * n),
        -0.0004 * sin(3 * n), 0.0104 * sin(2 * f), -0.0051 * sin(m + n), -0.0074 * sin(m - n),
        0.0004 * sin(2 * f + m), -0.0004 * sin(2 * f - m), -0.0006 * sin(2 * f + n), 0.0010 * sin(2 * f - n),
        0.0005 * sin(2 * n + m),
    )  # fmt: skip
    drift = -0.000278 + 0.000265 * t + 0.000262 * t2
    return floor(mean + sum(terms) - drift + 0.5 + _ZONE)


def _sun(day: int) -> int:
    """Return the twelfth of the zodiac (0–11) in which the sun stands at the beginning of a Julian day in Việt Nam."""
    t = (day - 0.5 - _ZONE - 2451545.0) / 36525
    m = radians(357.52910 + 35999.05030 * t - 0.0001559 * t * t - 0.00000048 * t**3)
    degrees = 280.46645 + 36000.76983 * t + 0.0003032 * t * t
    degrees += (1.914600 - 0.004817 * t - 0.000014 * t * t) * sin(m)
    degrees += (0.019993 - 0.000101 * t) * sin(2 * m) + 0.000290 * sin(3 * m)
    return floor(radians(degrees) % (2 * pi) / pi * 6)
