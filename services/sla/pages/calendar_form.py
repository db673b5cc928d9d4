"""The form of a new calendar decision: lines people can type and read again, made into a draft."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from pydantic import ValidationError

from contracts.catalogue import CalendarDay, DayKind, WeeklyHours
from libs.errors import DomainError, ManyErrors
from libs.ui.formats import read_day
from services.sla.handlers.calendar_proposals import Draft

WORDS = {
    "làm việc": DayKind.WORKING,
    "nghỉ lễ": DayKind.HOLIDAY,
    "nghỉ bù": DayKind.COMPENSATORY,
    "nghỉ hoán đổi": DayKind.SWAPPED_OFF,
    "làm bù": DayKind.MAKE_UP,
    "đóng cửa": DayKind.CLOSED,
    "tiếp nhận": DayKind.COUNTER,
}
FIELDS = (
    "document",
    "decided_on",
    "unit",
    "replaces",
    "days",
    "weekly",
    "valid_from",
    "valid_to",
    "provisional",
)
_LONGEST_RUN = 62
_SPAN = re.compile(r"\s+(?:-|–|đến)\s+")
_WEEKDAYS = re.compile(
    r"(?:thứ\s*)?([2-7])(?:\s*(?:-|–|đến)\s*(?:thứ\s*)?([2-7]))?$|(chủ nhật|cn)$", re.IGNORECASE
)


def draft_of(form: Mapping[str, str]) -> Draft:
    """Return what a form says; raises ManyErrors that name field and line."""
    errors: list[DomainError] = []

    def day(field: str) -> date | None:
        try:
            return read_day(form.get(field, ""))
        except ValueError:
            errors.append(DomainError(field, "date_invalid", "Ngày phải có dạng ngày/tháng/năm"))
            return None

    given = {
        "document": form.get("document", ""),
        "decided_on": day("decided_on"),
        "unit": form.get("unit", "").strip() or None,
        "replaces": tuple(form.get("replaces", "").replace(",", " ").split()),
        "valid_from": day("valid_from"),
        "valid_to": day("valid_to"),
        "provisional": bool(form.get("provisional")),
        "days": _lines("days", form, _days, errors),
        "weekly": _lines("weekly", form, _weekly, errors),
    }
    if errors:
        raise ManyErrors(errors)
    try:
        return Draft(**given)
    except ValidationError as error:
        fields = sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]})
        raise ManyErrors(
            [
                DomainError(field, "invalid", f"{_NAMES.get(field, field)}: chưa ghi hoặc không đúng dạng")
                for field in fields
            ]
        ) from None


_NAMES = {"document": "Văn bản", "unit": "Mã đơn vị", "replaces": "Mã quyết định bị thay thế"}


Reader = Callable[[list[str]], Iterator[CalendarDay | WeeklyHours]]


class LineError(ValueError):
    """A line nobody can read; says in Vietnamese how it should look."""


def _lines(
    field: str, form: Mapping[str, str], read: Reader, errors: list[DomainError]
) -> tuple[CalendarDay | WeeklyHours, ...]:
    found: list[CalendarDay | WeeklyHours] = []
    for number, line in enumerate(form.get(field, "").splitlines(), 1):
        if not line.strip():
            continue
        try:
            found += read([part.strip() for part in line.split(";")])
        except LineError as error:
            errors.append(DomainError(field, "line_invalid", f"Dòng {number}: {error}"))
        except ValidationError:
            errors.append(DomainError(field, "line_invalid", f"Dòng {number}: giờ phải có dạng 07:30-11:30"))
    return tuple(found)


def _day(text: str) -> date:
    try:
        found = read_day(text)
    except ValueError:
        found = None
    if found is None:
        raise LineError("ngày phải có dạng 06/03/2026, hoặc 06/03/2026 - 08/03/2026")
    return found


def _days(parts: list[str]) -> Iterator[CalendarDay]:
    """Read `06/03/2026 - 07/03/2026; đóng cửa; Bão số 3; 07:30-11:30`."""
    ends = [_day(text) for text in _SPAN.split(parts[0])]
    first, last = ends[0], ends[-1]
    if not 0 <= (last - first).days <= _LONGEST_RUN:
        raise LineError(f"ngày cuối phải sau ngày đầu, và không quá {_LONGEST_RUN} ngày")
    kind, name, sessions = _kind(parts), _part(parts, 2), _sessions(parts, 3)
    for at in range((last - first).days + 1):
        yield CalendarDay(date=first + timedelta(days=at), kind=kind, name=name or None, sessions=sessions)


def _weekly(parts: list[str]) -> Iterator[WeeklyHours]:
    """Read `2-6; làm việc; 07:30-11:30, 13:00-16:30`."""
    kind = _kind(parts)
    if kind not in {DayKind.WORKING, DayKind.COUNTER, DayKind.CLOSED}:
        raise LineError("hằng tuần chỉ có: làm việc, tiếp nhận, đóng cửa")
    days = tuple(number for text in parts[0].split(",") for number in _weekdays(text.strip()))
    yield WeeklyHours(weekdays=days, kind=kind, sessions=_sessions(parts, 2))


def _weekdays(text: str) -> range:
    match = _WEEKDAYS.match(text)
    if match is None:
        raise LineError("thứ phải có dạng 2-6, 7 hoặc chủ nhật")
    if match[3]:
        return range(7, 8)
    return range(int(match[1]) - 1, int(match[2] or match[1]))


def _part(parts: list[str], at: int) -> str:
    return parts[at] if len(parts) > at else ""


def _kind(parts: list[str]) -> DayKind:
    word = _part(parts, 1).lower()
    if word not in WORDS:
        raise LineError(f"loại ngày phải là một trong: {', '.join(WORDS)}")
    return WORDS[word]


def _sessions(parts: list[str], at: int) -> tuple[tuple[str, str], ...]:
    text = _part(parts, at)
    found = [tuple(span.strip().replace("–", "-").split("-")) for span in text.split(",") if span.strip()]
    if any(len(span) != 2 for span in found):  # noqa: PLR2004 - from, to
        raise LineError("giờ phải có dạng 07:30-11:30, 13:00-16:30")
    return tuple((opening.strip().zfill(5), closing.strip().zfill(5)) for opening, closing in found)
