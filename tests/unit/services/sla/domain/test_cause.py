"""What the clock proposes as the cause of a lateness: a table of lives, each with what its facts suggest."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Cause, Reason
from law.moments import HOUR, to_tick
from services.sla.domain.cause import STATED, Custody, Evidence, Holding, propose
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact
from tests.unit.law.support import vn
from tests.unit.services.sla.domain.strategies import facts
from tests.unit.services.sla.domain.support import changed, fact, terms

COUNTER, OURS, TAX = "P01.COUNTER", "P01.OURS", "P01.TAX"
RECEIVED = fact("2026-03-02 08:00", "received")
"""Five working days: due on Monday 9 March, late from Tuesday on."""
ENDED = fact("2026-03-16 09:00", "resolved", seq=9)


def held(*stays: tuple[str, str, int | None], budgets: dict[int, int] | None = None) -> Custody:
    """Who held it from when on, on which leg; budgets in hours."""
    starts = [to_tick(vn(at)) for at, _, _ in stays]
    ends = [*starts[1:], None]
    holdings = [
        Holding(unit, leg, since, until)
        for (_, unit, leg), since, until in zip(stays, starts, ends, strict=True)
    ]
    return Custody(holdings, {leg: 60 * hours for leg, hours in (budgets or {}).items()})


USUAL = held(
    ("2026-03-02 08:00", COUNTER, None), ("2026-03-02 09:00", OURS, 1), ("2026-03-05 09:00", TAX, 2),
    budgets={1: 30, 2: 9},
)  # fmt: skip


@dataclass
class Life:
    """Facts beside reception and end, custody, and what is proposed."""

    name: str
    cause: Cause
    unit: str | None
    leg: int | None
    evidence: Evidence
    facts: list[Fact] = field(default_factory=list)
    custody: Custody = USUAL
    rules: Any = "nd-118-2025"


def asked(at: str, by: str, **more: Any) -> Fact:
    return fact(at, "consultation_requested", seq=3, request="q", unit=TAX, new_tick=to_tick(vn(by)), **more)


def replied(at: str) -> Fact:
    return fact(at, "consultation_answered", seq=4, request="q", unit=TAX)


COUNTED = changed("nd-118-2025", payment_pauses=False)
PAID_FOR = [fact("2026-03-04 09:00", "payment_requested", seq=3, request="pay")]
LIVES = [
    Life("nobody held it", Cause.OTHER, OURS, None, Evidence.NOTHING, custody=Custody([], {})),
    Life("the second leg is beyond its budget", Cause.PARTNER_AGENCY_LATE, TAX, 2, Evidence.BUDGET),
    Life(
        "the own leg is beyond its budget", Cause.STAFF_FAULT, OURS, 1, Evidence.BUDGET,
        custody=Custody(USUAL.holdings, {1: 60 * 4, 2: 60 * 30}),
    ),
    Life(
        "the counter kept it", Cause.PARTNER_AGENCY_LATE, COUNTER, None, Evidence.BUDGET,
        custody=held(("2026-03-02 08:00", COUNTER, None), ("2026-03-09 08:00", OURS, 1), budgets={1: 40}),
    ),
    Life(
        "no budgets are known: who held it longest", Cause.STAFF_FAULT, OURS, 1, Evidence.HELD,
        custody=Custody(USUAL.holdings, {}),
    ),
    Life(
        "a pause is nobody's time", Cause.STAFF_FAULT, OURS, 1, Evidence.HELD,
        [fact("2026-03-05 09:30", "payment_requested", seq=3, request="pay"),
         fact("2026-03-20 09:30", "payment_made", seq=4, request="pay")],
        custody=held(("2026-03-02 08:00", OURS, 1), ("2026-03-05 09:00", TAX, 2), ("2026-03-20 10:00", OURS, 3)),
    ),
    Life(
        "what came after it was late is not why", Cause.STAFF_FAULT, OURS, 1, Evidence.HELD,
        custody=held(("2026-03-02 08:00", OURS, 1), ("2026-03-10 08:00", TAX, 2)),
    ),
    Life(
        "a letter says why", Cause.OVERLOAD, OURS, 1, Evidence.LETTER,
        [fact("2026-03-06 09:00", "apologised", seq=3, reason=Reason.OVERLOAD)],
    ),
    Life(
        "a letter says who", Cause.SYSTEM_FAILURE, TAX, 2, Evidence.LETTER,
        [fact("2026-03-06 09:00", "apologised", seq=3, reason=Reason.SYSTEM_FAILURE, unit=TAX)],
    ),
    Life(
        "a letter that says nothing about lateness", Cause.PARTNER_AGENCY_LATE, TAX, 2, Evidence.BUDGET,
        [fact("2026-03-06 09:00", "apologised", seq=3, reason=Reason.OTHER)],
    ),
    Life(
        "an extension says why", Cause.CONFLICTING_RULES, OURS, 1, Evidence.LETTER,
        [fact("2026-03-05 09:00", "extended", seq=3, reason=Reason.CONFLICTING_RULES,
              new_tick=to_tick(vn("2026-03-11 17:00")))],
    ),
    Life(
        "an opinion never came", Cause.PARTNER_AGENCY_LATE, TAX, 2, Evidence.OPINION,
        [asked("2026-03-03 09:00", "2026-03-05 17:00")],
    ),
    Life(
        "an opinion came after its date", Cause.PARTNER_AGENCY_LATE, TAX, 2, Evidence.OPINION,
        [asked("2026-03-03 09:00", "2026-03-04 17:00"), replied("2026-03-06 09:00")],
    ),
    Life(
        "an opinion came in time", Cause.STAFF_FAULT, OURS, 1, Evidence.HELD,
        [asked("2026-03-03 09:00", "2026-03-05 17:00"), replied("2026-03-05 09:00")],
        custody=Custody(USUAL.holdings, {}),
    ),
    Life(
        "an opinion asked for when it was late already", Cause.STAFF_FAULT, OURS, 1, Evidence.HELD,
        [asked("2026-03-11 09:00", "2026-03-12 17:00")], custody=Custody(USUAL.holdings, {}),
    ),
    Life(
        "a payment that counts was open", Cause.FINANCIAL_OBLIGATION, OURS, 1, Evidence.PAYMENT, PAID_FOR,
        rules=COUNTED,
    ),
    Life(
        "a payment that counts was made in time", Cause.PARTNER_AGENCY_LATE, TAX, 2, Evidence.BUDGET,
        [*PAID_FOR, fact("2026-03-05 08:00", "payment_made", seq=4, request="pay")], rules=COUNTED,
    ),
    Life(
        "a letter outweighs an opinion", Cause.OVERLOAD, OURS, 1, Evidence.LETTER,
        [asked("2026-03-03 09:00", "2026-03-05 17:00"),
         fact("2026-03-06 09:00", "apologised", seq=5, reason=Reason.OVERLOAD)],
    ),
]  # fmt: skip


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "ended"])
def test_the_proposal_follows_from_the_facts(life: Life, is_open: bool):
    ended = replace(ENDED, tick=to_tick(vn("2026-04-20 09:00")))
    found = fold([RECEIVED, *life.facts, *([] if is_open else [ended])], terms(life.rules))

    proposal = propose(found, life.custody, competent=OURS)

    assert (proposal.cause, proposal.unit, proposal.leg, proposal.evidence) == (
        life.cause, life.unit, life.leg, life.evidence,
    )  # fmt: skip


def test_beyond_the_budget_is_time_worked():
    found = fold([RECEIVED, ENDED], terms("nd-118-2025"))

    proposal = propose(found, USUAL, competent=OURS)

    # from Thursday 09:00 to the end of Monday's work: 6 + 8 + 8 hours... less nine
    assert proposal.over % (HOUR // 2) == 0
    assert 10 * HOUR < proposal.over < 15 * HOUR


def test_every_reason_of_a_letter_comes_to_a_cause_or_says_nothing():
    assert set(STATED) <= {reason.value for reason in Reason}
    assert {cause.value for cause in Cause} - {each.value for each in STATED.values()} == set()


@given(facts(), st.sampled_from([USUAL, Custody([], {}), Custody(USUAL.holdings, {})]))
def test_any_facts_come_to_some_proposal_and_always_to_the_same(given_facts: list[Fact], custody: Custody):
    rules = terms("nd-118-2025")

    first = propose(fold(given_facts, rules), custody, competent=OURS)
    second = propose(fold(reversed(given_facts), rules), custody, competent=OURS)

    assert first == second
    assert isinstance(first.cause, Cause)
