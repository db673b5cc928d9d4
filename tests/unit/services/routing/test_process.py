"""Finding the process, the units of its legs, successors, and the desk."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.catalogue import DurationUnit, FindBy, Process, TimeLimit
from libs.catalogue import Catalogue
from services.routing.domain.desks import choose
from services.routing.domain.fold import fold
from services.routing.domain.moving import moves
from services.routing.domain.process import Rulebook, open_leg
from services.routing.domain.processes import faults, minutes_of
from services.routing.domain.units import UnitTree
from services.routing.handlers.reference import Reference
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import OTHER_WARD, TAX, WARD

ON = date(2026, 10, 5)
TREE = UnitTree(makers.UNITS, makers.SUCCESSIONS)


@pytest.fixture
def book() -> Rulebook:
    catalogue = Catalogue.of(makers.catalogue_items())
    return Reference(lambda: catalogue).book


def legs_said(book: Rulebook, leg: Any, **over: Any) -> list[Any]:
    event = makers.received(**over)
    process = Process(code="Q1", version=1, legs=(leg,))
    given = replace(book, process=lambda _code, _version: process)
    return open_leg(fold([event]), 1, at=event.time, on=ON, book=given)


@pytest.mark.parametrize(
    ("leg", "unit"),
    [
        (makers.leg(1), WARD),
        (makers.leg(1, FindBy.RECEIVING), OTHER_WARD),
        (makers.leg(1, FindBy.FIXED, unit=TAX), TAX),
        (makers.leg(1, FindBy.AGENCY, agency="THUE"), TAX),
        (makers.leg(1, FindBy.AGENCY, agency="XYZ"), WARD),
    ],
)
def test_a_legs_unit_is_found_as_its_process_says(book: Rulebook, leg: Any, unit: str):
    said = legs_said(book, leg, receiving_unit=OTHER_WARD)

    assert said[0].data.unit == unit
    sent = [(s.data.from_unit, s.data.to_unit) for s in said[1:]]
    assert sent == ([] if unit == OTHER_WARD else [(OTHER_WARD, unit)])


def test_the_nearest_agency_is_under_beside_or_above_never_in_another_province():
    units = (
        makers.unit("P1"),
        makers.unit("P1.THUE", "P1"),
        makers.unit("P1.D1", "P1"),
        makers.unit("P1.D1.C1", "P1.D1"),
        makers.unit("P1.D2", "P1"),
        makers.unit("P1.D2.THUE", "P1.D2"),
        makers.unit("P1.D2.C2", "P1.D2"),
        makers.unit("P2"),
        makers.unit("P2.C3", "P2"),
    )
    tree = UnitTree(units)

    assert tree.agency("THUE", "P1.D1.C1", ON) == "P1.THUE"
    assert tree.agency("THUE", "P1.D2.C2", ON) == "P1.D2.THUE"
    assert tree.agency("THUE", "P1.D2", ON) == "P1.D2.THUE"
    assert tree.agency("THUE", "P1.D2.THUE", ON) == "P1.D2.THUE"
    assert tree.agency("THUE", "P2.C3", ON) is None
    assert tree.agency("THUE", "P1.D2.C2", date(2025, 6, 30)) is None


def test_a_legs_due_moment_counts_working_minutes(book: Rulebook):
    [opened] = legs_said(book, makers.leg(1, budget_minutes=600))

    assert opened.data.leg_due_at == datetime(2026, 10, 6, 3, tzinfo=UTC)  # Tuesday 10:00 in Việt Nam


def test_only_a_unit_that_has_ended_has_a_successor():
    assert TREE.successor("P49.D502", date(2025, 6, 30)) is None
    assert TREE.successor(WARD, ON) is None
    default = TREE.successor("P49.D502", ON)
    assert default is not None
    assert default.to_unit == WARD
    named = TREE.successor("P49.D502", ON, ["P49.D502.C20335"])
    assert named is not None
    assert named.to_unit == OTHER_WARD
    assert TREE.ended(ON) == ["P49", "P49.D502"]


def test_a_chain_of_successions_is_followed_to_its_end():
    units = (
        makers.unit("A", valid_from=date(2018, 1, 1), valid_to=date(2024, 12, 31)),
        makers.unit("B", valid_from=date(2018, 1, 1), valid_to=date(2025, 6, 30)),
        makers.unit("C"),
    )
    chain = (
        makers.Succession(from_unit="A", to_unit="B", on=date(2025, 1, 1)),
        makers.Succession(from_unit="B", to_unit="C", on=date(2025, 7, 1)),
    )
    dossier = fold([makers.received(receiving_unit="A", competent_unit="A")])

    found = moves(dossier, units=UnitTree(units, chain), today=ON)

    assert found == [(date(2025, 1, 1), "A", "B"), (date(2025, 7, 1), "B", "C")]


def test_the_desk_with_the_least_work_is_chosen_and_counted():
    first, second = sorted([uuid4(), uuid4()])
    loads: dict[UUID, int] = {first: 2, second: 1}

    assert [choose(loads) for _ in range(3)] == [second, first, second]
    assert choose({}) is None


@pytest.mark.parametrize(
    ("legs", "rules"),
    [
        ((makers.leg(1), makers.leg(2)), []),
        ((makers.leg(2),), ["process.leg_numbers"]),
        ((makers.leg(1), makers.leg(1)), ["process.leg_numbers"]),
        ((makers.leg(1, FindBy.FIXED),), ["process.unit_missing"]),
        ((makers.leg(1, FindBy.AGENCY),), ["process.agency_missing"]),
        ((makers.leg(1, budget_minutes=4_801),), ["process.over_limit"]),
        ((makers.leg(1, budget_minutes=4_800),), []),
    ],
)
def test_an_incomplete_process_is_named(legs: Any, rules: list[str]):
    process = Process(code=makers.LAND, version=1, legs=legs)

    assert [rule.rule for rule in faults(process, [makers.PROCEDURES[0]], "p")] == rules


@pytest.mark.parametrize(
    ("limit", "minutes"),
    [
        (TimeLimit(amount=3, unit=DurationUnit.WORKING_DAY), 1440),
        (TimeLimit(amount=0, unit=DurationUnit.WORKING_DAY, same_day=True), 480),
        (TimeLimit(amount=1, unit=DurationUnit.WORKING_HOUR), 60),
        (TimeLimit(amount=5, unit=DurationUnit.MINUTE), 5),
    ],
)
def test_time_limits_in_working_minutes(limit: TimeLimit, minutes: int):
    assert minutes_of(limit) == minutes
