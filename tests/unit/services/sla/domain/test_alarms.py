"""The ladder of alarms: which rung rings when, and which never rings again."""

from dataclasses import replace
from datetime import datetime

import pytest

from contracts.sla import Rung
from law.durations import Duration, JudgedBy
from services.sla.domain.alarms import Alarm, ladder, next_alarm, passed
from services.sla.domain.answer import Answer
from services.sla.domain.clock import fold
from tests.unit.law.support import CALENDAR_DAYS, HOURS, MINUTES, NEW, OLD, rules, show, vn
from tests.unit.services.sla.domain.support import answer, fact, story, terms

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


def tell(given: Answer, at: str) -> tuple[list[Alarm], dict[Rung, datetime]]:
    """Ring as a clockwork would that looks once, at `at`."""
    told: dict[Rung, datetime] = {}
    rung = []
    while (alarm := next_alarm(given, told=told, now=vn(at))) is not None and alarm.at <= vn(at):
        told[alarm.rung] = alarm.at
        rung.append(alarm)
    return rung, told


def test_each_rung_is_told_once_however_often_one_looks() -> None:
    given = answer(NEW, RECEIVED)

    rung, told = tell(given, "2026-03-09 08:00")

    assert [alarm.rung for alarm in rung] == [Rung.TWO_DAYS]
    following = next_alarm(given, told=told, now=vn("2026-03-09 08:00"))
    assert following is not None
    assert following.rung is Rung.HALF


def test_of_rungs_that_were_slept_through_only_the_latest_and_every_lateness_is_told() -> None:
    rung, _ = tell(answer(NEW, RECEIVED), "2026-03-11 08:00")
    late, _ = tell(answer(NEW, RECEIVED), "2026-03-20 08:00")

    assert [alarm.rung for alarm in rung] == [Rung.TODAY]
    assert [alarm.rung for alarm in late] == [Rung.OVERDUE, Rung.OVERDUE_5]


def test_a_moved_deadline_rearms_what_lies_ahead_and_repeats_no_told_rung() -> None:
    _, told = tell(answer(NEW, RECEIVED), "2026-03-10 08:00")
    extension = fact("2026-03-10 09:00", "extended", new_tick=fact("2026-03-20 17:00", "moved").tick)
    moved = fold([*story(RECEIVED), extension], terms(NEW))

    following = next_alarm(moved, told=told, now=vn("2026-03-10 09:00"))

    assert Rung.ONE_DAY in told
    assert following is not None
    assert following.rung not in told
    assert following.at > vn("2026-03-10 09:00")


def test_a_lateness_is_told_anew_when_the_deadline_had_moved_and_says_for_what_it_was_told() -> None:
    early = vn("2026-03-10 00:00")

    alarm = next_alarm(answer(NEW, RECEIVED), told=dict.fromkeys(Rung, early), now=vn("2026-03-12 00:00"))

    assert alarm is not None
    assert (alarm.rung, alarm.told_for) == (Rung.OVERDUE, early)


def test_what_an_import_passed_is_marked_in_silence() -> None:
    given = answer(NEW, RECEIVED)

    told = passed(given, by=vn("2026-03-18 07:00"))

    assert {Rung.OVERDUE, Rung.OVERDUE_5, Rung.HALF} <= set(told)
    following = next_alarm(given, told=told, now=vn("2026-03-18 07:00"))
    assert following is not None
    assert following.rung is Rung.OVERDUE_10
