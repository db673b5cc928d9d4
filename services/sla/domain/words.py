"""What the explanation says, in Vietnamese."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from contracts.sla import Ending, Outcome, Uncomputable
from law.days import DayKind
from law.durations import Duration, DurationUnit
from law.moments import VN
from law.rule_set import Basis, RuleSet
from services.sla.domain.answer import Note
from services.sla.domain.facts import Fact, FactKind

UNITS: Mapping[DurationUnit, str] = {
    DurationUnit.WORKING_DAY: "ngày làm việc",
    DurationUnit.WORKING_HOUR: "giờ làm việc",
    DurationUnit.CALENDAR_DAY: "ngày",
    DurationUnit.MONTH: "tháng",
    DurationUnit.MINUTE: "phút",
}
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
DAYS_OFF: Mapping[DayKind, str] = {
    DayKind.WEEKEND: "Ngày nghỉ hằng tuần",
    DayKind.HOLIDAY: "Nghỉ lễ",
    DayKind.COMPENSATORY: "Nghỉ bù",
    DayKind.SWAPPED_OFF: "Nghỉ do hoán đổi ngày làm việc",
    DayKind.CLOSED: "Cơ quan nghỉ theo quyết định",
    DayKind.COUNTER: "Chỉ tiếp nhận hồ sơ, thời hạn chưa tính",
}
REASONS: Mapping[str, str] = {
    "missing_paper": "thiếu giấy tờ",
    "wrong_paper": "giấy tờ chưa đúng",
    "unclear_content": "nội dung chưa rõ",
    "not_eligible": "không đủ điều kiện",
    "not_competent": "không thuộc thẩm quyền",
    "duplicate": "hồ sơ trùng",
    "mistaken_entry": "nhập nhầm",
    "applicant_request": "theo đề nghị của người nộp",
    "no_supplement": "không bổ sung hồ sơ",
    "no_payment": "không thực hiện nghĩa vụ tài chính",
    "financial_obligation": "nghĩa vụ tài chính",
    "fee": "phí, lệ phí",
    "staff_fault": "lỗi của cán bộ",
    "partner_agency_late": "cơ quan phối hợp chậm",
    "conflicting_rules": "quy định chồng chéo",
    "overload": "quá tải",
    "system_failure": "sự cố hệ thống",
    "force_majeure": "bất khả kháng",
    "wrong_destination": "chuyển nhầm nơi",
    "unit_ended": "đơn vị kết thúc hoạt động",
    "batch_voided": "hủy đợt nhập dữ liệu",
    "other": "lý do khác",
}
WAITS: Mapping[FactKind, str] = {
    FactKind.INTAKE_SUPPLEMENT_REQUESTED: "Tạm dừng chờ bổ sung hồ sơ",
    FactKind.SUPPLEMENT_REQUESTED: "Tạm dừng chờ bổ sung hồ sơ",
    FactKind.PAYMENT_REQUESTED: "Tạm dừng chờ thực hiện nghĩa vụ tài chính",
}
_PAUSED_BY: Mapping[FactKind, str] = {
    FactKind.INTAKE_SUPPLEMENT_REQUESTED: "supplement_intake",
    FactKind.SUPPLEMENT_REQUESTED: "supplement_appraisal",
    FactKind.PAYMENT_REQUESTED: "payment_pauses",
}
"""The rule by which a question stops the clock."""
MARKS: Mapping[FactKind, str] = {
    FactKind.CONSULTATION_REQUESTED: "lấy ý kiến cơ quan khác, thời hạn vẫn tính",
    FactKind.CONSULTATION_ANSWERED: "đã có ý kiến trả lời",
    FactKind.EXTENDED: "gia hạn, hẹn lại ngày trả kết quả",
    FactKind.APOLOGISED: "gửi văn bản xin lỗi",
    FactKind.MOVED: "chuyển đơn vị giải quyết, thời hạn vẫn tính",
    FactKind.VOIDED: "hủy biên nhận, hồ sơ không được tính",
}
ENDINGS: Mapping[Ending, str] = {
    Ending.RESOLVED: "có kết quả giải quyết",
    Ending.REFUSED: "từ chối giải quyết bằng văn bản",
    Ending.WITHDRAWN: "người nộp rút hồ sơ",
    Ending.STOPPED: "dừng giải quyết hồ sơ",
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.EARLY: "trước hạn",
    Outcome.ON_TIME: "đúng hạn",
    Outcome.LATE: "quá hạn",
}
ERRORS: Mapping[Uncomputable, str] = {
    Uncomputable.NO_LIMIT: "thủ tục chưa có thời hạn giải quyết trong danh mục",
    Uncomputable.UNKNOWN_PROCEDURE: "danh mục chưa có thủ tục này",
    Uncomputable.UNKNOWN_RULE_SET: "chưa có bộ quy định áp dụng cho ngày tiếp nhận",
    Uncomputable.OUTSIDE_CALENDAR: "hạn nằm ngoài những năm đã có lịch làm việc",
}
NOTES: Mapping[Note, str] = {
    Note.SUPERSEDED: "đã được đính chính, không tính",
    Note.TAKEN_BACK: "yêu cầu đã hủy, coi như chưa từng có",
    Note.SECOND_RECEPTION: "tiếp nhận lần hai, không tính",
    Note.BEFORE_RECEPTION: "xảy ra trước khi tiếp nhận, không tính",
    Note.AFTER_END: "xảy ra sau khi đã kết thúc, không tính",
    Note.RIVAL_ENDING: "kết thúc lần nữa, không tính",
    Note.NO_QUESTION: "trả lời một yêu cầu chưa có, không tính",
    Note.AFTER_EXPIRY: "yêu cầu khi đã quá hạn, không làm thay đổi hạn",
    Note.SUPPLEMENT_BEYOND_MAX: "yêu cầu bổ sung quá số lần cho phép, thời hạn vẫn tính",
    Note.PAYMENT_COUNTS: "thời gian chờ thanh toán vẫn tính vào thời hạn",
    Note.SECOND_EXTENSION: "gia hạn lần hai, không được chấp nhận",
    Note.EXTENSION_TOO_LATE: "gia hạn muộn hơn thời điểm quy định",
    Note.EXTENSION_NOT_LATER: "ngày hẹn mới không muộn hơn hạn hiện tại",
    Note.EXTENSION_WITHOUT_DATE: "gia hạn không có ngày hẹn mới",
    Note.EXTENSION_OUTSIDE_CALENDAR: "ngày hẹn mới nằm ngoài lịch làm việc đã công bố",
    Note.APOLOGY_TOO_LATE: "xin lỗi muộn hơn thời điểm quy định",
    Note.SECOND_SUPPLEMENT: "yêu cầu bổ sung từ lần thứ hai",
    Note.SUPPLEMENT_NOTICE_LATE: "yêu cầu bổ sung muộn hơn thời hạn thông báo",
    Note.ANSWERED_AFTER_WAIT: "bổ sung sau khi đã hết thời hạn chờ",
    Note.FILING_NOTICED_LATE: "hồ sơ trực tuyến đến bộ phận tiếp nhận muộn hơn thời hạn thông báo",
    Note.FILING_ANSWERED_LATE: "hồ sơ trực tuyến được tiếp nhận hoặc yêu cầu bổ sung muộn hơn thời hạn quy định",
}


def day(on: date) -> str:
    """Return `dd/mm/yyyy`."""
    return on.strftime("%d/%m/%Y")


def moment(at: datetime) -> str:
    """Return `HH:MM ngày dd/mm/yyyy`, Việt Nam time."""
    return at.astimezone(VN).strftime("%H:%M ngày %d/%m/%Y")


def hour(at: datetime) -> str:
    """Return `HH:MM`, Việt Nam time."""
    return at.astimezone(VN).strftime("%H:%M")


def span(length: timedelta) -> str:
    """Return a length of time as hours and minutes."""
    minutes = round(length.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    if not rest:
        return f"{hours} giờ"
    return f"{hours} giờ {rest} phút" if hours else f"{rest} phút"


def duration(limit: Duration) -> str:
    """Return a time limit as the procedure states it."""
    if limit.same_day:
        return "trong ngày"
    return f"{limit.amount} {UNITS[limit.unit]}" if limit.amount else "trả ngay"


def ground(code: str) -> str:
    """Return `ND-118-2025/19.5` as `NĐ 118/2025, Đ.19.5`."""
    document, _, article = code.partition("/")
    kind, _, number = document.partition("-")
    name = f"{kind.replace('ND', 'NĐ').replace('QD', 'QĐ')} {number.replace('-', '/')}"
    return f"{name}, Đ.{article}" if article else name


def basis(rule: Basis) -> str:
    """Return where a rule comes from: its article, else the note."""
    return ground(rule.ground) if rule.ground else rule.note or ""


def wait(question: Fact, rules: RuleSet | None = None) -> str:
    """Return what is waited for, why, and on what ground; where none was stated, by what rule of the rule set."""
    said = [WAITS.get(question.kind, "Tạm dừng")]
    if question.reason:
        said.append(f"lý do: {REASONS.get(question.reason, question.reason)}")
    rule = basis(rules.basis(_PAUSED_BY[question.kind])) if rules and question.kind in _PAUSED_BY else ""
    if question.ground:
        said.append(f"căn cứ: {ground(question.ground)}")
    elif rule:
        said.append(f"không ghi căn cứ, theo bộ quy định: {rule}")
    return "; ".join(said)
