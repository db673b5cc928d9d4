"""What a calendar decision must fulfil before anybody may approve it. Pure; every refusal names field and rule."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.catalogue import CalendarDecision, CalendarDecisionItem, CatalogueItem, DayKind, DecisionOrigin
from law.calendars import FIRST, last_known
from law.days import InvalidDayError, parse_sessions
from libs.catalogue import Catalogue
from libs.errors import ConflictError, DomainError, ManyErrors
from services.sla.handlers.calendar_overlaps import overlaps, weekday_name
from services.sla.handlers.rulebook import as_decision

LABOUR_CODE = "BLLĐ 2019 Đ.112"
PERIODS = "NĐ 09/2019/NĐ-CP (kỳ báo cáo)"
_NATIONAL = frozenset({DayKind.HOLIDAY, DayKind.COMPENSATORY})
_WORKED = frozenset({DayKind.WORKING, DayKind.MAKE_UP})
_PERIOD_STARTS = 15


@dataclass(frozen=True, slots=True)
class Known:
    """What a decision is held against: units, the newest version of every decision, and the date in Việt Nam."""

    catalogue: Catalogue
    decisions: Sequence[CalendarDecision]
    today: date

    @property
    def in_force(self) -> list[CalendarDecision]:
        """Return the decisions that stand."""
        return [decision for decision in self.decisions if not decision.withdrawn]


def open_period(today: date) -> date:
    """Return the first day of the reporting month that is not closed yet: they run from the 15th to the 14th."""
    if today.day >= _PERIOD_STARTS:
        return today.replace(day=_PERIOD_STARTS)
    year, month = (today.year - 1, 12) if today.month == 1 else (today.year, today.month - 1)
    return date(year, month, _PERIOD_STARTS)


def check(decision: CalendarDecision, known: Known) -> None:
    """Raise ManyErrors with everything that is wrong with a decision somebody proposes or wants to approve."""
    wrong = [error for rule in _RULES for error in rule(decision, known)]
    if wrong:
        raise ManyErrors(wrong)


def check_withdrawal(decision: CalendarDecision | None, code: str, known: Known) -> CalendarDecision:
    """Return a decision that may be withdrawn; raises DomainError where there is none, or its days are history."""
    if decision is None:
        raise ConflictError("code", "decision_unknown", f"Không có quyết định {code}")
    if decision.withdrawn:
        raise ConflictError("code", "already_withdrawn", f"Quyết định {code} đã được rút")
    if _is_history(decision, known):
        since = open_period(known.today)
        said = f"Mọi ngày của quyết định đều trước {since:%d/%m/%Y}, thuộc kỳ báo cáo đã khóa"
        raise DomainError("days" if decision.days else "valid_to", "period_closed", said, source=PERIODS)
    return decision


def check_seed(items: Sequence[CatalogueItem], catalogue: Catalogue) -> None:
    """Raise ManyErrors for seeded decisions that make no sense, or that would change what people approved."""
    decisions = [item.data for item in items if isinstance(item, CalendarDecisionItem)]
    approved = {
        each.code: each.version
        for each in catalogue.all_calendar_decisions
        if each.origin is DecisionOrigin.DECISION
    }
    known = Known(catalogue, (), date.min)
    wrong = [error for decision in decisions for error in _wrong_seed(decision, approved, known)]
    if wrong:
        raise ManyErrors(wrong)


def _wrong_seed(
    decision: CalendarDecision, approved: Mapping[str, int], known: Known
) -> Iterator[DomainError]:
    code = decision.code
    is_history = code in approved and decision.version < approved[code]  # a seed loaded again
    if (code in approved and not is_history) or decision.origin is DecisionOrigin.DECISION:
        yield DomainError(
            "origin",
            "approval_required",
            f"{code}: quyết định phải được người thứ hai duyệt, không nạp theo lô",
        )
    for rule in (_unit, _twice, _sessions):
        for error in rule(decision, known):
            yield DomainError(error.field, error.rule, f"{code}: {error.message}", source=error.source)


def _nothing(decision: CalendarDecision, known: Known) -> Iterator[DomainError]:
    if not decision.days and not decision.weekly:
        yield DomainError("days", "nothing_decided", "Quyết định chưa nêu ngày hoặc giờ làm việc nào")
    if decision.decided_on is None and not decision.provisional:
        yield DomainError(
            "decided_on", "required", "Thiếu ngày của văn bản; nếu chưa có văn bản, ghi là dự kiến"
        )
    if decision.decided_on and decision.decided_on > known.today:
        yield DomainError("decided_on", "decided_in_future", "Ngày của văn bản ở tương lai")


def _code(decision: CalendarDecision, known: Known) -> Iterator[DomainError]:
    if any(each.code == decision.code for each in known.decisions):
        yield DomainError("code", "code_taken", f"Mã {decision.code} đã dùng cho quyết định khác")


def _unit(decision: CalendarDecision, known: Known) -> Iterator[DomainError]:
    if decision.unit and known.catalogue.units and known.catalogue.unit(decision.unit) is None:
        yield DomainError("unit", "unit_unknown", f"Không có đơn vị {decision.unit}")


def _twice(decision: CalendarDecision, _known: Known) -> Iterator[DomainError]:
    for day, times in sorted(Counter(day.date for day in decision.days).items()):
        if times > 1:
            yield DomainError("days", "day_twice", f"Ngày {day:%d/%m/%Y} ghi hai lần")
    for weekday, times in Counter(n for rule in decision.weekly or () for n in rule.weekdays).items():
        if times > 1:
            yield DomainError("weekly", "weekday_twice", f"{weekday_name(weekday)} ghi hai lần")


def _sessions(decision: CalendarDecision, _known: Known) -> Iterator[DomainError]:
    said = [("days", f"Ngày {day.date:%d/%m/%Y}", day.kind, day.sessions) for day in decision.days]
    said += [
        ("weekly", ", ".join(map(weekday_name, rule.weekdays)), rule.kind, rule.sessions)
        for rule in decision.weekly or ()
    ]
    for field, name, kind, sessions in said:
        try:
            parse_sessions(sessions)
        except InvalidDayError:
            yield DomainError(field, "sessions_overlap", f"{name}: giờ làm việc chồng nhau hoặc đi lùi")
        if kind is DayKind.COUNTER and not sessions:
            yield DomainError(field, "sessions_missing", f"{name}: chưa ghi giờ tiếp nhận")
        if sessions and kind not in _WORKED and kind is not DayKind.COUNTER:
            yield DomainError(field, "sessions_on_day_off", f"{name}: ngày nghỉ không có giờ làm việc")


def _validity(decision: CalendarDecision, _known: Known) -> Iterator[DomainError]:
    if decision.weekly and decision.valid_from is None:
        yield DomainError("valid_from", "required", "Giờ làm việc hằng tuần phải có ngày bắt đầu")
    if decision.valid_from and decision.valid_to and decision.valid_to < decision.valid_from:
        yield DomainError("valid_to", "backwards", "Ngày hết hiệu lực trước ngày bắt đầu")


def _years(decision: CalendarDecision, known: Known) -> Iterator[DomainError]:
    last = last_known(as_decision(each) for each in (*known.in_force, decision) if _is_sound(each))
    named = [("days", day.date) for day in decision.days]
    named += [("valid_from", on) for on in (decision.valid_from,) if on]
    named += [("valid_to", on) for on in (decision.valid_to,) if on]
    for field, on in named:
        if not FIRST <= on <= last:
            yield DomainError(
                field,
                "outside_calendar",
                f"Ngày {on:%d/%m/%Y} ngoài những năm đã có lịch ({FIRST.year}–{last.year}); "
                "năm mới được mở bằng quyết định của cả nước có ngày 01/01 của năm đó",
            )


def _is_sound(decision: CalendarDecision) -> bool:
    return not list(_sessions(decision, Known(Catalogue(), (), date.min)))


def _closed_period(decision: CalendarDecision, known: Known) -> Iterator[DomainError]:
    since = open_period(known.today)
    named = [("days", day.date) for day in decision.days]
    if decision.weekly and decision.valid_from:
        named.append(("valid_from", decision.valid_from))
    for field, on in named:
        if on < since:
            yield DomainError(
                field,
                "period_closed",
                f"Ngày {on:%d/%m/%Y} thuộc kỳ báo cáo đã khóa (trước {since:%d/%m/%Y})",
                source=PERIODS,
            )


def _is_history(decision: CalendarDecision, known: Known) -> bool:
    """Tell whether all of a decision's days lie in closed periods."""
    days = [day.date for day in decision.days]
    if decision.weekly:
        days.append(decision.valid_to or date.max)
    return bool(days) and max(days) < open_period(known.today)


