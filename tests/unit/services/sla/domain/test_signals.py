"""What stands out in how a dossier was entered. 4/3/2026 is a Wednesday; 5 working days end on 11/3 at 17:00."""

import random
from dataclasses import replace
from typing import Any

import pytest

from law.moments import MINUTE, to_tick
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact
from services.sla.domain.signals import Signal, may_stand_out, outside_minutes, signals_of
from tests.unit.law.support import BUILDING, NEW, OLD, calendar, vn
from tests.unit.services.sla.domain.support import fact, terms

RECEIVED = "2026-03-04 09:00 received"


def entered(*lines: str, delay: int = 0) -> list[Fact]:
    """Facts recorded at once, or `+MINUTES` later where a line ends with that."""
    facts = []
    for seq, line in enumerate(lines, 1):
        day, hour, kind, *rest = line.split()
        late = next((int(word[1:]) for word in rest if word.startswith("+")), delay)
        names = [word for word in rest if not word.startswith("+")]
        facts.append(
            fact(f"{day} {hour}", kind, seq=seq, request=names[0] if names else None, delay=late * MINUTE)
        )
    return facts


def signals(facts: list[Fact], rules: str = NEW, *, imported: bool = False) -> list[Signal]:
    return list(signals_of(facts, fold(facts, terms(rules)), imported=imported))


def brief(found: list[Signal], *names: str) -> list[tuple[Any, ...]]:
    return [(signal.kind, *(getattr(signal, name) for name in names)) for signal in found]


def test_an_ordinary_dossier_has_no_signal() -> None:
    assert signals(entered(RECEIVED, "2026-03-10 16:00 resolved", "2026-03-10 16:30 returned")) == []


def test_what_was_recorded_late_says_how_late() -> None:
    found = signals(entered("2026-03-04 09:00 received +180", "2026-03-10 09:00 resolved +1500"))

    assert brief(found, "delay") == [("received", 180), ("resolved", 1500)]


def test_a_correction_of_the_reception_is_as_late_as_the_moment_it_states() -> None:
    new = to_tick(vn("2026-03-02 09:00"))
    facts = [*entered(RECEIVED), fact("2026-03-04 10:00", "corrected", seq=2, new_tick=new, delay=0)]

    assert brief(signals(facts), "delay") == [("corrected", 49 * 60)]


def test_where_nobody_knows_when_it_was_recorded_there_is_no_delay() -> None:
    known = entered("2026-03-04 09:00 received +999")
    assert signals([replace(known[0], delay=None)]) == []


DAYS_LEFT = [("2026-03-09", 2), ("2026-03-10", 1), ("2026-03-11", 0), ("2026-03-12", -1)]


@pytest.mark.parametrize(("day", "left"), DAYS_LEFT)
def test_a_request_for_supplement_says_how_many_working_days_were_left(day: str, left: int) -> None:
    found = signals(entered(RECEIVED, f"{day} 10:00 supplement_requested a"))

    assert brief(found, "days", "number") == [("supplement_requested", left, 1)]


def test_requests_are_numbered_and_those_taken_back_are_not() -> None:
    found = signals(
        entered(
            RECEIVED,
            "2026-03-05 08:00 supplement_requested a",
            "2026-03-05 09:00 supplement_cancelled a",
            "2026-03-05 10:00 supplement_requested b",
            "2026-03-06 10:00 supplement_provided b",
            "2026-03-09 10:00 supplement_requested c",
        ),
        OLD,
    )

    assert brief(found, "number") == [("supplement_requested", 1), ("supplement_requested", 2)]


def test_a_ground_is_told_and_so_is_its_absence() -> None:
    facts = entered(
        RECEIVED, "2026-03-05 08:00 supplement_requested a", "2026-03-05 09:00 payment_requested b"
    )
    facts[1] = replace(facts[1], ground="ND-118-2025/19.5")

    assert brief(signals(facts), "grounded") == [("supplement_requested", True), ("payment_requested", False)]


STOOD_STILL = [
    (["2026-03-03 15:00 intake_supplement_requested a", RECEIVED], False),  # before reception no clock ran
    ([RECEIVED, "2026-03-12 09:00 supplement_requested a"], False),  # after expiry
    ([RECEIVED, "2026-03-12 09:00 payment_requested a"], False),
    ([RECEIVED, "2026-03-05 08:00 supplement_requested a", "2026-03-06 08:00 supplement_provided a",
      "2026-03-09 08:00 supplement_requested b"], False),  # one too many
    ([RECEIVED, "2026-03-05 08:00 payment_requested a"], True),
    ([RECEIVED, "2026-03-05 08:00 intake_supplement_requested a"], True),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "stood"), STOOD_STILL)
