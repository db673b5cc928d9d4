"""How dates, numbers and shares look to people and are typed by them: Vietnamese, Asia/Ho_Chi_Minh. Pure."""

import re
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from libs.clock import VN
from libs.day_range import is_within

NOTHING = "–"
ROLES = {
    "clerk": "Cán bộ một cửa",
    "officer": "Chuyên viên",
    "supervisor": "Lãnh đạo",
    "inspector": "Thanh tra",
    "operator": "Vận hành",
    "admin": "Quản trị",
}
LEVELS = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
CHANNELS = {"counter": "Trực tiếp", "online": "Trực tuyến", "post": "Bưu chính công ích"}
_ROUNDING = {"truncate": ROUND_DOWN, "half-up": ROUND_HALF_UP}

_TYPED_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d\d)(\d\d)(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)


def _in_vietnam(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    return moment.astimezone(VN)


def vn_date(value: date | None) -> str:
    """Return dd/mm/yyyy; a moment is first taken to Vietnam. "–" for nothing.

    Raises:
        ValueError: a moment without a time zone.
    """
    if value is None:
        return NOTHING
    day = _in_vietnam(value) if isinstance(value, datetime) else value
    return f"{day:%d/%m}/{day.year:04d}"


def vn_moment(value: datetime | None) -> str:
    """Return "HH:MM dd/mm/yyyy" in Vietnam. "–" for nothing.

    Raises:
        ValueError: a moment without a time zone.
    """
    return NOTHING if value is None else f"{_in_vietnam(value):%H:%M} {vn_date(value)}"


def vn_iso(value: date | None) -> str:
    """Return what `<time datetime>` wants: the day, or the moment with Vietnam's offset."""
    if value is None:
        return ""
    return (
        _in_vietnam(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
    )


def vn_number(value: int | Decimal | None, digits: int = 0) -> str:
    """Return 1.284 or, with digits, 1.284,5 (half up). "–" for nothing."""
    if value is None:
        return NOTHING
    exact = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{exact:,f}".translate(str.maketrans(",.", ".,"))


def vn_percent(value: Decimal | None, digits: int = 1, rounding: str = "truncate") -> str:
    """Return "97,2 %" for 97.28 percent points, cut (`truncate`) or rounded (`half-up`). "–" for nothing.

    Raises:
        KeyError: another rounding.
    """
    if value is None:
        return NOTHING
    cut = Decimal(value).quantize(Decimal(1).scaleb(-digits), _ROUNDING[rounding])
    return f"{vn_number(cut, digits)}\N{NO-BREAK SPACE}%"


def read_day(text: str) -> date | None:
    """Return the day typed as 5/3/1990, 05-03-1990, 05031990 or 1990-03-05; None for nothing.

    Raises:
        ValueError: anything else, a day no calendar has, or one of another age.
    """
    typed = text.strip()
    if not typed:
        return None
    if match := _ISO_DAY.fullmatch(typed):
        year, month, day = match.groups()
    elif match := _TYPED_DAY.fullmatch(typed):
        day, month, year = (part for part in match.groups() if part)
    else:
        raise ValueError(f"not a day: {typed!r}")
    found = date(int(year), int(month), int(day))
    if not is_within(found):
        raise ValueError(f"not a day of our time: {typed!r}")
    return found


def role_name(role: str) -> str:
    """Return a role's name for people; an unknown role stays as it is."""
    return ROLES.get(role, role)


def level_name(level: str) -> str:
    """Return an administrative level's name for people."""
    return LEVELS.get(level, level)


def channel_name(channel: str) -> str:
    """Return a channel's name for people."""
    return CHANNELS.get(channel, channel)


FILTERS = (vn_date, vn_moment, vn_iso, vn_number, vn_percent, role_name, level_name, channel_name)