def _national(decision: CalendarDecision, _known: Known) -> Iterator[DomainError]:
    local = [day for day in decision.days if decision.unit and day.kind in _NATIONAL]
    for day in local:
        yield DomainError(
            "days",
            "holiday_is_national",
            f"Ngày {day.date:%d/%m/%Y}: ngày lễ, nghỉ bù do luật và Chính phủ quy định cho cả nước; "
            "địa phương dùng loại 'đóng cửa'",
            source=LABOUR_CODE,
        )


def _replaced(decision: CalendarDecision, known: Known) -> Iterator[DomainError]:
    standing = {each.code: each for each in known.in_force}
    for code in decision.replaces or ():
        if code not in standing or standing[code].unit != decision.unit:
            yield DomainError(
                "replaces", "replaced_unknown", f"Không có quyết định {code} còn hiệu lực cho phạm vi này"
            )


def _overlap(decision: CalendarDecision, known: Known) -> Iterator[DomainError]:
    for other in known.in_force:
        if other.unit != decision.unit or other.code in {decision.code, *(decision.replaces or ())}:
            continue
        for field, said in overlaps(decision, other):
            yield DomainError(
                field,
                "day_decided",
                f"{said} đã có quyết định {other.code} ({other.document}); nêu mã đó ở mục thay thế nếu đúng là thay thế",
            )


_RULES: tuple[Callable[[CalendarDecision, Known], Iterator[DomainError]], ...] = (
    _nothing, _code, _unit, _twice, _sessions, _validity, _years, _closed_period, _national, _replaced, _overlap,
)  # fmt: skip