def test_a_request_tells_whether_the_clock_stood_still_for_it(lines: list[str], stood: bool) -> None:
    assert [each.pauses for each in signals(entered(*lines)) if each.kind != "received"][-1] is stood


EXTENSIONS = [("2026-03-10 09:00", -1), ("2026-03-11 09:00", 0), ("2026-03-13 09:00", 2)]


@pytest.mark.parametrize(("at", "days"), EXTENSIONS)
def test_an_extension_says_how_long_after_the_appointment_it_came(at: str, days: int) -> None:
    extension = fact(at, "extended", seq=2, new_tick=to_tick(vn("2026-03-20 17:00")), delay=0)

    assert brief(signals([*entered(RECEIVED), extension]), "days") == [("extended", days)]


def test_a_second_extension_is_measured_against_the_first_ones_date() -> None:
    new = to_tick(vn("2026-03-20 17:00"))
    first = fact("2026-03-09 09:00", "extended", seq=2, new_tick=new, delay=0)
    second = fact("2026-03-19 09:00", "extended", seq=3, new_tick=new + 10, delay=0)

    assert brief(signals([*entered(RECEIVED), first, second]), "days") == [("extended", -2), ("extended", -1)]


STOPS = [
    (["2026-03-06 09:00 stopped"], 0),
    (["2026-03-05 09:00 supplement_requested a", "2026-03-12 10:00 stopped"], 7),
    (["2026-03-05 09:00 supplement_requested a", "2026-03-06 09:00 supplement_provided a", "2026-03-12 10:00 stopped"], 0),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "given"), STOPS)
def test_a_stop_says_how_long_the_applicant_had_been_waited_for(lines: list[str], given: int) -> None:
    stopped = signals(entered(RECEIVED, *lines))[-1]

    assert (stopped.kind, stopped.days) == ("stopped", given)


ASKED = "2026-03-05 09:00 supplement_requested a"
WAITS = [
    (NEW, [ASKED, "2026-03-20 10:00 stopped"], True),  # the 15th day is not over
    (NEW, [ASKED, "2026-03-21 10:00 stopped"], False),
    (BUILDING, [ASKED, "2026-03-23 10:00 stopped"], True),  # 20 working days there
    (BUILDING, [ASKED, "2026-04-03 10:00 stopped"], False),
    (OLD, [ASKED, "2026-03-21 10:00 stopped"], None),  # no limit there
    (NEW, ["2026-03-06 09:00 stopped"], None),  # nobody waited
    (NEW, ["2026-03-05 09:00 payment_requested a", "2026-03-20 10:00 stopped"], None),
]


@pytest.mark.parametrize(("rules", "lines", "early"), WAITS)
def test_a_stop_says_whether_the_wait_of_its_own_rule_set_was_over(
    rules: str, lines: list[str], early: bool | None
) -> None:
    assert signals(entered(RECEIVED, *lines), rules)[-1].early is early


def test_a_return_without_any_decision_stands_out() -> None:
    found = signals(entered(RECEIVED, "2026-03-10 09:00 returned"))

    assert brief(found, "days") == [("returned_undecided", 0)]


def test_a_register_without_that_step_proves_nothing() -> None:
    assert signals(entered(RECEIVED, "2026-03-10 09:00 returned", delay=99_999), imported=True) == []


@pytest.mark.parametrize("imported", [False, True])
def test_a_result_that_lay_for_days_says_how_many(imported: bool) -> None:
    facts = entered(RECEIVED, "2026-03-06 09:00 resolved", "2026-03-26 10:00 returned")

    assert brief(signals(facts, imported=imported), "days") == [("returned", 20)]


def test_papers_given_back_after_a_withdrawal_are_no_result() -> None:
    assert signals(entered(RECEIVED, "2026-03-06 09:00 withdrawn", "2026-03-26 10:00 returned")) == []


