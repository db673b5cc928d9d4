"""The forms of a dossier's page: which step each one is."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from contracts.codes import Ground, Reason
from contracts.routing import Result
from law.moments import at_vn
from libs.errors import DomainError, NotFoundError
from libs.ids import uuid7
from libs.ui.formats import read_day
from services.routing.domain import apology, asking, ending, legs
from services.routing.handlers.commands import Step

Form = Mapping[str, str]
_GROUND: TypeAdapter[str] = TypeAdapter(Ground)
CLOSING = "17:00"
"""An appointment is typed as a day: it is meant until the end of office hours."""


def _leg(form: Form) -> int:
    text = form.get("leg_no", "")
    if not text.isdecimal() or len(text) > 2:  # noqa: PLR2004 - at most 99
        raise DomainError("leg_no", "leg.number", "Thiếu số công đoạn")
    return int(text)


def _why(form: Form) -> asking.Why:
    try:
        return asking.Why(reason=Reason(form.get("reason", "")))
    except ValueError:
        raise DomainError("reason", "reason.missing", "Hãy chọn lý do") from None


def _result(form: Form) -> Result:
    try:
        return Result(form.get("result", ""))
    except ValueError:
        raise DomainError("result", "result.missing", "Hãy chọn kết quả") from None


def _receive(form: Form) -> Step:
    leg_no = _leg(form)
    return lambda dossier, act: legs.receive(dossier, act, leg_no=leg_no)


def _claim(form: Form) -> Step:
    leg_no = _leg(form)
    return lambda dossier, act: legs.claim(dossier, act, leg_no=leg_no)


def _release(form: Form) -> Step:
    leg_no = _leg(form)
    return lambda dossier, act: legs.release(dossier, act, leg_no=leg_no)


def _complete(form: Form) -> Step:
    leg_no = _leg(form)
    return lambda dossier, act: legs.complete(dossier, act, leg_no=leg_no)


def _send(form: Form) -> Step:
    leg_no = _leg(form)
    return lambda dossier, act: legs.send(dossier, act, leg_no=leg_no)


def _give_back(form: Form) -> Step:
    leg_no, why = _leg(form), _why(form)
    return lambda dossier, act: legs.give_back(dossier, act, leg_no=leg_no, reason=why.reason)


def _ground(form: Form) -> str | None:
    text = form.get("ground", "").strip()
    if not text:
        return None
    try:
        return _GROUND.validate_python(text)
    except ValidationError:
        raise DomainError("ground", "shape", "Căn cứ theo dạng ND-118-2025/19.5") from None


def _supplement(form: Form) -> Step:
    why = replace(_why(form), ground=_ground(form))
    return lambda dossier, act: asking.ask_supplement(dossier, act, request=uuid7(), why=why)


def _payment(form: Form) -> Step:
    why = asking.Why(reason=Reason.FINANCIAL_OBLIGATION, ground=_ground(form))
    return lambda dossier, act: asking.ask_payment(dossier, act, request=uuid7(), why=why)


def _letter(form: Form) -> apology.Letter:
    unit = form.get("responsible_unit", "").strip()
    if not unit:
        raise DomainError("responsible_unit", "unit.missing", "Hãy nhập mã đơn vị gây chậm")
    return apology.Letter(why=_why(form), responsible=unit)


def _extend(form: Form) -> Step:
    letter = _letter(form)
    try:
        day = read_day(form.get("new_due_at", ""))
    except ValueError:
        day = None
    if day is None:
        raise DomainError("new_due_at", "day", "Ngày hẹn mới phải theo dạng ngày/tháng/năm, ví dụ 31/12/2026")
    return lambda dossier, act: apology.extend(dossier, act, letter, new_due_at=at_vn(day, CLOSING))


def _apologise(form: Form) -> Step:
    letter = _letter(form)
    return lambda dossier, act: apology.apologise(dossier, act, letter)


def _resolve(form: Form) -> Step:
    result = _result(form)
    return lambda dossier, act: legs.resolve(dossier, act, result=result)


def _refuse(form: Form) -> Step:
    why = _why(form)
    return lambda dossier, act: ending.refuse(dossier, act, why=why)


def _stop(form: Form) -> Step:
    why = _why(form)
    return lambda dossier, act: ending.stop(dossier, act, why=why)


STEPS: Mapping[str, tuple[Callable[[Form], Step], str]] = {
    "nhan": (_receive, "Đã xác nhận nhận hồ sơ"),
    "thu-ly": (_claim, "Đã nhận thụ lý"),
    "tra-hang-cho": (_release, "Đã trả về hàng chờ chung"),
    "hoan-thanh": (_complete, "Đã hoàn thành công đoạn"),
    "chuyen": (_send, "Đã chuyển hồ sơ"),
    "tra-lai": (_give_back, "Đã trả hồ sơ về đơn vị trước"),
    "bo-sung": (_supplement, "Đã yêu cầu bổ sung"),
    "nghia-vu": (_payment, "Đã yêu cầu thực hiện nghĩa vụ tài chính"),
    "gia-han": (_extend, "Đã xin lỗi và gia hạn"),
    "xin-loi": (_apologise, "Đã ghi nhận văn bản xin lỗi"),
    "ket-qua": (_resolve, "Đã ghi nhận kết quả giải quyết"),
    "tu-choi": (_refuse, "Đã từ chối giải quyết"),
    "dung": (_stop, "Đã dừng giải quyết"),
}
"""By the last part of the form's address: how its fields become a step, and what is said when it is done."""


def step_of(name: str, form: Form) -> Step:
    """Return the step a form asks for."""
    if name not in STEPS:
        raise NotFoundError("", "step_unknown", "Không có thao tác này")
    return STEPS[name][0](form)
