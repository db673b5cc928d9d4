"""Facts that break a rule of the dossier's rule set, each with the rule: used or ignored by the fold, listed anyway."""

from collections.abc import Mapping
from typing import NamedTuple

from law.rule_set import Basis
from services.sla.domain.answer import Answer, Note, Remark
from services.sla.domain.facts import FactKind

RULES: Mapping[Note, str] = {
    Note.SECOND_SUPPLEMENT: "max_supplements",
    Note.SUPPLEMENT_BEYOND_MAX: "max_supplements",
    Note.SUPPLEMENT_NOTICE_LATE: "supplement_notice",
    Note.ANSWERED_AFTER_WAIT: "supplement_wait",
    Note.SECOND_EXTENSION: "max_extensions",
    Note.EXTENSION_TOO_LATE: "apology_lead",
    Note.APOLOGY_TOO_LATE: "apology_lead",
    Note.PAYMENT_COUNTS: "payment_pauses",
    Note.FILING_NOTICED_LATE: "online_notice",
    Note.FILING_ANSWERED_LATE: "online_acceptance",
}
"""By which rule of the rule set something is remarkable."""
_EXPIRED: Mapping[FactKind, str] = {FactKind.EXTENDED: "apology_lead"}
"""By which rule a fact that came after expiry is remarkable."""
_LAWFUL = frozenset({Note.PAYMENT_COUNTS})


class Breach(NamedTuple):
    """A fact, what is wrong with it, and the rule it breaks with its place in the law."""

    remark: Remark
    rule: str
    basis: Basis


def rule_of(remark: Remark) -> str | None:
    """Return by which rule of the rule set a remark is made, if by any."""
    if remark.note is Note.AFTER_EXPIRY:
        return _EXPIRED.get(remark.fact.kind)
    return RULES.get(remark.note)


def breaches(answer: Answer) -> tuple[Breach, ...]:
    """Return what breaks a rule, in the order of the fold; none without a rule set."""
    if answer.terms is None:
        return ()
    rules = answer.terms.rule_set
    return tuple(
        Breach(remark, rule, rules.basis(rule))
        for remark in (*answer.ignored, *answer.flags)
        if remark.note not in _LAWFUL and (rule := rule_of(remark)) is not None
    )