OUTSIDE = [
    ("2026-03-04 09:00", 0),
    ("2026-03-04 12:30", 60),  # lunch
    ("2026-03-04 06:40", 20),
    ("2026-03-04 17:00", 0),  # the closing itself
    ("2026-03-04 22:00", 5 * 60),
    ("2026-03-07 09:00", 16 * 60),  # a Saturday, from Friday's closing
]


@pytest.mark.parametrize(("at", "minutes"), OUTSIDE)
def test_minutes_outside_office_hours_are_those_to_the_nearest_of_them(at: str, minutes: int) -> None:
    assert outside_minutes(to_tick(vn(at)), calendar()) == minutes


def test_outside_the_known_years_nothing_is_outside_office_hours() -> None:
    assert outside_minutes(to_tick(vn("2099-01-01 03:00")), calendar()) == 0


def test_what_counts_is_when_it_was_recorded_not_the_hour_it_states() -> None:
    found = signals(entered("2026-03-04 09:00 received +840"))

    assert brief(found, "delay", "outside") == [("received", 840, 6 * 60)]


def test_registers_are_never_late_nor_outside_hours() -> None:
    facts = entered(
        RECEIVED, "2026-03-05 22:00 supplement_requested a", "2026-03-06 09:00 resolved", delay=99_999
    )

    assert brief(signals(facts, imported=True), "delay", "outside", "recorded") == [
        ("supplement_requested", None, None, None)
    ]


def test_answers_and_payments_may_come_at_any_hour() -> None:
    facts = entered(
        RECEIVED,
        "2026-03-05 09:00 payment_requested p",
        "2026-03-05 23:00 payment_made p",
        "2026-03-06 09:00 resolved",
    )

    assert brief(signals(facts)) == [("payment_requested",)]


def test_what_was_voided_or_never_received_has_no_signal() -> None:
    asked = "2026-03-05 09:00 supplement_requested a"
    assert signals(entered(asked)) == []
    assert signals(entered(RECEIVED, asked, "2026-03-05 10:00 voided")) == []


def test_what_followed_the_end_is_a_conflict_and_no_signal() -> None:
    assert (
        signals(entered(RECEIVED, "2026-03-05 09:00 resolved", "2026-03-06 09:00 supplement_requested a"))
        == []
    )


def test_signals_follow_from_the_facts_in_whatever_order_they_came() -> None:
    facts = entered(
        RECEIVED, "2026-03-05 09:00 supplement_requested a", "2026-03-06 09:00 supplement_provided a",
        "2026-03-11 09:00 supplement_requested b +200", "2026-03-12 20:00 stopped",
    )  # fmt: skip
    told = {tuple(signals(random.sample(facts, k=len(facts)))) for _ in range(20)}

    assert len(told) == 1


QUICK = [
    ("2026-03-04 09:00 received +1",),
    ("2026-03-04 19:00 received",),
    (RECEIVED, "2026-03-06 19:00 resolved"),
    (RECEIVED, "2026-03-05 09:00 supplement_requested a"),
    (RECEIVED, "2026-03-05 09:00 payment_requested a"),
    (RECEIVED, "2026-03-05 09:00 extended"),
    (RECEIVED, "2026-03-05 09:00 stopped"),
    (RECEIVED, "2026-03-05 09:00 returned"),
    (RECEIVED, "2026-03-05 09:00 resolved", "2026-03-09 09:00 returned"),
    (RECEIVED, "2026-03-05 09:00 resolved", "2026-03-05 20:00 returned"),
]


@pytest.mark.parametrize("lines", QUICK)
@pytest.mark.parametrize("imported", [False, True])
def test_the_quick_look_passes_over_nothing_that_the_full_one_finds(
    lines: tuple[str, ...], imported: bool
) -> None:
    facts = entered(*lines)
    answer = fold(facts, terms(NEW))
    looked = [may_stand_out(f.kind.value, f.tick, f.delay, answer=answer, imported=imported) for f in facts]

    assert any(looked) == bool(signals_of(facts, answer, imported=imported))


def test_an_ordinary_dossier_is_passed_over_quickly() -> None:
    facts = entered(
        RECEIVED, "2026-03-05 23:00 payment_made p", "2026-03-06 09:00 resolved", "2026-03-08 09:00 returned"
    )
    answer = fold(facts, terms(NEW))

    assert not any(may_stand_out(f.kind.value, f.tick, 0, answer=answer, imported=True) for f in facts)
    assert not any(may_stand_out(f.kind.value, f.tick, None, answer=answer, imported=False) for f in facts)
