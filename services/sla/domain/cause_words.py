"""Causes of lateness and what suggests them, in Vietnamese."""

from collections.abc import Mapping

from contracts.codes import Cause
from law.moments import HOUR
from services.sla.domain.cause import Evidence, Proposal

CAUSES: Mapping[Cause, str] = {
    Cause.STAFF_FAULT: "Đơn vị xử lý chậm (chủ quan)",
    Cause.PARTNER_AGENCY_LATE: "Cơ quan phối hợp chậm",
    Cause.FINANCIAL_OBLIGATION: "Chờ nghĩa vụ tài chính",
    Cause.CONFLICTING_RULES: "Quy định chồng chéo",
    Cause.OVERLOAD: "Quá tải",
    Cause.SYSTEM_FAILURE: "Hệ thống, công nghệ thông tin",
    Cause.OTHER: "Nguyên nhân khác",
}
_EVIDENCE: Mapping[Evidence, str] = {
    Evidence.LETTER: "văn bản xin lỗi hoặc gia hạn nêu lý do này",
    Evidence.OPINION: "ý kiến của cơ quan được hỏi không có khi đến hạn",
    Evidence.PAYMENT: "nghĩa vụ tài chính chưa xong khi hồ sơ quá hạn",
    Evidence.BUDGET: "công đoạn vượt thời gian quy định nhiều nhất",
    Evidence.HELD: "công đoạn giữ hồ sơ lâu nhất",
    Evidence.NOTHING: "dữ liệu chưa đủ để đề xuất",
}


def evidence(proposal: Proposal) -> str:
    """Return from what a cause was proposed, in a sentence part."""
    said = _EVIDENCE[proposal.evidence]
    hours = proposal.over / HOUR
    if proposal.evidence is Evidence.BUDGET and hours >= 1:
        return f"{said}, {_hours(hours)} giờ làm việc"
    if proposal.evidence is Evidence.HELD and hours >= 1:
        return f"{said}: {_hours(hours)} giờ làm việc"
    return said


def _hours(hours: float) -> str:
    return f"{hours:.1f}".removesuffix(".0").replace(".", ",")


def cause_name(code: str | None) -> str:
    """Return a cause for people, "–" for none."""
    return CAUSES[Cause(code)] if code else "–"
