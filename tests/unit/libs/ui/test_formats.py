from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.day_range import FIRST, LAST
from libs.ui.formats import (
    channel_name,
    level_name,
    read_day,
    role_name,
    vn_date,
    vn_iso,
    vn_moment,
    vn_number,
    vn_percent,
)

EVENING = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)  # 01:05 of the next day in Vietnam


@pytest.mark.parametrize(
    ("value", "shown"),
    [(date(2026, 3, 5), "05/03/2026"), (EVENING, "21/11/2026"), (date(987, 1, 2), "02/01/0987"), (None, "–")],
)
def test_dates_are_day_month_year_in_vietnam(value, shown):
    assert vn_date(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(EVENING, "01:05 21/11/2026"), (None, "–")])
def test_moments_are_vietnams(value, shown):
    assert vn_moment(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(EVENING, "2026-11-21T01:05:00+07:00"), (date(2026, 3, 5), "2026-03-05"), (None, "")]
)
def test_machines_read_the_same_moment(value, shown):
    assert vn_iso(value) == shown


@pytest.mark.parametrize("show", [vn_date, vn_moment, vn_iso])
def test_a_moment_without_a_zone_is_refused(show):
    with pytest.raises(ValueError, match="time zone"):
        show(EVENING.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1284, 0, "1.284"),
        (-1284, 0, "-1.284"),
        (462569, 0, "462.569"),
        (Decimal("1284.25"), 1, "1.284,3"),
        (None, 0, "–"),
    ],
)
def test_numbers_have_points_and_a_decimal_comma(value, digits, shown):
    assert vn_number(value, digits) == shown


@pytest.mark.parametrize(
    ("value", "digits", "rounding", "shown"),
    [
        ("97.28", 1, "truncate", "97,2 %"),
        ("97.28", 1, "half-up", "97,3 %"),
        ("97.25", 1, "half-up", "97,3 %"),
        ("99.99", 0, "truncate", "99 %"),
        ("100", 1, "truncate", "100,0 %"),
        ("0", 2, "half-up", "0,00 %"),
    ],
)
def test_shares_are_cut_or_rounded_as_declared(value, digits, rounding, shown):
    assert vn_percent(Decimal(value), digits, rounding).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_no_share_is_a_dash_not_a_zero():
    assert vn_percent(None) == "–"


def test_an_unknown_rounding_is_refused():
    with pytest.raises(KeyError):
        vn_percent(Decimal(1), 1, "up")


@given(st.integers(-(10**12), 10**12))
def test_a_number_reads_back(number):
    assert int(vn_number(number).replace(".", "")) == number


@pytest.mark.parametrize(
    "typed", ["5/3/1990", "05/03/1990", "05-03-1990", "5.3.1990", "05031990", " 1990-03-05 "]
)
def test_a_day_is_read_however_it_is_typed(typed):
    assert read_day(typed) == date(1990, 3, 5)


@pytest.mark.parametrize("typed", ["", "   "])
def test_nothing_typed_is_no_day(typed):
    assert read_day(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "31/02/2026",
        "5/3/90",
        "530",
        "hôm nay",
        "2026/03/05",
        "٠٥/٠٣/١٩٩٠",
        "5/3/1990x",
        "31/12/9999",
        "01/01/0001",
    ],
)
def test_what_no_calendar_has_is_refused(typed):
    with pytest.raises(ValueError, match=r"."):
        read_day(typed)


@given(st.dates(FIRST, LAST))
def test_a_shown_day_reads_back(day):
    assert read_day(vn_date(day)) == day


def test_codes_have_names_and_unknown_ones_stay():
    assert (role_name("clerk"), level_name("commune"), channel_name("post")) == (
        "Cán bộ một cửa",
        "Cấp xã",
        "Bưu chính công ích",
    )
    assert role_name("x") == level_name("x") == channel_name("x") == "x"
