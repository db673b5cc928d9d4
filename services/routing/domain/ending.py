"""Steps that change or end the time limit: extension with apology, refusal after appraisal, stop."""

from datetime import date, datetime, timedelta

from contracts.codes import Reason, UnitCode
from contracts.routing import ApologyIssued, DossierStopped, ExtensionGranted, RefusedAfterAppraisal
from law.durations import DurationUnit
from law.rule_set import RuleSet
from services.routing.domain.acting import Act, require_open
from services.routing.domain.asking import Why, rules_of, source_of
from services.routing.domain.dossier import Dossier
from services.routing.domain.say import Say, conflict, invalid


def extend(
    dossier: Dossier,
    act: Act,
    *,
    new_due_at: datetime,
    dates: tuple[date, date],
    why: Why,
    responsible: UnitCode,
) -> list[Say]:
    """Extend the time limit with a letter of apology (NĐ 118/2025 Đ.19.6).

    `dates` are Việt Nam's dates of today and of the present deadline. At most as often as the rule set allows,
    at least its lead before expiry, to a later moment, with the unit that answers for it.
    """
    require_open(dossier, may_wait=True)
    act.require_unit(dossier.competent_unit)
    if act.due_at is None:
        raise conflict("new_due_at", "due.unknown", "Hồ sơ chưa có hạn trả nên không thể gia hạn")
    rules = rules_of(dossier)
    if rules is not None:
        _require_right(dossier, rules, dates)
    if new_due_at <= act.due_at:
        source = source_of(rules, "max_extensions") if rules else ""
        raise invalid("new_due_at", "extension.not_later", "Hạn mới phải sau hạn cũ", source)
    if responsible not in act.book.units:
        raise invalid("responsible_unit", "unit.unknown", f"Không có đơn vị {responsible}")
    granted = ExtensionGranted.Data(
        new_due_at=new_due_at, reason=why.reason, responsible_unit=responsible, ground=why.ground,
        note=why.note, signed_by=act.staff,
    )  # fmt: skip
    apology = ApologyIssued.Data(
        reason=why.reason, responsible_unit=responsible, note=why.note, signed_by=act.staff
    )
    return [Say(ExtensionGranted, act.at, granted), Say(ApologyIssued, act.at, apology)]


def _require_right(dossier: Dossier, rules: RuleSet, dates: tuple[date, date]) -> None:
    if len(dossier.extensions) >= rules.max_extensions:
        raise conflict(
            "new_due_at", "extension.max", f"Chỉ được gia hạn {rules.max_extensions} lần",
            source_of(rules, "max_extensions"),
        )  # fmt: skip
    today, due = dates
    lead = rules.apology_lead.amount if rules.apology_lead.unit is DurationUnit.CALENDAR_DAY else 1
    last = due - timedelta(days=lead) if rules.late_extension == "refused" else due
    if today > last:
        raise conflict(
            "new_due_at", "extension.too_late", f"Phải gia hạn chậm nhất ngày {last:%d/%m/%Y}",
            source_of(rules, "apology_lead"),
        )  # fmt: skip


def refuse(dossier: Dossier, act: Act, *, why: Why) -> list[Say]:
    """Refuse in writing after appraisal (NĐ 118/2025 Đ.19.3); the clock ends."""
    require_open(dossier)
    act.require_unit(dossier.competent_unit)
    data = RefusedAfterAppraisal.Data(
        unit=dossier.competent_unit, reason=why.reason, ground=why.ground, note=why.note, officer=act.staff
    )
    return [Say(RefusedAfterAppraisal, act.at, data)]


def stop(dossier: Dossier, act: Act, *, why: Why) -> list[Say]:
    """Stop for good (form 05), also while waiting for the applicant."""
    require_open(dossier, may_wait=True)
    act.require_unit(dossier.competent_unit)
    if why.reason is Reason.APPLICANT_REQUEST:
        raise invalid("reason", "stop.by_applicant", "Người nộp rút hồ sơ thì ghi nhận ở bộ phận tiếp nhận")
    data = DossierStopped.Data(
        unit=dossier.competent_unit, reason=why.reason, ground=why.ground, note=why.note, officer=act.staff
    )
    return [Say(DossierStopped, act.at, data)]
