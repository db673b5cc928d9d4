"""Days and moments that people give: within the years a dossier of ours can lie in, so that no arithmetic overflows."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
AskedDay = Annotated[date, Field(ge=FIRST, le=LAST)]
"""A day in a query or body."""


def is_within(day: date | datetime) -> bool:
    """Tell whether a day or moment lies in those years."""
    return FIRST.year <= day.year <= LAST.year
