"""Steps that ask somebody: the applicant for papers or payment, another agency for its opinion."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.codes import Ground, NoteId, Reason
from contracts.routing import (
    ConsultationAnswered,
    ConsultationRequested,
    PaymentRequested,
    SupplementRequestCancelled,
    SupplementRequested,
)
from law.rule_set import RuleSet, UnknownRuleSetError, rule_sets
from services.routing.domain.acting import Act, require_at_hand, require_open
from services.routing.domain.dossier import Ask, Dossier, Request
from services.routing.domain.say import Rule, Say, conflict, invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The reason of a request, by code; the words lie behind `note`."""

    reason: Reason
    ground: Ground | None = None
    note: NoteId | None = None


def rules_of(dossier: Dossier) -> RuleSet | None:
    """Return the rule set of the dossier's reception date, None for one that is not among law's."""
    if dossier.head is None:
        return None
    try:
        return rule_sets().get(dossier.head.rule_set)
    except UnknownRuleSetError:
        return None


def source_of(rules: RuleSet, rule: str) -> str:
    """Return the legal ground of a rule in the words of a decree: `NĐ 118/2025 Đ.19.5`."""
    ground = rules.basis(rule).ground or ""
    document, _, article = ground.partition("/")
    parts = document.split("-")
    if len(parts) < 3:  # noqa: PLR2004 - kind, number, year
        return ground
    kind = "NĐ" if parts[0] == "ND" else parts[0]
    return f"{kind} {parts[1]}/{parts[2]} Đ.{article}"


def ask_supplement(dossier: Dossier, act: Act, *, request: UUID, why: Why) -> list[Say]:
    """Ask the applicant to complete the dossier: as often as the rule set allows (NĐ 118/2025: once)."""
    rules = rules_of(dossier)
    _require_worker(dossier, act, source_of(rules, "supplement_appraisal") if rules else "")
    asked = len(dossier.asked(Ask.SUPPLEMENT))
    if rules is not None and rules.max_supplements is not None and asked >= rules.max_supplements:
        raise conflict(
            "code", "supplement.max", f"Chỉ được yêu cầu bổ sung {rules.max_supplements} lần",
            source_of(rules, "max_supplements"),
        )  # fmt: skip
    data = SupplementRequested.Data(
        request=request, leg_no=dossier.leg.no if dossier.leg else None, officer=act.staff,
        reason=why.reason, ground=why.ground, note=why.note,
    )  # fmt: skip
    return [Say(SupplementRequested, act.at, data)]


def late_notice(dossier: Dossier, *, last_day: date | None, today: date) -> Rule | None:
    """Return a warning where a supplement is asked for after the days the rule set gives; the request stands."""
    rules = rules_of(dossier)
    if rules is None or last_day is None or today <= last_day:
        return None
    return Rule(
        "code", "supplement.late_notice", f"Quá hạn thông báo bổ sung (chậm nhất ngày {last_day:%d/%m/%Y})",
        source_of(rules, "supplement_notice"),
    )  # fmt: skip


def cancel_supplement(dossier: Dossier, act: Act, *, request: UUID, reason: Reason) -> list[Say]:
    """Take a request back while nobody has answered it; it counts as never made."""
    require_open(dossier, may_wait=True)
    _require_open_request(dossier, request, Ask.SUPPLEMENT)
    data = SupplementRequestCancelled.Data(request=request, reason=reason, officer=act.staff)
    return [Say(SupplementRequestCancelled, act.at, data)]


def ask_payment(dossier: Dossier, act: Act, *, request: UUID, why: Why) -> list[Say]:
    """Tell the applicant what to pay; the wait for it is outside the time limit."""
    _require_worker(dossier, act)
    data = PaymentRequested.Data(
        request=request, leg_no=dossier.leg.no if dossier.leg else None, officer=act.staff,
        reason=why.reason, ground=why.ground, note=why.note,
    )  # fmt: skip
    return [Say(PaymentRequested, act.at, data)]


def consult(
    dossier: Dossier, act: Act, *, request: UUID, unit: str, answer_by: datetime, note: NoteId | None = None
) -> list[Say]:
    """Ask another agency for its opinion by a moment."""
    require_open(dossier, may_wait=True)
    if unit not in act.book.units:
        raise invalid("unit", "unit.unknown", f"Không có đơn vị {unit}")
    if answer_by <= act.at:
        raise invalid("answer_by", "answer_by.past", "Hạn trả lời phải sau lúc hỏi", "NĐ 118/2025 Đ.19.4")
    data = ConsultationRequested.Data(
        request=request, unit=unit, answer_by=answer_by, note=note, officer=act.staff
    )
    return [Say(ConsultationRequested, act.at, data)]


def answer(dossier: Dossier, act: Act, *, request: UUID, note: NoteId | None = None) -> list[Say]:
    """Record that the agency that was asked has answered."""
    asked = _require_open_request(dossier, request, Ask.CONSULTATION)
    unit = asked.unit or dossier.competent_unit
    act.require_unit(unit)
    data = ConsultationAnswered.Data(request=request, unit=unit, note=note, officer=act.staff)
    return [Say(ConsultationAnswered, act.at, data)]


def _require_worker(dossier: Dossier, act: Act, source: str = "") -> None:
    require_open(dossier, source=source)
    leg = dossier.leg
    act.require_unit(leg.unit if leg else dossier.competent_unit)
    if leg is not None:
        require_at_hand(dossier, leg)


def _require_open_request(dossier: Dossier, request: UUID, kind: Ask) -> Request:
    found = dossier.requests.get(request)
    if found is None or found.kind is not kind:
        raise conflict("request", "request.unknown", "Không có yêu cầu này")
    if not found.is_open:
        raise conflict("request", "request.settled", "Yêu cầu đã được trả lời hoặc đã rút")
    return found
