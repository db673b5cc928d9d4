"""Days and moments that people give: within the years a dossier of ours can lie in, so that no arithmetic overflows."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
AskedDay = Annotated[date, Field(ge=FIRST, le=LAST)]
"""A day in a query or body."""


def _is_written(value: object) -> object:
    """Refuse a number: it would be read as seconds since 1970."""
    if isinstance(value, (int, float)) or (
        isinstance(value, str) and value.lstrip("+-").replace(".", "", 1).isdigit()
    ):
        raise PydanticCustomError("datetime_parsing", "not an ISO 8601 moment")
    return value


AskedMoment = Annotated[datetime, BeforeValidator(_is_written)]
"""A moment in a query, written as ISO 8601."""


def is_within(day: date | datetime) -> bool:
    """Tell whether a day or moment lies in those years."""
    return FIRST.year <= day.year <= LAST.year
