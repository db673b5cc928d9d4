"""Moments as people and registers write them: ISO 8601, Việt Nam's time where no offset is given."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import orjson

OPENING = time(7, 0)
CLOSING = time(17, 0)
_AHEAD = timedelta(hours=7)
"""Việt Nam has kept +07:00 without daylight saving since 1975."""
_DATE_LENGTH = 10
_OFFSET_LENGTH = len("+00:00")


@lru_cache(maxsize=16384)
def read_moment(text: str, *, at: time = CLOSING) -> datetime | None:
    """Return the moment `text` names, aware and in UTC, or None when it names none.

    A bare date means `at` on that day.
    """
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= _DATE_LENGTH and "T" not in text and " " not in text:
            moment = datetime.combine(moment.date(), at)
        if moment.tzinfo is None:
            return (moment - _AHEAD).replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def vn_day(moment: datetime) -> date:
    """Return the date it is in Việt Nam at a moment."""
    return (moment.astimezone(UTC) + _AHEAD).date()


def wire(moment: datetime) -> str:
    """Return a moment (UTC) as events carry it: with a `Z`."""
    return moment.isoformat()[:-_OFFSET_LENGTH] + "Z"


def wires(moments: Iterable[datetime | None]) -> list[str]:
    """Return moments (UTC) as events carry them, "" for none; many times faster than one by one."""
    texts: list[str | None] = orjson.loads(orjson.dumps(list(moments), option=orjson.OPT_UTC_Z))
    return [text or "" for text in texts]
