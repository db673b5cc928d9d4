from random import Random

from contracts.codes import Level
from deploy.seed.live import PROVINCE, filing
from deploy.seed.procedures import procedures
from tests.unit.deploy.seed import known

TODAY = {each.code: each for each in procedures() if each.valid_to is None}


def _many(count=400, **how):
    rng = Random(3)
    return [filing(rng, **how) for _ in range(count)]


def test_every_filing_names_a_procedure_and_units_of_today():
    for each in _many():
        procedure = TODAY[each.procedure_code]
        receiving = known.units()[each.receiving_unit]
        assert receiving.province == PROVINCE
        assert receiving.valid_to is None
        assert known.units()[each.applicant_commune].level is Level.COMMUNE
        if receiving.level is Level.PROVINCE:
            assert Level.COMMUNE not in procedure.levels


def test_only_land_names_a_parcel():
    for each in _many():
        assert (each.parcel_commune is not None) == (TODAY[each.procedure_code].field == "dat-dai")


def test_the_share_of_the_synthetic_procedure_can_be_set():
    assert all(each.procedure_code == "9.000001" for each in _many(50, synthetic_share=1))
    assert all(each.procedure_code != "9.000001" for each in _many(50, synthetic_share=0))


def test_the_form_has_what_the_counter_asks_for():
    form = _many(1)[0].as_form()

    assert {"procedure_code", "channel", "receiving_unit", "applicant_commune", "applicant"} <= form.keys()
    assert set(form["applicant"]) == {"full_name", "id_number", "phone", "address"}
