"""The filter bar that screens and apology lists share: a unit, a first and a last day, as typed."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from libs.errors import DomainError
from libs.ui.formats import read_day
from services.sla.handlers.span import Span


class SpanForm:
    """What was typed, and what is wrong with it."""

    def __init__(
        self,
        unit: Annotated[str, Query(max_length=80)] = "",
        tu: Annotated[str, Query(max_length=20)] = "",
        den: Annotated[str, Query(max_length=20)] = "",
        cursor: Annotated[str, Query(max_length=400)] = "",
    ) -> None:
        self.unit, self.tu, self.den, self.cursor = unit.strip(), tu.strip(), den.strip(), cursor
        self.errors: list[DomainError] = []

    def span(self) -> Span:
        """Return what is asked; a day that makes no sense is left out and noted in `errors`."""
        first, last = self._day("tu", self.tu), self._day("den", self.den)
        return Span(unit=self.unit or None, first_day=first, last_day=last)

    def _day(self, name: str, text: str) -> date | None:
        try:
            return read_day(text)
        except ValueError:
            self.errors.append(
                DomainError(name, "day", "Ngày phải theo dạng ngày/tháng/năm, ví dụ 31/12/2026")
            )
            return None

    def query(self, **more: str) -> str:
        """Return the filters as the query string of a page."""
        given = {"unit": self.unit, "tu": self.tu, "den": self.den} | more
        return urlencode({name: value for name, value in given.items() if value})
