"""The ladder of alarms: which rung rings when."""

from dataclasses import replace

import pytest

from law.durations import Duration, JudgedBy
from services.sla.domain.alarms import ladder
from services.sla.domain.answer import Answer
from services.sla.domain.clock import fold
from tests.unit.law.support import CALENDAR_DAYS, HOURS, MINUTES, NEW, OLD, rules, show
from tests.unit.services.sla.domain.support import answer, story, terms

RECEIVED = "2026-03-04 09:00 received"


def rungs(given: Answer) -> list[tuple[str, str]]:
    return [(alarm.rung.value, show(alarm.at)) for alarm in ladder(given)]


def test_a_limit_of_five_days_has_the_whole_ladder() -> None:
    assert rungs(answer(NEW, RECEIVED)) == [
        ("two_days", "2026-03-09 07:00"),
        ("half", "2026-03-09 11:00"),
        ("one_day", "2026-03-10 07:00"),
        ("today", "2026-03-11 07:00"),
        ("overdue", "2026-03-12 00:00"),
        ("overdue_5", "2026-03-18 07:00"),
        ("overdue_10", "2026-03-25 07:00"),
    ]


def test_rungs_before_the_start_are_left_out() -> None:
    assert [name for name, _ in rungs(answer(NEW, RECEIVED, duration=Duration(1)))] == [
        "today", "half", "overdue", "overdue_5", "overdue_10",
    ]  # fmt: skip
    same_day = rungs(answer(NEW, RECEIVED, duration=Duration(0, same_day=True)))
    assert [name for name, _ in same_day] == ["half", "overdue", "overdue_5", "overdue_10"]


def test_half_of_the_time_leaves_waits_out() -> None:
    waited = answer(
        OLD, RECEIVED, "2026-03-05 11:00 supplement_requested", "2026-03-09 11:00 supplement_provided"
    )

    half = dict(rungs(waited))["half"]

    assert half == "2026-03-11 11:00"  # 20 of 40 hours: 4 on Thursday, then 16 from Monday 11:00


def test_due_soon_rungs_fall_into_working_time() -> None:
    calendar_days = answer(NEW, RECEIVED, duration=Duration(9, CALENDAR_DAYS))
    hours = answer(NEW, RECEIVED, duration=Duration(8, HOURS))

    assert dict(rungs(calendar_days))["half"] == "2026-03-09 07:00"
    assert dict(rungs(hours))["half"] == "2026-03-04 15:00"


def test_limits_of_the_wall_clock_ring_at_any_hour() -> None:
    minutes = terms(NEW, Duration(10, MINUTES), judged_by=JudgedBy.MOMENT)

    night = rungs(fold(story("2026-03-07 23:50 received"), minutes))

    assert night[:2] == [("half", "2026-03-07 23:55"), ("overdue", "2026-03-08 00:00")]


@pytest.mark.parametrize(
    "more",
    [["2026-03-06 09:00 supplement_requested"], ["2026-03-06 09:00 resolved"], ["2026-03-04 10:00 voided"]],
)
def test_nothing_rings_while_paused_or_after_the_end(more: list[str]) -> None:
    assert ladder(answer(NEW, RECEIVED, *more)) == ()


def test_a_ladder_is_data_of_the_rule_set() -> None:
    law = replace(rules(NEW), ladder=("overdue",))

    assert [name for name, _ in rungs(answer(law, RECEIVED))] == ["overdue"]


def test_rungs_beyond_the_known_calendar_are_left_out() -> None:
    late = answer(NEW, "2027-12-20 09:00 received")

    assert [name for name, _ in rungs(late)][-1] == "overdue"
