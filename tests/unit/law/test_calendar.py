"""The working calendar: what is open when, and the arithmetic on it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from law.calendar import Calendar, plus_months
from law.calendars import Calendars
from law.days import DayKind, DayRule, Decision, InvalidDayError, parse_sessions
from law.timeline import OutsideCalendarError
from tests.unit.law.support import calendar, on, show, vn

OFF_AND_WORKED = [
    # source: Government's yearly notices; swaps as in the labour ministry's announcements of each year
    ("Tết 2023: 20/1 to 26/1", "2023-01-19", "2023-01-27"),
    ("Tết 2024: 8/2 to 14/2", "2024-02-07", "2024-02-15"),
    ("Tết 2025: 25/1 to 2/2", "2025-01-24", "2025-02-03"),
    ("Tết 2026: 14/2 to 22/2", "2026-02-13", "2026-02-23"),
    ("2/9/2023 is a Saturday: 1/9 adjacent, 4/9 in its place", "2023-08-31", "2023-09-05"),
    ("2/9/2024 and 3/9 adjacent", "2024-08-30", "2024-09-04"),
    ("2/9/2025 and 1/9 adjacent", "2025-08-29", "2025-09-03"),
    ("2/9/2026 with 1/9, and 31/8 swapped", "2026-08-28", "2026-09-03"),
    ("24/11/2026, Day of Vietnamese Culture (NQ 80-NQ/TW)", "2026-11-23", "2026-11-25"),
    ("24/11 was worked before 2026", "2025-11-21", "2025-11-24"),
    ("Giỗ Tổ 2026 (10/3 lunar, 26/4, a Sunday): 27/4 in its place", "2026-04-24", "2026-04-28"),
    ("30/4 and 1/5/2025 with 2/5 swapped", "2025-04-29", "2025-05-05"),
]


@pytest.mark.parametrize(("why", "day", "following"), OFF_AND_WORKED)
def test_the_next_working_day_is_as_the_government_decided(why: str, day: str, following: str) -> None:
    assert calendar().add_working_days(on(day), 1) == on(following), why
    assert calendar().add_working_days(on(following), -1) == on(day), why


SWAPS = [  # day off, Saturday worked in its place
    ("2018-12-31", "2019-01-05"),
    ("2019-04-29", "2019-05-04"),
    ("2024-04-29", "2024-05-04"),
    ("2025-05-02", "2025-04-26"),
    ("2026-01-02", "2026-01-10"),  # agreed by the Government on 25/12/2025
    ("2026-08-31", "2026-08-22"),
]


@pytest.mark.parametrize(("off", "worked"), SWAPS)
def test_a_swapped_day_is_off_and_its_make_up_saturday_is_worked(off: str, worked: str) -> None:
    away, made_up = calendar().day(on(off)), calendar().day(on(worked))

    assert (away.kind, away.is_worked) == (DayKind.SWAPPED_OFF, False)
    assert (made_up.kind, made_up.is_worked) == (DayKind.MAKE_UP, True)
    assert made_up.decision is not None
    assert made_up.decision.document


OPENINGS = [
    ("before opening", "2026-03-04 06:59", "2026-03-04 07:00"),
    ("at opening", "2026-03-04 07:00", "2026-03-04 07:00"),
    ("at work", "2026-03-04 09:10", "2026-03-04 09:10"),
    ("the lunch break begins at 11:30", "2026-03-04 11:30", "2026-03-04 13:30"),
    ("at lunch", "2026-03-04 12:15", "2026-03-04 13:30"),
    ("at closing", "2026-03-04 17:00", "2026-03-05 07:00"),
    ("on Friday evening", "2026-03-06 18:00", "2026-03-09 07:00"),
    ("on a Saturday", "2026-03-07 08:00", "2026-03-09 07:00"),
    ("on the eve of Tết", "2026-02-13 17:30", "2026-02-23 07:00"),
    ("on a make-up Saturday", "2026-01-10 08:00", "2026-01-10 08:00"),
]


@pytest.mark.parametrize(("why", "at", "opening"), OPENINGS)
def test_work_on_what_came_outside_hours_begins_at_the_next_opening(why: str, at: str, opening: str) -> None:
    assert show(calendar().next_opening(vn(at))) == opening, why
    assert calendar().is_open(vn(at)) is (at == opening)


def test_results_are_aware_and_in_utc() -> None:
    assert calendar().next_opening(vn("2026-03-04 06:00")) == datetime(2026, 3, 4, 0, 0, tzinfo=UTC)
    assert calendar().next_opening(vn("2026-03-04 06:00")).tzinfo is UTC


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(TypeError):
        calendar().next_opening(datetime(2026, 3, 4, 6))


def test_working_minutes_skip_lunch_nights_and_days_off() -> None:
    late_on_friday = vn("2026-03-06 16:30")

    assert show(calendar().add_working_minutes(late_on_friday, 30)) == "2026-03-06 17:00"
    assert show(calendar().add_working_minutes(late_on_friday, 31)) == "2026-03-09 07:01"
    assert show(calendar().add_working_minutes(late_on_friday, 8 * 60)) == "2026-03-09 16:30"
    assert calendar().working_minutes_between(late_on_friday, vn("2026-03-09 07:30")) == 60


def test_calendar_days_roll_forward_off_a_day_off() -> None:
    assert calendar().add_calendar_days(on("2026-03-04"), 3) == on("2026-03-09")
    assert calendar().add_calendar_days(on("2026-02-02"), 15) == on("2026-02-23")


@pytest.mark.parametrize(
    ("day", "months", "plain"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),  # leap day
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2025-12-15", 2, "2026-02-15"),
        ("2026-12-31", 2, "2027-02-28"),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(day: str, months: int, plain: str) -> None:
    assert plus_months(on(day), months) == on(plain)
    assert calendar().add_months(on(day), months) == calendar().roll_forward(on(plain))


def test_days_between_count_the_last_day_and_not_the_first() -> None:
    assert calendar().working_days_between(on("2026-03-06"), on("2026-03-09")) == 1
    assert calendar().working_days_between(on("2026-03-06"), on("2026-03-08")) == 0
    assert calendar().working_days_between(on("2026-03-09"), on("2026-03-06")) == -1


@pytest.mark.parametrize("at", ["2017-12-31 09:00", "2028-01-03 09:00"])
def test_nothing_is_known_outside_the_calendar(at: str) -> None:
    with pytest.raises(OutsideCalendarError):
        calendar().next_opening(vn(at))


def test_the_last_known_days_are_days_even_if_nobody_works_after_them() -> None:
    ends_on_sunday = Calendar(last=date(2028, 12, 31))

    assert ends_on_sunday.day(date(2028, 12, 31)).kind is DayKind.WEEKEND
    with pytest.raises(OutsideCalendarError):
        ends_on_sunday.day(date(2029, 1, 1))


SATURDAY = date(2026, 3, 7)


def _saturday(kind: DayKind, **more: object) -> Decision:
    sessions = parse_sessions([("07:30", "11:00")])
    days = (DayRule(date=SATURDAY, kind=kind, sessions=sessions),)
    return Decision(code="T7", days=days, document="QĐ 1/QĐ-UBND", **more)  # type: ignore[arg-type]


def test_a_saturday_counter_receives_but_the_clock_starts_on_monday() -> None:
    counter = Calendar([_saturday(DayKind.COUNTER)])

    assert counter.receives(vn("2026-03-07 08:00"))
    assert not counter.receives(vn("2026-03-07 11:00"))
    assert not counter.day(SATURDAY).is_worked
    assert show(counter.next_opening(vn("2026-03-07 08:00"))) == "2026-03-09 07:00"


def test_a_saturday_that_the_units_calendar_works_starts_the_clock() -> None:
    worked = Calendar([_saturday(DayKind.WORKING)])

    assert show(worked.next_opening(vn("2026-03-07 08:00"))) == "2026-03-07 08:00"
    assert show(worked.next_opening(vn("2026-03-07 11:00"))) == "2026-03-09 07:00"


def test_a_narrower_decision_rules_its_subtree_only() -> None:
    country = Decision(code="A", days=(DayRule(date=SATURDAY, kind=DayKind.MAKE_UP),))
    storm = Decision(code="B", unit="N49", days=(DayRule(date=SATURDAY, kind=DayKind.CLOSED, name="bão"),))
    calendars = Calendars([storm, country])

    assert calendars.of(("N49", "N49.C1")).day(SATURDAY).kind is DayKind.CLOSED
    assert calendars.of(("N66", "N66.C1")).day(SATURDAY).kind is DayKind.MAKE_UP
    assert calendars.of(("N66",)) is calendars.of(())


def test_a_withdrawn_decision_holds_no_more_and_still_raises_the_calendars_version() -> None:
    first = _saturday(DayKind.MAKE_UP)
    withdrawn = _saturday(DayKind.MAKE_UP, version=2, withdrawn=True)

    assert Calendars([first]).of().day(SATURDAY).is_worked
    assert not Calendars([withdrawn, first]).of().day(SATURDAY).is_worked
    assert Calendars([withdrawn, first]).of().version > Calendars([first]).of().version


def test_of_two_decisions_the_one_decided_later_rules() -> None:
    early = Decision(
        code="Z", decided_on=on("2026-01-01"), days=(DayRule(date=SATURDAY, kind=DayKind.MAKE_UP),)
    )
    late = Decision(
        code="A", decided_on=on("2026-02-01"), days=(DayRule(date=SATURDAY, kind=DayKind.CLOSED),)
    )

    assert Calendars([late, early]).of().day(SATURDAY).kind is DayKind.CLOSED


@pytest.mark.parametrize(
    "sessions", [[("08:00", "08:00")], [("09:00", "08:00")], [("07:00", "12:00"), ("11:00", "17:00")]]
)
def test_sessions_that_overlap_or_run_backwards_are_refused(sessions: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidDayError):
        parse_sessions(sessions)


def test_a_day_is_always_24_hours() -> None:
    day = vn("2026-03-04 00:00")

    assert calendar().opening_on(on("2026-03-05")) - calendar().opening_on(on("2026-03-04")) == timedelta(
        days=1
    )
    assert show(calendar().closing_on(day.date())) == "2026-03-04 17:00"
