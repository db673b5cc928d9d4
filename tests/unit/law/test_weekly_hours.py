"""Office hours week by week, Saturday counters, and which of several decisions rules."""

from datetime import date

import pytest

from law.calendar import Calendar
from law.calendars import Calendars, last_known
from law.days import DayKind, DayRule, Decision, WeeklyRule, parse_sessions
from law.timeline import OutsideCalendarError
from tests.unit.law.support import decisions, show, vn

MORNING = (("07:30", "11:30"),)
WHOLE = (("07:30", "11:30"), ("13:00", "16:30"))
WEEK = frozenset(range(5))
UNIT = ("N66", "N66.C1")


def office(**more: object) -> Decision:
    """A unit's own hours: Monday to Friday, and a counter on Saturday morning."""
    weekly = (
        WeeklyRule(weekdays=WEEK, sessions=parse_sessions(WHOLE)),
        WeeklyRule(weekdays=frozenset({5}), kind=DayKind.COUNTER, sessions=parse_sessions(MORNING)),
    )
    return Decision(code="N66.C1.GIO", unit="N66.C1", weekly=weekly, document="QĐ 12", **more)  # type: ignore[arg-type]


def day(on: date, kind: DayKind, **more: object) -> Decision:
    return Decision(code=f"D{on:%m%d}", days=(DayRule(date=on, kind=kind),), **more)  # type: ignore[arg-type]


def test_a_unit_works_by_its_own_hours_and_others_by_the_usual_ones() -> None:
    calendars = Calendars([office()])

    assert show(calendars.of(UNIT).next_opening(vn("2026-03-04 06:00"))) == "2026-03-04 07:30"
    assert show(calendars.of(UNIT).closing_on(date(2026, 3, 4))) == "2026-03-04 16:30"
    assert show(calendars.of(("N66",)).next_opening(vn("2026-03-04 06:00"))) == "2026-03-04 07:00"


def test_every_saturday_morning_the_counter_receives_and_no_clock_runs() -> None:
    calendar = Calendars([office()]).of(UNIT)

    for saturday in ("2026-03-07", "2026-03-14", "2027-06-05"):
        assert calendar.receives(vn(f"{saturday} 08:00"))
        assert not calendar.receives(vn(f"{saturday} 13:30"))
        shown = calendar.day(date.fromisoformat(saturday))
        assert (shown.kind, shown.is_worked) == (DayKind.COUNTER, False)
        assert shown.decision is not None
    assert show(calendar.next_opening(vn("2026-03-07 08:00"))) == "2026-03-09 07:30"


def test_hours_hold_from_their_first_day_to_their_last() -> None:
    calendar = Calendars([office(valid_from=date(2026, 3, 2), valid_to=date(2026, 3, 31))]).of(UNIT)

    openings = [show(calendar.opening_on(date(2026, *on))) for on in ((2, 27), (3, 2), (3, 31), (4, 1))]

    assert [moment[-5:] for moment in openings] == ["07:00", "07:30", "07:30", "07:00"]


def test_a_holiday_of_the_country_falls_on_a_units_working_weekday() -> None:
    calendar = Calendars([office(), day(date(2026, 9, 2), DayKind.HOLIDAY)]).of(UNIT)

    assert not calendar.day(date(2026, 9, 2)).is_worked
    assert calendar.day(date(2026, 9, 3)).is_worked


def test_a_make_up_saturday_has_the_hours_of_the_units_friday() -> None:
    calendar = Calendars([office(), day(date(2026, 8, 22), DayKind.MAKE_UP)]).of(UNIT)

    assert calendar.day(date(2026, 8, 22)).sessions == parse_sessions(WHOLE)


def test_a_weekday_on_which_a_unit_is_closed_is_a_day_off_there() -> None:
    shut = Decision(
        code="X", unit="N66.C1", weekly=(WeeklyRule(weekdays=frozenset({4}), kind=DayKind.CLOSED),)
    )
    calendar = Calendars([shut]).of(UNIT)

    assert calendar.day(date(2026, 3, 6)).kind is DayKind.CLOSED
    assert calendar.add_working_days(date(2026, 3, 5), 1) == date(2026, 3, 9)


DAY = date(2026, 3, 6)


def test_a_seeded_day_never_overrides_an_approved_one_even_when_decided_later_or_narrower() -> None:
    approved = day(DAY, DayKind.CLOSED, seeded=False, decided_on=date(2026, 1, 1))
    later = Decision(
        code="SEED", decided_on=date(2026, 2, 1), days=(DayRule(date=DAY, kind=DayKind.WORKING),)
    )
    narrower = Decision(code="SEED2", unit="N66", days=(DayRule(date=DAY, kind=DayKind.WORKING),))

    calendars = Calendars([later, narrower, approved])

    assert calendars.of().day(DAY).kind is DayKind.CLOSED
    assert calendars.of(UNIT).day(DAY).kind is DayKind.CLOSED


def test_a_replacement_rules_over_what_it_replaces_whatever_their_dates() -> None:
    old = Decision(code="A", decided_on=date(2026, 2, 1), days=(DayRule(date=DAY, kind=DayKind.CLOSED),))
    new = Decision(
        code="B",
        decided_on=date(2026, 1, 1),
        days=(DayRule(date=DAY, kind=DayKind.WORKING),),
        replaces=("A",),
    )
    newest = Decision(code="0", days=(DayRule(date=DAY, kind=DayKind.HOLIDAY),), replaces=("B",))

    assert Calendars([new, old]).of().day(DAY).kind is DayKind.WORKING
    assert Calendars([newest, new, old]).of().day(DAY).kind is DayKind.HOLIDAY


def test_decisions_that_replace_each_other_in_a_circle_do_no_harm() -> None:
    a = Decision(code="A", days=(DayRule(date=DAY, kind=DayKind.CLOSED),), replaces=("B",))
    b = Decision(code="B", days=(DayRule(date=DAY, kind=DayKind.WORKING),), replaces=("A",))

    assert Calendars([a, b]).of().day(DAY).kind is Calendars([b, a]).of().day(DAY).kind


def test_a_year_is_known_once_the_country_decided_on_its_new_years_day() -> None:
    opening = Decision(
        code="VN.2028", days=(DayRule(date=date(2028, 1, 1), kind=DayKind.HOLIDAY),), seeded=False
    )

    assert last_known(decisions()) == date(2027, 12, 31)
    with pytest.raises(OutsideCalendarError):
        Calendars(decisions()).of().next_opening(vn("2028-03-01 08:00"))
    assert (
        show(Calendars([*decisions(), opening]).of().next_opening(vn("2028-03-01 06:00")))
        == "2028-03-01 07:00"
    )
    assert last_known([opening, Decision(code="P", unit="N66", days=opening.days)]) == date(2028, 12, 31)


def test_a_catalogue_item_says_hours_in_a_readable_form() -> None:
    parsed = Decision.parse(
        {
            "code": "N66.C1.GIO",
            "unit": "N66.C1",
            "days": [],
            "origin": "decision",
            "valid_from": "2026-03-02",
            "weekly": [
                {"weekdays": [1, 2, 3, 4, 5], "sessions": [["07:30", "11:30"], ["13:00", "16:30"]]},
                {"weekdays": [6], "kind": "counter", "sessions": [["07:30", "11:30"]]},
            ],
        }
    )

    assert parsed.weekly == office().weekly
    assert not parsed.seeded
    assert isinstance(Calendars([parsed]).of(UNIT), Calendar)
