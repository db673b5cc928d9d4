"""Moments as people and registers write them: ISO 8601, Việt Nam's time where no offset is given."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

VN = ZoneInfo("Asia/Ho_Chi_Minh")
OPENING = time(7, 0)
CLOSING = time(17, 0)
_DATE_LENGTH = 10


def read_moment(text: str, *, at: time = CLOSING) -> datetime | None:
    """Return the moment `text` names, aware and in UTC, or None when it names none.

    A bare date means `at` on that day.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) <= _DATE_LENGTH and "T" not in text and " " not in text:
        moment = datetime.combine(moment.date(), at)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=VN)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def vn_day(moment: datetime) -> date:
    """Return the date it is in Việt Nam at a moment."""
    return moment.astimezone(VN).date()


def wire(moment: datetime) -> str:
    """Return a moment as events carry it: UTC, `Z`."""
    return moment.isoformat().removesuffix("+00:00") + "Z"
