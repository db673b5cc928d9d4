"""Apology and re-appointment, from facts alone. 4/3/2026 is a Wednesday; 5 working days end on 11/3 at 17:00."""

import random

import pytest

from contracts.sla import Outcome
from law.moments import to_tick
from services.sla.domain.apology import (
    NAMES,
    Apology,
    ApologyState,
    Letters,
    apology_of,
    outcome_by_due,
    states_of,
)
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact
from services.sla.domain.standing import standing
from tests.unit.law.support import NEW, OLD, vn
from tests.unit.services.sla.domain.support import changed, fact, story, terms

RECEIVED = "2026-03-04 09:00 received"
LATER = "2026-03-18 17:00"


def facts_of(*lines: str) -> list[Fact]:
    """Facts of a dossier; `extended` goes to 18/3 unless the line names another date."""
    facts = []
    for seq, line in enumerate((RECEIVED, *lines), 1):
        day, hour, kind, *rest = line.split()
        new = to_tick(vn(" ".join(rest) or LATER)) if kind == "extended" else None
        facts.append(fact(f"{day} {hour}", kind, seq=seq, new_tick=new))
    return facts


CASES = [
    # what happened after the reception; the letters; the states on 20/3
    ([], None, ["late_without"]),
    (["2026-03-11 16:00 resolved"], None, []),
    (["2026-03-12 08:00 resolved"], None, ["late_without"]),
    (["2026-03-10 09:00 apologised"], "in_time", ["in_time"]),
    (["2026-03-11 09:00 apologised"], "too_late", ["too_late"]),
    (["2026-03-13 09:00 apologised"], "too_late", ["too_late"]),
    (["2026-03-10 09:00 apologised", "2026-03-13 09:00 apologised"], "in_time", ["in_time"]),
    (["2026-03-13 09:00 resolved", "2026-03-13 10:00 apologised"], "too_late", ["too_late"]),
    (["2026-03-10 09:00 extended"], "extended", ["extended_late"]),
    (["2026-03-10 09:00 extended 2026-03-31 17:00"], "extended", ["extended_open"]),
    (["2026-03-10 09:00 extended", "2026-03-17 09:00 resolved"], "extended", ["extended_on_time"]),
    (["2026-03-10 09:00 extended", "2026-03-19 09:00 resolved"], "extended", ["extended_late"]),
    # the letter of an extension that came too late is an apology that came too late
    (["2026-03-11 09:00 extended"], "too_late", ["too_late"]),
    (["2026-03-13 09:00 extended"], "too_late", ["too_late"]),
    (["2026-03-13 09:00 extended", "2026-03-13 09:01 apologised"], "too_late", ["too_late"]),
    (
        ["2026-03-09 09:00 extended", "2026-03-10 09:00 extended 2026-03-25 17:00"],
        "extended", ["extended_late", "second_refused"],
    ),
    # an extension to an earlier date says nothing
    (["2026-03-10 09:00 extended 2026-03-09 17:00"], None, ["late_without"]),
]  # fmt: skip


@pytest.mark.parametrize("rules", [NEW, OLD])
@pytest.mark.parametrize(("lines", "letters", "states"), CASES)
def test_what_letters_come_to_under_either_regime(
    rules: str, lines: list[str], letters: str | None, states: list[str]
) -> None:
    answer = fold(facts_of(*lines), terms(rules))
    apology = apology_of(answer)
    stands = standing(answer, as_of=vn("2026-03-20 09:00"))

    assert stands is not None
    assert apology.letters == letters
    assert list(states_of(answer, apology, is_late=stands.is_late)) == states


def test_without_a_clock_there_is_nothing_to_apologise_for() -> None:
    assert apology_of(fold(story("2026-03-10 09:00 apologised"), terms(NEW))) == Apology()


def test_the_letter_that_counts_and_the_first_one_are_kept_apart() -> None:
    answer = fold(facts_of("2026-03-09 08:00 apologised", "2026-03-10 09:00 extended"), terms(NEW))

    apology = apology_of(answer)

    assert apology.first_at == vn("2026-03-09 08:00")
    assert apology.letter is not None
    assert apology.letter.time == vn("2026-03-10 09:00")
    assert apology.new_due_at == vn(LATER)


def test_an_extension_that_may_come_late_extends_but_is_no_timely_letter() -> None:
    answer = fold(facts_of("2026-03-11 09:00 extended"), terms(changed(NEW, late_extension="applies")))

    assert (answer.extended, apology_of(answer).letters) == (True, Letters.TOO_LATE)


def test_the_order_of_arrival_does_not_matter() -> None:
    facts = facts_of("2026-03-09 09:00 extended", "2026-03-10 09:00 extended", "2026-03-13 09:00 apologised")
    told = {apology_of(fold(random.sample(facts * 2, k=2 * len(facts)), terms(NEW))) for _ in range(20)}

    assert len(told) == 1


OUTCOMES = [
    ("2026-03-10 09:00", False, Outcome.EARLY),
    ("2026-03-11 23:59", False, Outcome.ON_TIME),
    ("2026-03-12 00:00", False, Outcome.LATE),
    ("2026-03-11 16:59", True, Outcome.ON_TIME),
    ("2026-03-11 17:00", True, Outcome.LATE),
]


@pytest.mark.parametrize(("ended", "exact", "outcome"), OUTCOMES)
def test_the_outcome_against_the_first_appointment_is_told_beside(
    ended: str, exact: bool, outcome: Outcome
) -> None:
    assert outcome_by_due(ended_at=vn(ended), due=vn("2026-03-11 17:00"), exact=exact) is outcome


def test_an_open_dossier_has_no_outcome_against_any_appointment() -> None:
    assert outcome_by_due(ended_at=None, due=vn(LATER), exact=False) is None
    assert outcome_by_due(ended_at=vn(LATER), due=None, exact=False) is None


def test_every_state_has_a_name() -> None:
    assert set(NAMES) == set(ApologyState)
