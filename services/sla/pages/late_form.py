"""The filter bar of the late list as typed, and the question it asks."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query

from contracts.codes import Cause, Level
from law.moments import at_vn
from libs.clock import VN
from libs.errors import DomainError
from libs.ui.formats import LEVELS, read_day
from services.sla.domain.cause_words import CAUSES
from services.sla.domain.late_buckets import Bucket
from services.sla.handlers.question import LateQuestion, Sort
from services.sla.handlers.rulebook import Rulebook
from services.sla.pages.common import fields_of

_NAMES = (
    "unit", "field", "level", "procedure", "state", "min_days", "tu", "den", "rule_set", "responsible_unit", "cause",
    "paused", "apologised", "bucket", "sort", "luc",
)  # fmt: skip
_MORE = ("rule_set", "responsible_unit", "paused", "apologised", "level", "procedure", "luc")
"""What is folded away until it is wanted."""
_STATES = (("", "Tất cả"), ("open", "Đang giải quyết"), ("closed", "Đã kết thúc"))
_SORTS = ((Sort.EARLIEST, "Quá hạn sớm nhất trước"), (Sort.LATENESS, "Trễ lâu nhất trước"))
_PAUSED = (("", "Tất cả"), ("true", "Đã từng tạm dừng"), ("false", "Chưa tạm dừng"))
_APOLOGISED = (("", "Tất cả"), ("true", "Đã xin lỗi hoặc gia hạn"), ("false", "Chưa xin lỗi"))
_FLAGS: Mapping[str, bool] = {"true": True, "false": False}
Short = Annotated[str, Query(max_length=80)]


class Form:
    """The filter bar as typed."""

    def __init__(  # noqa: PLR0913, PLR0917 - a filter bar is long
        self,
        unit: Short = "",
        field: Short = "",
        level: Short = "",
        procedure: Short = "",
        state: Short = "",
        min_days: Short = "",
        tu: Short = "",
        den: Short = "",
        rule_set: Short = "",
        responsible_unit: Short = "",
        cause: Short = "",
        paused: Short = "",
        apologised: Short = "",
        bucket: Short = "",
        sort: Short = "",
        luc: Short = "",
        cursor: Annotated[str, Query(max_length=400)] = "",
    ) -> None:
        given = locals()
        self.typed: dict[str, str] = {name: given[name].strip() for name in _NAMES}
        self.cursor = cursor
        self.errors: list[DomainError] = []

    def __getattr__(self, name: str) -> str:
        """Return what was typed into a field."""
        try:
            return self.__dict__["typed"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def is_more(self) -> bool:
        """Tell whether a folded filter is in use."""
        return any(self.typed[name] for name in _MORE)

    def asked(self) -> LateQuestion:
        """Return what is asked; a field that makes no sense is left out and noted in `errors`."""
        typed = self.typed
        return LateQuestion(
            unit=typed["unit"] or None,
            field=typed["field"] or None,
            level=Level(typed["level"]) if typed["level"] in set(Level) else None,
            procedure=typed["procedure"] or None,
            rule_set=typed["rule_set"] or None,
            responsible_unit=typed["responsible_unit"] or None,
            cause=Cause(typed["cause"]) if typed["cause"] in set(Cause) else None,
            paused=_FLAGS.get(typed["paused"]),
            apologised=_FLAGS.get(typed["apologised"]),
            state=typed["state"] if typed["state"] in {"open", "closed"} else None,
            min_days=self._number(),
            bucket=typed["bucket"] or None,
            first_day=self._day("tu"),
            last_day=self._day("den"),
            sort=Sort.LATENESS if typed["sort"] == Sort.LATENESS else Sort.EARLIEST,
            as_of=self._moment(),
        )

    def _number(self) -> int:
        text = self.typed["min_days"]
        if not text:
            return 0
        if not (text.isascii() and text.isdigit()):
            self.errors.append(DomainError("min_days", "number", "Số ngày trễ là một số nguyên, ví dụ 5"))
            return 0
        return min(int(text), 10_000)

    def _day(self, name: str) -> date | None:
        try:
            return read_day(self.typed[name])
        except ValueError:
            self.errors.append(
                DomainError(name, "day", "Ngày phải theo dạng ngày/tháng/năm, ví dụ 31/12/2022")
            )
            return None

    def _moment(self) -> datetime | None:
        day, _, hour = self.typed["luc"].partition(" ")
        try:
            on = read_day(day)
            if on is None:
                return None
            if not hour:
                return at_vn(on + timedelta(days=1))
            return datetime.combine(on, datetime.strptime(hour.strip(), "%H:%M").time(), VN)  # noqa: DTZ007
        except ValueError:
            message = "Thời điểm theo dạng ngày/tháng/năm giờ:phút, ví dụ 31/12/2025 17:00"
            self.errors.append(DomainError("luc", "moment", message))
            return None

    def query(self, **more: str) -> str:
        """Return the filters as the query string of this page."""
        return urlencode({name: value for name, value in (self.typed | more).items() if value})


def page_query(asked: LateQuestion) -> str:
    """Return the query string by which the page is asked the question of a saved filter."""
    given = asked.as_json()
    names = {"from": "tu", "to": "den", "as_of": "luc"}
    shown = {names.get(name, name): value for name, value in given.items()}
    for name in ("tu", "den"):
        if name in shown:
            shown[name] = f"{date.fromisoformat(shown[name]):%d/%m/%Y}"
    if asked.as_of is not None:
        shown["luc"] = f"{asked.as_of.astimezone(VN):%d/%m/%Y %H:%M}"
    return urlencode(shown)


def choices(rulebook: Rulebook, buckets: tuple[Bucket, ...]) -> dict[str, Any]:
    """Return the options of the filter bar."""
    every = ("", "Tất cả")
    sets = [rulebook.rule_set(code) for code in rulebook.rule_set_codes]
    return {
        "fields": [every, *fields_of(rulebook.catalogue)],
        "levels": [every, *LEVELS.items()],
        "choices": _STATES,
        "sorts": _SORTS,
        "paused": _PAUSED,
        "apologised": _APOLOGISED,
        "causes": [every, *((cause.value, text) for cause, text in CAUSES.items())],
        "bucket_choices": [every, *((bucket.code, bucket.text) for bucket in buckets)],
        "rule_sets": [every, *((rules.code, rules.name) for rules in sets if rules)],
    }
