"""Lunar holidays of the seed against a computation of the Vietnamese calendar that knows nothing of `holidays`."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.days import DayKind
from law.lunar import Lunar, lunar, solar
from tests.unit.law.support import calendar, decisions

NEW_YEAR = {  # as celebrated: government notices and almanacs of each year; 1985 and 2007 differ from the Chinese one
    1985: date(1985, 1, 21),
    2007: date(2007, 2, 17),
    2018: date(2018, 2, 16),
    2019: date(2019, 2, 5),
    2020: date(2020, 1, 25),
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
}
YEARS = range(2018, 2028)


@pytest.mark.parametrize("year", NEW_YEAR)
def test_the_computed_new_year_is_the_one_that_was_celebrated(year: int) -> None:
    assert solar(1, 1, year) == NEW_YEAR[year]


@pytest.mark.parametrize("year", YEARS)
def test_the_seed_has_tet_off_from_its_eve_to_the_third_day(year: int) -> None:
    first = solar(1, 1, year)
    days = [calendar().day(first + timedelta(days=at)) for at in range(-1, 3)]

    assert not any(day.is_worked for day in days)
    assert {day.name for day in days if day.kind is DayKind.HOLIDAY} == {"Tết Nguyên Đán"}
    named = {
        rule.date for each in decisions() for rule in each.days if (rule.name or "").startswith("Tết Ng")
    }
    assert first in named
    assert all(abs((on - solar(1, 1, on.year)).days) <= 7 for on in named)


@pytest.mark.parametrize("year", YEARS)
def test_the_seed_has_the_kings_day_on_the_tenth_of_the_third_month(year: int) -> None:
    found = [
        rule.date
        for each in decisions()
        for rule in each.days
        if rule.date.year == year and "Giỗ Tổ" in (rule.name or "") and rule.kind is DayKind.HOLIDAY
    ]

    assert found == [solar(10, 3, year)]


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_lunar_and_solar_dates_are_each_others_inverse(on: date) -> None:
    found = lunar(on)

    assert 1 <= found.day <= 30
    assert 1 <= found.month <= 12
    assert found.leap or solar(found.day, found.month, found.year) == on


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 2, 16), Lunar(29, 12, 2025)),
        (date(2026, 2, 17), Lunar(1, 1, 2026)),
        (date(2025, 7, 25), Lunar(1, 6, 2025, leap=True)),
        (date(2023, 3, 22), Lunar(1, 2, 2023, leap=True)),
        (date(2020, 5, 23), Lunar(1, 4, 2020, leap=True)),
        (date(2033, 12, 22), Lunar(1, 11, 2033, leap=True)),
    ],
)
def test_leap_months_and_the_last_day_of_the_year(on: date, expected: Lunar) -> None:
    assert lunar(on) == expected


def test_a_lunar_date_in_words() -> None:
    assert str(lunar(date(2025, 7, 25))) == "1/6 nhuận âm lịch"
