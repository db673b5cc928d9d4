"""Each rule of the reception form by its name."""

import pytest

from services.intake.domain.entry import read_entry
from tests.unit.services.intake.makers import form


@pytest.mark.parametrize(
    ("over", "field", "rule"),
    [
        ({"procedure_code": ""}, "procedure_code", "required"),
        ({"receiving_unit": None}, "receiving_unit", "required"),
        ({"receiving_unit": "xã Ea Kao"}, "receiving_unit", "shape"),
        ({"channel": ""}, "channel", "required"),
        ({"channel": "fax"}, "channel", "unknown"),
        ({"submitted_at": "hôm qua"}, "submitted_at", "iso_8601"),
        ({"foreign_codes": ["có dấu"]}, "foreign_codes", "shape"),
        ({"applicant": {"full_name": "  "}}, "applicant.full_name", "required"),
        ({"applicant": {"full_name": "Nguyễn 7"}}, "applicant.full_name", "shape"),
        ({"applicant": {"id_number": "00119500123"}}, "applicant.id_number", "digits_12"),
        ({"applicant": {"phone": "123"}}, "applicant.phone", "shape"),
        ({"applicant": {"email": "a@b"}}, "applicant.email", "shape"),
        ({"applicant": {"address": "x" * 401}}, "applicant.address", "too_long"),
    ],
)
def test_a_broken_rule_is_named(over, field, rule):
    entry, problems = read_entry(form(**over))

    assert entry is None
    assert [(p.field, p.rule) for p in problems] == [(field, rule)]
    assert problems[0].message


def test_a_good_form_is_tidied():
    entry, problems = read_entry(
        form(
            submitted_at="2026-11-20T08:00",
            applicant={"full_name": " Nguyễn  Thị Mẫu ", "phone": "+84900000123"},
        )
    )

    assert problems == []
    assert entry is not None
    assert (entry.applicant.full_name, entry.applicant.phone) == ("Nguyễn Thị Mẫu", "0900000123")
    assert entry.submitted_at is not None
    assert entry.submitted_at.isoformat() == "2026-11-20T01:00:00+00:00"


def test_personal_number_and_phone_may_be_missing():
    entry, _ = read_entry(form(applicant={"id_number": None, "phone": None, "address": None}))

    assert entry is not None
