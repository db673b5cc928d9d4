"""Why a dossier is late, as its facts suggest it: a proposal for a person to confirm or change. Pure.

The first of these that holds counts (docs/late-list.md):
1. a letter of apology or extension states a reason;
2. an opinion that was asked for had not come when it was due, or not when the dossier became late;
3. a payment whose wait counts was open when the dossier became late;
4. the leg that was held longest beyond its budget until the dossier became late (time worked, waits left out).
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from contracts.codes import Cause
from law.moments import MINUTE
from law.timeline import Timeline
from services.sla.domain.answer import Answer, Note, SegmentKind
from services.sla.domain.facts import Fact, FactKind

_NEVER = 1 << 62
STATED: Mapping[str, Cause] = {
    "staff_fault": Cause.STAFF_FAULT,
    "partner_agency_late": Cause.PARTNER_AGENCY_LATE,
    "financial_obligation": Cause.FINANCIAL_OBLIGATION,
    "fee": Cause.FINANCIAL_OBLIGATION,
    "no_payment": Cause.FINANCIAL_OBLIGATION,
    "conflicting_rules": Cause.CONFLICTING_RULES,
    "overload": Cause.OVERLOAD,
    "system_failure": Cause.SYSTEM_FAILURE,
    "force_majeure": Cause.OTHER,
}
"""What the reason of a letter comes to; other reasons say nothing about lateness."""


class Evidence(StrEnum):
    """From what a cause was proposed."""

    LETTER = "letter"
    OPINION = "opinion"
    PAYMENT = "payment"
    BUDGET = "budget"
    HELD = "held"
    """No budgets are known: who held it longest."""
    NOTHING = "nothing"


class Holding(NamedTuple):
    """Who held a dossier on which leg (None: before the first) from a moment until a moment, in ticks."""

    unit: str
    leg: int | None
    since: int
    until: int | None


class Custody(NamedTuple):
    """All holdings in order, and the budget of each leg in minutes where its process has one."""

    holdings: Sequence[Holding]
    budgets: Mapping[int, int]


class Proposal(NamedTuple):
    """A cause, who answers for it, and why. `over` are ticks worked beyond the budget, or waited too long."""

    cause: Cause
    unit: str | None
    leg: int | None
    evidence: Evidence
    over: int = 0


def propose(answer: Answer, custody: Custody, *, competent: str | None) -> Proposal:
    """Return why a dossier is late, as far as facts tell; for a dossier that is not late it means nothing."""
    late = answer.late if answer.late is not None else _NEVER
    return (
        _letter(answer, custody, competent)
        or _opinion(answer, custody, late)
        or _payment(answer, custody, late, competent)
        or _leg(answer, custody, late, competent)
        or Proposal(Cause.OTHER, competent, None, Evidence.NOTHING)
    )


def _letter(answer: Answer, custody: Custody, competent: str | None) -> Proposal | None:
    for fact in answer.marks:
        cause = STATED.get(fact.reason or "")
        if fact.kind in {FactKind.EXTENDED, FactKind.APOLOGISED} and cause is not None:
            unit = fact.unit or competent
            return Proposal(cause, unit, _leg_of(custody, unit), Evidence.LETTER)
    return None


def _opinion(answer: Answer, custody: Custody, late: int) -> Proposal | None:
    given = {fact.request: fact.tick for fact in answer.marks if fact.kind is FactKind.CONSULTATION_ANSWERED}
    overdue: list[tuple[int, Fact]] = []
    for fact in answer.marks:
        if fact.kind is not FactKind.CONSULTATION_REQUESTED or fact.tick >= late:
            continue
        answered = given.get(fact.request, _NEVER)
        by = min(fact.new_tick or late, late)
        if answered > by:
            until = min(answered, late if answer.end is None else answer.end)
            overdue.append((max(0, until - by), fact))
    if not overdue:
        return None
    over, asked = max(overdue, key=lambda each: (each[0], -each[1].tick))
    return Proposal(
        Cause.PARTNER_AGENCY_LATE, asked.unit, _leg_of(custody, asked.unit), Evidence.OPINION, over
    )


def _payment(answer: Answer, custody: Custody, late: int, competent: str | None) -> Proposal | None:
    paid = [remark.fact for remark in answer.ignored if remark.fact.kind is FactKind.PAYMENT_MADE]
    for remark in answer.ignored:
        asked = remark.fact
        if remark.note is not Note.PAYMENT_COUNTS or asked.tick >= late:
            continue
        made = min((fact.tick for fact in paid if fact.request == asked.request), default=_NEVER)
        if made >= late:
            held = _held_at(custody, asked.tick)
            return Proposal(
                Cause.FINANCIAL_OBLIGATION, competent, held.leg if held else None, Evidence.PAYMENT,
                late - asked.tick,
            )  # fmt: skip
    return None


def _leg(answer: Answer, custody: Custody, late: int, competent: str | None) -> Proposal | None:
    if answer.terms is None or not custody.holdings:
        return None
    until = min(late, _NEVER if answer.end is None else answer.end)
    line = answer.terms.calendar.timeline
    worked = [part for part in answer.segments if part.kind is SegmentKind.WORKED]
    held: dict[tuple[int | None, str], int] = {}
    for holding in custody.holdings:
        spans = (
            (max(part.since, holding.since), _least(part.until, holding.until, until)) for part in worked
        )
        place = (holding.leg, holding.unit)
        held[place] = held.get(place, 0) + _counted(spans, line)
    legs: dict[int | None, int] = {}
    for (leg, _unit), ticks in held.items():
        legs[leg] = legs.get(leg, 0) + ticks
    over = {leg: ticks - MINUTE * custody.budgets.get(leg or 0, 0) for leg, ticks in legs.items()}
    leg = max(over, key=lambda each: (over[each], each or 0))
    unit = max((place for place in held if place[0] == leg), key=lambda place: held[place])[1]
    cause = Cause.STAFF_FAULT if competent is None or unit == competent else Cause.PARTNER_AGENCY_LATE
    evidence = Evidence.BUDGET if custody.budgets else Evidence.HELD
    return Proposal(cause, unit, leg, evidence, max(0, over[leg]))


def _least(*ticks: int | None) -> int:
    return min(tick for tick in ticks if tick is not None)


def _counted(spans: Iterable[tuple[int, int]], line: Timeline) -> int:
    """Return the time worked over spans, within the years the calendar knows."""
    total = 0
    for since, until in spans:
        start, end = max(since, line.start), min(until, line.end)
        if start < end:
            total += line.worked(end) - line.worked(start)
    return total


def _leg_of(custody: Custody, unit: str | None) -> int | None:
    """Return the last leg a unit held."""
    return next((each.leg for each in reversed(custody.holdings) if each.unit == unit), None)


def _held_at(custody: Custody, tick: int) -> Holding | None:
    return next((each for each in reversed(custody.holdings) if each.since <= tick), None)
