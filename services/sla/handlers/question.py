"""What is asked of the late list, checked: by a program's query string or a person's filter bar alike."""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode

from contracts.codes import Cause, Level
from law.moments import at_vn
from libs.catalogue import Catalogue
from libs.day_range import is_within
from libs.errors import DomainError, NotFoundError
from libs.paging import encode_cursor, moment, own_id, read_cursor, whole
from services.sla.domain.late_buckets import Bucket
from services.sla.store.late_filter import LateFilter, Position

_DAY = timedelta(days=1)
SETTLED = timedelta(seconds=60)
"""After this long no transaction is under way that began before a moment: what stood then is known for good."""

_SKEW = timedelta(seconds=10)
"""How far the clock of another instance, which gave the first page, may be ahead of ours."""


class Sort(StrEnum):
    """The order of the list."""

    EARLIEST = "earliest"
    LATENESS = "lateness"


_NAMES = {"first_day": "from", "last_day": "to", "sort": "sort"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LateQuestion:
    """The filters of the late list; days are of Việt Nam, both inclusive."""

    unit: str | None = None
    level: Level | None = None
    field: str | None = None
    procedure: str | None = None
    rule_set: str | None = None
    responsible_unit: str | None = None
    cause: Cause | None = None
    paused: bool | None = None
    apologised: bool | None = None
    first_day: date | None = None
    last_day: date | None = None
    min_days: int = 0
    bucket: str | None = None
    state: str | None = None
    sort: Sort = Sort.EARLIEST
    as_of: datetime | None = None
    """A past moment: the list as it stood then."""

    def filter(
        self,
        catalogue: Catalogue,
        *,
        scope: frozenset[str] | None,
        now: datetime,
        buckets: tuple[Bucket, ...] = (),
    ) -> LateFilter:
        """Return what to select, without the `spans`, which need calendars.

        Raises NotFoundError for an unknown unit or bucket, DomainError for days turned round and for a moment
        that is not past.
        """
        self._check(now)
        bucket = self._bucket(buckets)
        return LateFilter(
            as_of=self.as_of or now,
            is_past=self.as_of is not None,
            scope=scope,
            units=_subtree(catalogue, "unit", self.unit),
            responsible=_subtree(catalogue, "responsible_unit", self.responsible_unit),
            level=self.level,
            field=self.field,
            procedure=self.procedure,
            rule_set=self.rule_set,
            cause=self.cause,
            paused=self.paused,
            apologised=self.apologised,
            since=at_vn(self.first_day) if self.first_day else None,
            until=at_vn(self.last_day + _DAY) if self.last_day else None,
            least=max(self.min_days, bucket.least if bucket else 0),
            most=bucket.most if bucket else None,
            state=self.state,
        )

    def _check(self, now: datetime) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise DomainError("to", "before_from", "Ngày kết thúc phải từ ngày bắt đầu trở đi")
        if self.as_of is not None and not is_within(self.as_of):
            raise DomainError("as_of", "moment_invalid", "Thời điểm xem lại phải từ năm 1900 trở đi")
        if self.as_of is not None and self.as_of > now - SETTLED:
            raise DomainError("as_of", "not_past", "Thời điểm xem lại phải cách hiện tại ít nhất một phút")

    def _bucket(self, buckets: tuple[Bucket, ...]) -> Bucket | None:
        if not self.bucket:
            return None
        for bucket in buckets:
            if bucket.code == self.bucket:
                return bucket
        known = ", ".join(bucket.code for bucket in buckets)
        raise NotFoundError(
            "bucket", "bucket_unknown", f"Không có mức trễ {self.bucket}, chọn một trong: {known}"
        )

    def as_json(self) -> dict[str, Any]:
        """Return what is asked for, by the names of the interface; what is not asked for is left out."""
        given = {_NAMES.get(each.name, each.name): getattr(self, each.name) for each in fields(self)}
        del given["sort"]
        if self.sort is not Sort.EARLIEST:
            given["sort"] = self.sort
        if not self.min_days:
            del given["min_days"]
        return {name: _text(value) for name, value in given.items() if value is not None}

    @classmethod
    def of_json(cls, given: dict[str, Any]) -> Self:
        """Return the question that `as_json` wrote."""
        at = given.get("as_of")
        return cls(
            **{
                name: given[name]
                for name in ("unit", "field", "procedure", "rule_set", "responsible_unit", "bucket", "state")
                if name in given
            },
            level=Level(given["level"]) if "level" in given else None,
            cause=Cause(given["cause"]) if "cause" in given else None,
            paused=_flag(given.get("paused")),
            apologised=_flag(given.get("apologised")),
            first_day=_day(given.get("from")),
            last_day=_day(given.get("to")),
            min_days=int(given.get("min_days", 0)),
            sort=Sort(given.get("sort", Sort.EARLIEST)),
            as_of=datetime.fromisoformat(at) if at else None,
        )

    def query(self) -> str:
        """Return the query string by which the API is asked the same."""
        return urlencode(self.as_json())


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _flag(text: str | None) -> bool | None:
    return None if text is None else text == "true"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _subtree(catalogue: Catalogue, name: str, unit: str | None) -> frozenset[str] | None:
    if not unit:
        return None
    if catalogue.unit(unit) is None:
        raise NotFoundError(name, "unit_unknown", f"Không có đơn vị {unit}")
    return catalogue.subtree([unit])


def position_of(cursor: str | None) -> Position | None:
    """Return the position a cursor of the order by moment names; raises DomainError for a bad one."""
    values = read_cursor(cursor, moment, own_id)
    return Position(*values) if values else None


def cursor_of(position: Position | None) -> str | None:
    """Return a position as a cursor."""
    return encode_cursor([position.late_since, position.id]) if position else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins and as of which moment: in the order of lateness all pages count days to the same."""

    after: Position | None
    as_of: datetime | None

    @classmethod
    def of(cls, cursor: str | None, sort: Sort) -> Self:
        """Return the place a cursor names; raises DomainError for a bad one."""
        if sort is Sort.EARLIEST or not cursor:
            return cls(position_of(cursor), None)
        days, since, own, at = read_cursor(cursor, whole, moment, own_id, moment) or ()
        return cls(Position(since, own, days), at)

    def now(self, asked: LateQuestion, now: datetime) -> datetime:
        """Return the moment to count to: that of the first page.

        Raises DomainError for one to come: anybody can write a cursor, and then running dossiers would be late.
        """
        if asked.as_of is not None or self.as_of is None:
            return now
        if self.as_of > now + _SKEW:
            raise DomainError("cursor", "cursor_invalid", "Vị trí trang không hợp lệ")
        return min(self.as_of, now)

    @staticmethod
    def cursor(position: Position | None, wanted: LateFilter, sort: Sort) -> str | None:
        """Return the cursor of the page that follows, None at the end."""
        if position is None or sort is Sort.EARLIEST:
            return cursor_of(position)
        return encode_cursor([position.days, position.late_since, position.id, wanted.as_of])
