"""Apology and re-appointment: the letter of form 04 (NĐ 118/2025 Đ.19.6), of the old form before 1/7/2025."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.codes import StaffId, UnitCode
from contracts.routing import ApologyIssued, ExtensionGranted
from law.rule_set import RuleSet
from services.routing.domain.acting import Act, require_open
from services.routing.domain.asking import Why, rules_of, source_of
from services.routing.domain.dossier import Dossier
from services.routing.domain.say import Rule, Say, conflict, invalid

_OLD = "nd-61-2018"
"""Receptions under it take the form of TT 01/2018/TT-VPCP, later ones form 04 of TT 03/2025/TT-VPCP."""


LONGEST = timedelta(days=366)
"""No limit is extended by more than a year: a date beyond that is a slip of the keyboard. Ours, no article."""


class ExtensionRule(StrEnum):
    """By which rule an extension is refused though its dossier is open: one more than allowed, or too late."""

    MAX = "extension.max"
    TOO_LATE = "extension.too_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a letter says. `responsible` is the unit that answers for the delay; `signed_by` None: who enters it."""

    why: Why
    responsible: UnitCode
    signed_by: StaffId | None = None


def extend(dossier: Dossier, act: Act, letter: Letter, *, new_due_at: datetime) -> list[Say]:
    """Extend the time limit with a letter of apology.

    At most as often as the rule set allows, at least its lead before expiry, to a later moment. While the
    applicant is waited for nothing expires. Raises RefusedError with the article.
    """
    rules = _require_letter(dossier, act, letter)
    if act.due_at is None:
        raise conflict("new_due_at", "due.unknown", "Hồ sơ chưa có hạn trả nên không thể gia hạn")
    if rules is not None:
        _require_right(dossier, act, rules)
    if new_due_at <= act.due_at:
        source = source_of(rules, "max_extensions") if rules else ""
        raise invalid("new_due_at", "extension.not_later", "Hạn mới phải sau hạn cũ", source)
    if new_due_at > act.due_at + LONGEST:
        raise invalid(
            "new_due_at", "extension.too_far", f"Hạn mới phải trong vòng {LONGEST.days} ngày kể từ hạn cũ"
        )
    granted = ExtensionGranted.Data(
        new_due_at=new_due_at, due_before=act.due_at, reason=letter.why.reason, note=letter.why.note,
        responsible_unit=letter.responsible, ground=letter.why.ground, signed_by=_signer(act, letter),
    )  # fmt: skip
    return [Say(ExtensionGranted, act.at, granted), _apology(act, letter)]


def apologise(dossier: Dossier, act: Act, letter: Letter) -> list[Say]:
    """Send a letter of apology without a new date: once. A late one is better than none (see `late_letter`)."""
    rules = _require_letter(dossier, act, letter)
    if dossier.apologies:
        source = source_of(rules, "max_extensions") if rules else ""
        raise conflict("code", "apology.max", "Đã có văn bản xin lỗi", source)
    return [_apology(act, letter)]


def late_letter(dossier: Dossier, act: Act) -> Rule | None:
    """Return a warning where a letter of apology goes out later than the rule set says; the letter stands."""
    rules, last = rules_of(dossier), act.letter_by
    if rules is None or last is None or dossier.open_request is not None or act.today <= last:
        return None
    message = f"Xin lỗi muộn: chậm nhất phải là ngày {last:%d/%m/%Y}"
    return Rule("code", "apology.too_late", message, source_of(rules, "apology_lead"))


def _require_letter(dossier: Dossier, act: Act, letter: Letter) -> RuleSet | None:
    """Raise unless such a letter may go out for a dossier; return its rule set."""
    rules = rules_of(dossier)
    require_open(dossier, may_wait=True, source=source_of(rules, "max_extensions") if rules else "")
    act.require_unit(dossier.competent_unit)
    if letter.responsible not in act.book.units:
        raise invalid("responsible_unit", "unit.unknown", f"Không có đơn vị {letter.responsible}")
    return rules


def _require_right(dossier: Dossier, act: Act, rules: RuleSet) -> None:
    if len(dossier.extensions) >= rules.max_extensions:
        raise conflict(
            "new_due_at", ExtensionRule.MAX.value, f"Chỉ được gia hạn {rules.max_extensions} lần",
            source_of(rules, "max_extensions"),
        )  # fmt: skip
    if act.letter_by is None or dossier.open_request is not None:
        return
    last = act.letter_by if rules.late_extension == "refused" else act.letter_by + timedelta(days=1)
    if act.today > last:
        raise conflict(
            "new_due_at", ExtensionRule.TOO_LATE.value, f"Phải gia hạn chậm nhất ngày {last:%d/%m/%Y}",
            source_of(rules, "apology_lead"),
        )  # fmt: skip


def _apology(act: Act, letter: Letter) -> Say:
    why = letter.why
    data = ApologyIssued.Data(
        reason=why.reason, responsible_unit=letter.responsible, note=why.note, signed_by=_signer(act, letter)
    )
    return Say(ApologyIssued, act.at, data)


def _signer(act: Act, letter: Letter) -> UUID:
    return letter.signed_by or act.staff


@dataclass(frozen=True, slots=True)
class Paper:
    """What the printed letter shows. `number` counts the letters of a dossier; dates are moments in UTC."""

    number: int
    issued_at: datetime
    reason: str
    responsible: str | None
    due_before: datetime | None
    new_due_at: datetime | None
    signed_by: UUID | None
    is_old_form: bool


def papers_of(dossier: Dossier) -> list[Paper]:
    """Return the letters of a dossier, the first one first; an extension and its apology are one letter."""
    if dossier.head is None:
        return []
    old = dossier.head.rule_set == _OLD
    grants = {grant.time: grant for grant in dossier.grants}
    times = sorted({*grants, *(apology.time for apology in dossier.apologies)})
    apologies = {apology.time: apology for apology in dossier.apologies}
    found = []
    for number, at in enumerate(times, 1):
        grant, said = grants.get(at), grants.get(at) or apologies[at]
        found.append(
            Paper(
                number=number,
                issued_at=at,
                reason=said.data.reason,
                responsible=said.data.responsible_unit,
                due_before=grant.data.due_before if grant else None,
                new_due_at=grant.data.new_due_at if grant else None,
                signed_by=said.data.signed_by,
                is_old_form=old,
            )
        )
    return found
