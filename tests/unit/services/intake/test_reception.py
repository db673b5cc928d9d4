"""A checked entry meets the catalogue: competent unit, appointment, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.intake.domain.competence import Places, find_competent
from services.intake.domain.entry import read_entry
from services.intake.domain.reception import decide
from tests.unit.services.intake import makers
from tests.unit.services.intake.makers import BIRTH, CENTRE, LAND, LAND_PROVINCE, NOW, WARD

OTHER = "N66.C24175"


def entry(**over):
    found, problems = read_entry(makers.form(**over))
    assert found is not None, problems
    return found


def decided(at=NOW, **over):
    return decide(entry(**over), reference=makers.catalogue(), law=makers.law(), received_at=at)


def test_a_same_day_result_is_due_today_before_three_and_the_next_working_day_after():
    morning, _ = decided()
    afternoon, _ = decided(at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC))

    assert morning is not None
    assert afternoon is not None
    assert morning.appointment.due_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert afternoon.appointment.due_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert morning.appointment.late_at == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert morning.appointment.rule_set == "nd-118-2025"


@pytest.mark.parametrize(
    ("procedure", "receiving", "parcel", "applicant", "competent"),
    [
        (BIRTH, WARD, None, None, WARD),
        (BIRTH, WARD, None, OTHER, WARD),
        (BIRTH, CENTRE, None, OTHER, OTHER),
        (BIRTH, CENTRE, None, None, None),
        (LAND, WARD, OTHER, None, OTHER),
        (LAND, CENTRE, OTHER, WARD, OTHER),
        (LAND_PROVINCE, WARD, None, None, "N66.VPDK"),
        (LAND_PROVINCE, CENTRE, None, None, "N66.VPDK"),
        ("2.000635", CENTRE, None, None, "N66.STP"),
        ("2.000635", WARD, None, None, WARD),
        ("1.004222", WARD, None, None, f"{WARD}.CA"),
        ("2.001583", CENTRE, None, None, "N66.STC"),
    ],
)
def test_the_competent_unit_follows_level_and_place(procedure, receiving, parcel, applicant, competent):
    known = makers.catalogue().procedure(procedure, date(2026, 11, 20))
    assert known is not None

    found = find_competent(
        makers.catalogue(),
        procedure=known,
        places=Places(receiving=receiving, parcel=parcel, applicant=applicant),
        on=date(2026, 11, 20),
    )

    assert found == competent


@pytest.mark.parametrize(
    ("over", "field", "rule"),
    [
        ({"procedure_code": "1.999999"}, "procedure_code", "unknown"),
        ({"receiving_unit": "N66.KHONGCO"}, "receiving_unit", "unknown"),
        ({"receiving_unit": "P49.TTPVHCC"}, "receiving_unit", "unknown"),  # ended on 30/6/2025
        ({"competent_unit": "N66.KHONGCO"}, "competent_unit", "unknown"),
        ({"competent_unit": "N66.STP"}, "competent_unit", "wrong_level"),
        ({"parcel_commune": "N66"}, "parcel_commune", "not_commune"),
        ({"submitted_at": "2026-11-21T08:00"}, "submitted_at", "after_reception"),
        ({"receiving_unit": CENTRE}, "competent_unit", "not_found"),
    ],
)
def test_what_the_catalogue_contradicts_is_refused_by_name(over, field, rule):
    reception, problems = decided(**over)

    assert reception is None
    assert [(p.field, p.rule) for p in problems] == [(field, rule)]


def test_a_given_unit_of_the_right_level_is_taken():
    reception, _ = decided(competent_unit=OTHER)

    assert reception is not None
    assert reception.competent_unit == OTHER


def test_before_any_rule_set_nothing_is_received():
    reception, problems = decide(
        replace(entry(), receiving_unit="P49.TTPVHCC", competent_unit="P49.STP", procedure_code="2.000635"),
        reference=makers.catalogue(),
        law=makers.law(),
        received_at=datetime(2018, 2, 1, 3, tzinfo=UTC),
    )

    assert reception is None
    assert [p.rule for p in problems] == ["no_rule_set"]
