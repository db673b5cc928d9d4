"""Codes the counter gives are codes the contract takes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.codes import DossierCode
from services.intake.domain.codes import dossier_code


@pytest.mark.parametrize(
    ("number", "code"),
    [(1, "H15.01.02-261122-0001"), (9999, "H15.01.02-261122-9999"), (10000, "H15.01.02-261122-10000")],
)
def test_four_digits_and_more_when_a_day_needs_more(number, code):
    assert dossier_code(agency="H15.01.02", day=date(2026, 11, 22), number=number) == code


@given(
    st.lists(st.from_regex(r"\A[0-9]{2,3}\Z"), max_size=3),
    st.dates(date(2018, 1, 1), date(2099, 12, 31)),
    st.integers(1, 99_999_999),
)
def test_every_code_fits_the_contract(parts, day, number):
    code = dossier_code(agency=".".join(["H15", *parts]), day=day, number=number)

    assert TypeAdapter(DossierCode).validate_python(code) == code
