"""The Vietnamese words of routing's codes."""

from datetime import datetime
from pathlib import Path

from contracts.codes import Reason
from contracts.routing import LegRole, Result
from libs.clock import VN
from libs.ui import environment

ENV = environment("routing", Path(__file__).parents[1] / "templates")
ROLES = {
    LegRole.APPRAISE: "Thẩm định",
    LegRole.CONSULT: "Lấy ý kiến",
    LegRole.TAX: "Cơ quan thuế",
    LegRole.DECIDE: "Ký duyệt",
    LegRole.PARTNER: "Cơ quan phối hợp",
    LegRole.RETURN: "Trả kết quả",
}
STAGES = {
    "open": "Đang xử lý",
    "waiting": "Chờ người nộp",
    "ended": "Đã kết thúc",
    "voided": "Đã hủy tiếp nhận",
    "unknown": "Chưa rõ",
}
ENDINGS = {
    "resolved": "Đã có kết quả",
    "refused": "Từ chối giải quyết",
    "stopped": "Dừng giải quyết",
    "withdrawn": "Người nộp rút",
}
ASKS = {"supplement": "Bổ sung hồ sơ", "payment": "Nghĩa vụ tài chính", "consultation": "Lấy ý kiến"}
ASK_REASONS = (
    (Reason.MISSING_PAPER, "Thiếu giấy tờ"),
    (Reason.WRONG_PAPER, "Giấy tờ không đúng"),
    (Reason.UNCLEAR_CONTENT, "Nội dung chưa rõ"),
)
RETURN_REASONS = (
    (Reason.WRONG_DESTINATION, "Chuyển nhầm đơn vị"),
    (Reason.MISSING_PAPER, "Thiếu giấy tờ"),
    (Reason.NOT_COMPETENT, "Không thuộc thẩm quyền"),
)
STOP_REASONS = (
    (Reason.NO_SUPPLEMENT, "Không bổ sung trong thời hạn"),
    (Reason.NO_PAYMENT, "Không thực hiện nghĩa vụ tài chính"),
    (Reason.OTHER, "Lý do khác"),
)
REFUSE_REASONS = (
    (Reason.NOT_ELIGIBLE, "Không đủ điều kiện"),
    (Reason.NOT_COMPETENT, "Không thuộc thẩm quyền"),
)
LATE_REASONS = (
    (Reason.STAFF_FAULT, "Lỗi của cán bộ"),
    (Reason.PARTNER_AGENCY_LATE, "Cơ quan phối hợp chậm"),
    (Reason.FINANCIAL_OBLIGATION, "Chờ nghĩa vụ tài chính"),
    (Reason.CONFLICTING_RULES, "Quy định chồng chéo"),
    (Reason.OVERLOAD, "Quá tải"),
    (Reason.SYSTEM_FAILURE, "Sự cố hệ thống"),
    (Reason.FORCE_MAJEURE, "Bất khả kháng"),
    (Reason.OTHER, "Lý do khác"),
)
RESULTS = (
    (Result.GRANTED, "Đồng ý, có kết quả"),
    (Result.ANSWERED, "Có văn bản trả lời"),
    (Result.REFUSED, "Không đồng ý"),
)


def days_to(due: datetime | None, now: datetime) -> int | None:
    """Return how many days ago a deadline was (negative: how many are left), by Việt Nam's dates."""
    if due is None:
        return None
    return (now.astimezone(VN).date() - due.astimezone(VN).date()).days
