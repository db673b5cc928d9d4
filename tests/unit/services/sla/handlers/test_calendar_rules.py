"""What a calendar decision must fulfil, and what the seed's path may not touch."""

from dataclasses import replace
from datetime import date

import pytest

from contracts.catalogue import CalendarDay, CalendarDecision, DayKind, DecisionOrigin, WeeklyHours
from libs.catalogue import Catalogue
from libs.errors import ConflictError, DomainError, ManyErrors
from services.sla.handlers.calendar_rules import (
    Known,
    check,
    check_seed,
    check_withdrawal,
    open_period,
)
from tests.unit.services.sla.makers import catalogue_items, decision

FRIDAY = date(2026, 3, 6)
KNOWN = Known(Catalogue.of(catalogue_items()), (), date(2026, 3, 4))


def decided(*days: CalendarDay, **more: object) -> CalendarDecision:
    given = {
        "code": "VN.2026.D1",
        "version": 1,
        "document": "CV 1",
        "decided_on": date(2026, 3, 1),
        "days": days,
    }
    return CalendarDecision(**(given | more))


def off(on: date, kind: DayKind = DayKind.CLOSED, **more: object) -> CalendarDay:
    return CalendarDay(date=on, kind=kind, **more)


def rules(given: CalendarDecision, known: Known = KNOWN) -> set[str]:
    try:
        check(given, known)
    except ManyErrors as errors:
        return {error.rule for error in errors.errors}
    return set()


@pytest.mark.parametrize(
    ("today", "expected"),
    [("2026-03-14", "2026-02-15"), ("2026-03-15", "2026-03-15"), ("2026-01-14", "2025-12-15")],
)
def test_reporting_months_run_from_the_15th_to_the_14th(today: str, expected: str):
    assert open_period(date.fromisoformat(today)) == date.fromisoformat(expected)


def test_every_day_in_a_closed_period_is_refused_whatever_open_days_stand_beside_it():
    closed = [off(date(2026, 2, 13)), off(date(2026, 2, 14))]

    with pytest.raises(ManyErrors) as refused:
        check(decided(*closed, off(date(2026, 2, 16))), KNOWN)

    said = [error.message for error in refused.value.errors]
    assert {error.rule for error in refused.value.errors} == {"period_closed"}
    assert [text[:15] for text in said] == ["Ngày 13/02/2026", "Ngày 14/02/2026"]
    assert rules(decided(off(date(2026, 2, 15)), off(date(2026, 2, 16)))) == set()


def test_weekly_hours_need_a_beginning_and_may_be_open_ended():
    weekly = (WeeklyHours(weekdays=(1, 2), sessions=(("08:00", "12:00"),)),)

    assert rules(decided(weekly=weekly)) == {"required"}
    assert rules(decided(weekly=weekly, valid_from=FRIDAY)) == set()
    assert rules(decided(weekly=weekly, valid_from=FRIDAY, valid_to=date(2026, 3, 5))) == {"backwards"}
    assert rules(decided(weekly=weekly, valid_from=date(2026, 2, 15))) == set()
    assert rules(decided(weekly=weekly, valid_from=date(2026, 2, 14))) == {"period_closed"}
    assert rules(decided(weekly=weekly * 2, valid_from=FRIDAY)) == {"weekday_twice"}


def test_weekly_hours_meet_only_where_periods_and_weekdays_do():
    other = decided(
        code="VN.A", weekly=(WeeklyHours(weekdays=(6,), kind=DayKind.COUNTER, sessions=(("08:00", "11:00"),)),),
        valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30),
    )  # fmt: skip
    known = replace(KNOWN, decisions=(other,))
    saturday = (WeeklyHours(weekdays=(6,), sessions=(("08:00", "12:00"),)),)

    assert rules(decided(weekly=saturday, valid_from=FRIDAY), known) == {"day_decided"}
    assert rules(decided(weekly=saturday, valid_from=FRIDAY, replaces=("VN.A",)), known) == set()
    assert rules(decided(weekly=saturday, valid_from=date(2026, 7, 1)), known) == set()
    assert rules(decided(weekly=saturday, valid_from=FRIDAY, unit="P01"), known) == set()


