"""What screens and apology lists are asked alike: of which unit with all below it, from which day to which."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from law.moments import at_vn
from libs.catalogue import Catalogue
from libs.errors import DomainError, NotFoundError

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days are of Việt Nam, both inclusive; None: no limit."""

    unit: str | None = None
    first_day: date | None = None
    last_day: date | None = None

    def units(self, catalogue: Catalogue, scope: frozenset[str] | None) -> frozenset[str] | None:
        """Return the units asked for within a scope; None: all. Raises NotFoundError for an unknown unit."""
        if not self.unit:
            return scope
        if catalogue.unit(self.unit) is None:
            raise NotFoundError("unit", "unit_unknown", f"Không có đơn vị {self.unit}")
        wanted = catalogue.subtree([self.unit])
        if wanted is None or scope is None:
            return scope if wanted is None else wanted
        return wanted & scope

    def bounds(self, ever: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
        """Return the first moment and the one after the last; DomainError for days turned round."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise DomainError("to", "before_from", "Ngày kết thúc phải từ ngày bắt đầu trở đi")
        since = at_vn(self.first_day) if self.first_day else ever[0]
        until = at_vn(self.last_day + _DAY) if self.last_day else ever[1]
        return since, until

    def query(self, **more: str) -> str:
        """Return the query string by which the API is asked the same."""
        given = {"unit": self.unit, "from": self.first_day, "to": self.last_day} | more
        return urlencode({name: str(value) for name, value in given.items() if value})
