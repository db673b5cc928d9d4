"""The catalogue in memory: subtrees, versions in force, decisions that stand."""

from datetime import UTC, date, datetime

import pytest

from contracts.catalogue import (
    CalendarDay,
    CalendarDecision,
    CalendarDecisionItem,
    CatalogueItem,
    DayKind,
    DurationUnit,
    Procedure,
    ProcedureItem,
    Succession,
    SuccessionItem,
    TimeLimit,
    Unit,
    UnitItem,
)
from contracts.codes import Level
from libs.catalogue import Catalogue
from libs.errors import NotFoundError
from libs.ids import uuid7

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def item(cls: type[CatalogueItem], code: str, version: int, data: object) -> CatalogueItem:
    subject = f"{cls.KIND}/{code}/{version}"
    return cls(id=uuid7(), time=NOON, recordedtime=NOON, subject=subject, data=data)


def unit(code: str, parent: str | None = None, version: int = 1, **more: object) -> CatalogueItem:
    given = {
        "code": code,
        "version": version,
        "name": f"Đơn vị {code}",
        "level": Level.COMMUNE,
        "parent": parent,
    }
    return item(
        UnitItem, code, version, Unit(**(given | {"province": "T1", "valid_from": date(2018, 1, 1)} | more))
    )


def procedure(code: str, version: int, valid_from: date, valid_to: date | None = None) -> CatalogueItem:
    data = Procedure(
        code=code,
        version=version,
        name="Chứng thực",
        field="chung-thuc",
        field_name="Chứng thực",
        levels=(Level.COMMUNE,),
        limits=(TimeLimit(amount=1, unit=DurationUnit.WORKING_DAY),),
        process_code=code,
        process_version=1,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return item(ProcedureItem, code, version, data)


TREE = [unit("T1"), unit("H1", "T1"), unit("X1", "H1"), unit("X2", "H1"), unit("H2", "T1"), unit("T2")]


@pytest.mark.parametrize(
    ("of", "found"),
    [
        (["X1"], {"X1"}),
        (["H1"], {"H1", "X1", "X2"}),
        (["T1"], {"T1", "H1", "H2", "X1", "X2"}),
        (["H1", "T2"], {"H1", "X1", "X2", "T2"}),
        (["T9"], {"T9"}),
        ([], set()),
        (["*"], None),
        (["X1", "*"], None),
    ],
)
def test_a_subtree_is_the_units_and_all_below_them(of, found):
    assert Catalogue.of(TREE).subtree(of) == found


def test_a_circle_of_parents_ends():
    catalogue = Catalogue.of([unit("A", "B"), unit("B", "A")])

    assert catalogue.subtree(["A"]) == {"A", "B"}
    assert [u.code for u in catalogue.ancestors("A")] == ["A", "B"]


def test_the_newest_version_of_a_unit_counts():
    catalogue = Catalogue.of([unit("X1", "H2", version=2), *TREE])

    assert catalogue.subtree(["H2"]) == {"H2", "X1"}


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2017, 12, 31), None),
        (date(2018, 1, 1), 1),
        (date(2025, 6, 30), 1),
        (date(2025, 7, 1), 2),
        (date(2030, 1, 1), 2),
    ],
)
def test_a_procedure_is_the_version_in_force_on_the_day(on, version):
    first = procedure("1.004222", 1, date(2018, 1, 1), date(2025, 6, 30))
    catalogue = Catalogue.of([procedure("1.004222", 2, date(2025, 7, 1)), first])

    found = catalogue.procedure("1.004222", on)

    assert (found.version if found else None) == version


def test_an_unknown_procedure_is_refused_in_words():
    with pytest.raises(NotFoundError, match=r"Không có thủ tục 1\.004222 có hiệu lực ngày 01/02/2026"):
        Catalogue().require_procedure("1.004222", date(2026, 2, 1))


def test_a_withdrawn_decision_does_not_count():
    days = (CalendarDay(date=date(2026, 1, 2), kind=DayKind.SWAPPED_OFF),)
    first = CalendarDecision(code="QD-1", version=1, document="QĐ 1", days=days)
    gone = first.model_copy(update={"version": 2, "withdrawn": True})
    items = [item(CalendarDecisionItem, "QD-1", d.version, d) for d in (first, gone)]

    assert Catalogue.of(items[:1]).calendar_decisions == (first,)
    assert Catalogue.of(items).calendar_decisions == ()


def test_successions_come_in_the_order_of_their_dates():
    def takes(to: str, on: date, commune: str | None = None) -> CatalogueItem:
        data = Succession(from_unit="H1", to_unit=to, on=on, default=commune is None, by_commune=commune)
        return item(SuccessionItem, f"H1>{to}", 1, data)

    catalogue = Catalogue.of([takes("X3", date(2025, 7, 1), "X1"), takes("X2", date(2025, 7, 1))])

    assert [s.to_unit for s in catalogue.successions_from("H1")] == ["X2", "X3"]
    assert catalogue.successions_from("X1") == ()
