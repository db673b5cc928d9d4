"""Which calendar decisions had been published when a row was folded, told by the version of its calendar."""

from datetime import date

from contracts.catalogue import DayKind
from services.sla.handlers.past_rulebooks import published_by
from tests.unit.services.sla.makers import COMMUNE, OTHER, PROVINCE, decision

FRIDAY = date(2026, 3, 6)


def test_a_calendar_had_its_version_after_as_many_publications_as_touch_it():
    country = decision("VN.A", {FRIDAY: DayKind.CLOSED}).data
    elsewhere = decision("P02.A", {FRIDAY: DayKind.CLOSED}, OTHER).data
    again = country.model_copy(update={"version": 2, "withdrawn": True})
    here = decision("P01.A", {FRIDAY: DayKind.CLOSED}, PROVINCE).data
    decided, units = [country, elsewhere, again, here], {PROVINCE, COMMUNE}

    assert [published_by(decided, units, version) for version in (1, 2, 3, 4)] == [2, 3, 4, 0]
    assert published_by(decided, {OTHER}, 2) == 2
    assert published_by(decided, {OTHER}, 3) == 4
