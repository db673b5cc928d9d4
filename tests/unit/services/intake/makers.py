"""A small country: one province with a district era and one of today, a few procedures, its calendar."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import uuid4

from contracts.catalogue import CatalogueItem, ProcedureItem
from contracts.codes import Service
from deploy.seed.items import items
from deploy.seed.items import units as seed_units
from law.rule_set import rule_sets
from libs.catalogue import Catalogue
from services.intake.domain.lawbook import LawBook

WARD, CENTRE, PROVINCE = "N66.C24169", "N66.TTPVHCC", "N66"
BIRTH, LAND, LAND_PROVINCE, MINUTES = "1.001193", "1.013978", "1.013831", "9.000001"
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""A Friday, 10:00 in Việt Nam."""


@cache
def catalogue_items() -> tuple[CatalogueItem, ...]:
    """The seed's procedures, calendar, and units of two provinces."""
    units = [item for item in seed_units() if item.data.province in {"N66", "P49"}]
    return (*units, *items(Service.INTAKE), *items(Service.SLA))


@cache
def catalogue() -> Catalogue:
    return Catalogue.of(catalogue_items())


@cache
def law() -> LawBook:
    return LawBook(catalogue().calendar_decisions, rule_sets=rule_sets())


def form(**over: Any) -> dict[str, Any]:
    """What a clerk sends; `applicant` is merged."""
    applicant = {
        "full_name": "Nguyễn Thị Mẫu",
        "id_number": "999012345678",
        "phone": "0900 000 123",
        "address": "Số 1, đường Không Có Thật",
        **over.pop("applicant", {}),
    }
    return {
        "procedure_code": BIRTH,
        "channel": "counter",
        "receiving_unit": WARD,
        "applicant": applicant,
        **over,
    }


def procedure_item(code: str, **over: Any) -> ProcedureItem:
    known = catalogue().procedure(code, date(2026, 11, 20))
    assert known is not None
    data = known.model_copy(update=over)
    return ProcedureItem(
        id=uuid4(), time=NOW, recordedtime=NOW, subject=f"procedure/{data.code}/{data.version}", data=data
    )
