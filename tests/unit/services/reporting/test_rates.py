"""Rates are exact integers first and lose digits only as declared."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.rates import Counts, Rounding, percent, rate
from services.reporting.domain.table import HEADER, build

PUBLISHED = [
    # part, whole, scale, rounding, published
    (70_141, 70_237, 1, Rounding.TRUNCATE, "99.8"),
    (139_968, 147_125, 1, Rounding.TRUNCATE, "95.1"),
    (236_544, 245_207, 1, Rounding.TRUNCATE, "96.4"),
    (236_544, 245_207, 1, Rounding.HALF_UP, "96.5"),
    (465_553, 830_481, 2, Rounding.HALF_UP, "56.06"),
    (465_553, 830_481, 2, Rounding.TRUNCATE, "56.05"),
    (1_709, 1_915, 2, Rounding.HALF_UP, "89.24"),
    (8_650_544, 157_966_240, 2, Rounding.HALF_UP, "5.48"),
    (1, 8, 2, Rounding.HALF_UP, "12.50"),
    (1, 16, 1, Rounding.HALF_UP, "6.3"),
    (0, 5, 1, Rounding.HALF_UP, "0.0"),
    (5, 5, 0, Rounding.TRUNCATE, "100"),
]


@pytest.mark.parametrize(("part", "whole", "scale", "rounding", "published"), PUBLISHED)
def test_rates_are_written_as_their_reports_write_them(part, whole, scale, rounding, published):
    assert str(percent(part, whole, scale=scale, rounding=rounding)) == published


def test_a_rate_of_nothing_is_no_rate():
    assert rate(Counts(), scale=1, rounding=Rounding.HALF_UP) is None


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 6))
def test_rounding_errs_by_at_most_one_unit_and_to_the_right_side(part, whole, scale):
    exact = Fraction(part * 100, whole)
    step = Fraction(1, 10**scale)

    truncated = Fraction(percent(part, whole, scale=scale, rounding=Rounding.TRUNCATE))
    rounded = Fraction(percent(part, whole, scale=scale, rounding=Rounding.HALF_UP))

    assert 0 <= exact - truncated < step
    assert -step / 2 <= exact - rounded < step / 2


def test_open_dossiers_are_received_but_not_good():
    counts = Counts(early=1, on_time=2, late=3, open_in_time=4, open_late=5)

    assert (counts.received, counts.good) == (15, 3)
    assert rate(counts, scale=1, rounding=Rounding.TRUNCATE) == Decimal("20.0")


def test_dossiers_without_a_deadline_are_received_but_not_good_and_come_last():
    counts = Counts(early=1, uncomputable=3)
    table = build({"commune": counts}, {}, scale=1, rounding=Rounding.TRUNCATE)

    assert counts.received == 4
    assert table.lines[0].as_cells() == ("commune", 4, 1, 0, 0, 0, 0, Decimal("25.0"), 3)
    assert dict(zip(HEADER, table.lines[0].as_cells(), strict=True))["uncomputable"] == 3
    assert table.lines[0].as_json()["uncomputable"] == 3


def test_sums_are_column_by_column():
    assert Counts(early=1, late=2) + Counts(early=3, open_late=1) == Counts(early=4, late=2, open_late=1)