def test_the_country_opens_a_new_year_with_its_first_day():
    new_year, later = off(date(2028, 1, 1), DayKind.HOLIDAY), off(date(2028, 2, 1), DayKind.HOLIDAY)

    assert rules(decided(later)) == {"outside_calendar"}
    assert rules(decided(new_year, later)) == set()
    assert "outside_calendar" in rules(decided(off(date(2028, 1, 1)), unit="P01"))


def test_a_day_off_has_no_hours_and_a_worked_one_may_have_its_own():
    hours = (("08:00", "11:00"),)

    assert rules(decided(off(FRIDAY, sessions=hours))) == {"sessions_on_day_off"}
    assert rules(decided(off(FRIDAY, DayKind.WORKING, sessions=hours))) == set()
    assert rules(decided(off(FRIDAY, DayKind.COUNTER, sessions=hours))) == set()


def test_every_rule_but_our_own_names_its_article():
    with pytest.raises(ManyErrors) as refused:
        check(decided(off(date(2026, 2, 3), DayKind.HOLIDAY), unit="P01"), KNOWN)

    sources = {error.rule: error.source for error in refused.value.errors}
    assert sources == {
        "holiday_is_national": "BLLĐ 2019 Đ.112",
        "period_closed": "NĐ 09/2019/NĐ-CP (kỳ báo cáo)",
    }


def test_no_decision_takes_the_code_of_another():
    known = replace(KNOWN, decisions=(decided(off(date(2026, 4, 1)), withdrawn=True),))

    assert rules(decided(off(FRIDAY)), known) == {"code_taken"}


class TestTheSeedsPath:
    def catalogue(self) -> Catalogue:
        approved = decision("VN.2026.D1", {FRIDAY: DayKind.CLOSED}, origin=DecisionOrigin.DECISION)
        return Catalogue.of([*catalogue_items(), approved])

    def test_it_may_load_days_nobody_approved(self):
        check_seed([decision("VN.2026", {FRIDAY: DayKind.HOLIDAY})], self.catalogue())

    @pytest.mark.parametrize("more", [{}, {"version": 2, "withdrawn": True}])
    def test_it_cannot_change_or_withdraw_an_approved_decision(self, more: dict[str, object]):
        with pytest.raises(ManyErrors) as refused:
            check_seed([decision("VN.2026.D1", {FRIDAY: DayKind.WORKING}, **more)], self.catalogue())

        assert refused.value.rule == "approval_required"

    def test_it_may_be_loaded_again_after_people_withdrew_what_it_says(self):
        withdrawn = decision(
            "VN.2026", {FRIDAY: DayKind.HOLIDAY}, version=2, withdrawn=True, origin=DecisionOrigin.DECISION
        )

        check_seed(
            [decision("VN.2026", {FRIDAY: DayKind.HOLIDAY})], Catalogue.of([*catalogue_items(), withdrawn])
        )

    def test_it_cannot_pretend_that_something_was_approved(self):
        with pytest.raises(ManyErrors) as refused:
            check_seed(
                [decision("VN.X", {FRIDAY: DayKind.CLOSED}, origin=DecisionOrigin.DECISION)], self.catalogue()
            )

        assert refused.value.rule == "approval_required"


def test_a_decision_with_one_day_in_the_open_period_may_be_withdrawn():
    held = decided(off(date(2026, 2, 13)), off(date(2026, 2, 16)))

    assert check_withdrawal(held, "VN.2026.D1", KNOWN) is held


def test_what_is_withdrawn_or_history_cannot_be_withdrawn():
    for held, rule in (
        (None, "decision_unknown"),
        (decided(off(FRIDAY), withdrawn=True), "already_withdrawn"),
        (decided(off(date(2026, 2, 3))), "period_closed"),
    ):
        with pytest.raises((ConflictError, DomainError)) as refused:
            check_withdrawal(held, "VN.2026.D1", KNOWN)
        assert refused.value.rule == rule
