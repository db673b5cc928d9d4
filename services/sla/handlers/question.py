"""What is asked of the late list, checked: by a program's query string or a person's filter bar alike."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from contracts.codes import Level
from law.moments import at_vn
from libs.catalogue import Catalogue
from libs.errors import DomainError, NotFoundError
from libs.paging import decode_cursor, encode_cursor
from services.sla.store.late import LateFilter, Position

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateQuestion:
    """The filters of the late list; days are of Việt Nam, both inclusive."""

    unit: str | None = None
    level: Level | None = None
    field: str | None = None
    procedure: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    min_days: int = 0
    state: str | None = None

    def filter(self, catalogue: Catalogue, *, scope: frozenset[str] | None, now: datetime) -> LateFilter:
        """Return what to select; raises NotFoundError for an unknown unit, DomainError for days turned round."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise DomainError("to", "before_from", "Ngày kết thúc phải từ ngày bắt đầu trở đi")
        if self.unit and catalogue.unit(self.unit) is None:
            raise NotFoundError("unit", "unit_unknown", f"Không có đơn vị {self.unit}")
        return LateFilter(
            as_of=now,
            scope=scope,
            units=catalogue.subtree([self.unit]) if self.unit else None,
            level=self.level,
            field=self.field,
            procedure=self.procedure,
            since=at_vn(self.first_day) if self.first_day else None,
            until=at_vn(self.last_day + _DAY) if self.last_day else None,
            min_days=self.min_days,
            state=self.state,
        )

    def query(self) -> str:
        """Return the query string by which the API is asked the same."""
        given = {
            "unit": self.unit,
            "level": self.level,
            "field": self.field,
            "procedure": self.procedure,
            "from": self.first_day,
            "to": self.last_day,
            "min_days": self.min_days or None,
            "state": self.state,
        }
        return urlencode({name: str(value) for name, value in given.items() if value is not None})


def position_of(cursor: str | None) -> Position | None:
    """Return the position a cursor names; raises DomainError for a bad one."""
    values = decode_cursor(cursor, 2)
    if values is None:
        return None
    try:
        position = Position(datetime.fromisoformat(values[0]), UUID(values[1]))
    except (TypeError, ValueError, AttributeError):
        position = None
    if position is None or position.late_since.tzinfo is None:
        raise DomainError("cursor", "cursor_invalid", "Vị trí trang không hợp lệ")
    return position


def cursor_of(position: Position | None) -> str | None:
    """Return a position as a cursor."""
    return encode_cursor([position.late_since, position.id]) if position else None
