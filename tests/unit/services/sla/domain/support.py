"""Facts by short words: `story("2026-03-04 09:00 received", …)`."""

from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from law.calendar import Calendar
from law.deadline import Terms, terms_of
from law.durations import Duration, JudgedBy, Limit
from law.rule_set import RuleSet
from services.sla.domain.answer import Answer, Note
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact, FactKind
from tests.unit.law.support import calendar, rules, show, vn

RANKS = {
    FactKind.RECEIVED: 10,
    FactKind.CORRECTED: 20,
    FactKind.SUPPLEMENT_CANCELLED: 35,
    FactKind.SUPPLEMENT_PROVIDED: 40,
    FactKind.PAYMENT_MADE: 40,
    FactKind.CONSULTATION_ANSWERED: 40,
    FactKind.EXTENDED: 45,
    FactKind.APOLOGISED: 46,
    FactKind.MOVED: 55,
    FactKind.RETURNED: 85,
    FactKind.VOIDED: 90,
}
ENDINGS = {FactKind.RESOLVED, FactKind.REFUSED, FactKind.WITHDRAWN, FactKind.STOPPED}


def fact(at: str, kind: str, *, seq: int = 1, **data: Any) -> Fact:
    word = FactKind(kind)
    rank = 80 if word in ENDINGS else RANKS.get(word, 30)
    data.setdefault("id", str(uuid5(NAMESPACE_OID, f"{at} {kind} {seq}")))
    return Fact.at(vn(at), word, rank=rank, emitter="intake", seq=seq, **data)


def story(*lines: str) -> list[Fact]:
    """Return facts from lines `DATE TIME KIND [REQUEST]`."""
    facts = []
    for seq, line in enumerate(lines, 1):
        day, hour, kind, *request = line.split()
        facts.append(fact(f"{day} {hour}", kind, seq=seq, request=request[0] if request else None))
    return facts


def terms(
    code: str | RuleSet,
    duration: Duration | None = None,
    *,
    judged_by: JudgedBy | None = None,
    on: Calendar | None = None,
) -> Terms:
    law = rules(code) if isinstance(code, str) else code
    limit = Limit.single(duration or Duration(5), judged_by=judged_by)
    return terms_of(limit=limit, channel=None, rule_set=law, calendar=on or calendar())


def answer(code: str | RuleSet, *lines: str, duration: Duration | None = None) -> Answer:
    return fold(story(*lines), terms(code, duration))


def due(given: Answer) -> str | None:
    return show(given.due_current) if given.due_current else None


def ignored(given: Answer) -> list[Note]:
    return [remark.note for remark in given.ignored]


def flagged(given: Answer) -> list[Note]:
    return [remark.note for remark in given.flags]


def changed(code: str, **values: Any) -> RuleSet:
    """Return a rule set with other values."""
    return replace(rules(code), **values)
