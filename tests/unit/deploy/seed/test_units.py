import filecmp
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from contracts.catalogue import UnitItem, UnitKind
from contracts.codes import Level
from deploy.seed import build_units, items
from deploy.seed.tables import DATA, read
from tests.unit.deploy.seed import known


@pytest.fixture(name="units")
def _units():
    return known.units()


def _committees(units, *, start, level):
    return [
        unit
        for unit in units.values()
        if unit.kind is UnitKind.PEOPLES_COMMITTEE and unit.level is level and unit.code.startswith(start)
    ]


def test_committed_files_are_what_a_fresh_build_makes(tmp_path):
    build_units.build(tmp_path)

    for name in ("units.csv", "successions.csv"):
        assert filecmp.cmp(tmp_path / name, DATA / name, shallow=False), (
            f"{name}: run deploy.seed.build_units"
        )


def test_both_eras_have_the_known_number_of_units(units):
    today = [len(_committees(units, start="N", level=level)) for level in (Level.PROVINCE, Level.COMMUNE)]
    legacy = [
        sum(unit.valid_to.isoformat() == "2025-06-30" for unit in _committees(units, start="P", level=level))
        for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
    ]

    assert today == [34, 3321]
    assert legacy == [63, 696, 10_035]


def test_quang_nam_of_2022_has_18_districts_and_241_communes(units):
    of_2022 = [
        unit
        for unit in units.values()
        if unit.code.startswith("P49")
        and unit.kind is UnitKind.PEOPLES_COMMITTEE
        and unit.valid_from.year <= 2022 <= unit.valid_to.year
    ]

    assert Counter(unit.level for unit in of_2022) == {
        Level.PROVINCE: 1,
        Level.DISTRICT: 18,
        Level.COMMUNE: 241,
    }


def test_no_unit_outlives_or_precedes_the_one_above_it(units):
    for unit in units.values():
        above = units[unit.parent] if unit.parent else unit
        assert above.valid_from <= unit.valid_from
        assert above.valid_to is None or (unit.valid_to is not None and unit.valid_to <= above.valid_to)


def test_every_unit_has_an_agency_code_that_no_other_has_at_the_same_time(units):
    holders = defaultdict(list)
    for unit in units.values():
        holders[unit.agency_code].append(unit)

    assert None not in holders
    for sharing in holders.values():
        ordered = sorted(sharing, key=lambda unit: unit.valid_from)
        assert all(a.valid_to is not None and a.valid_to < b.valid_from for a, b in pairwise(ordered))


def test_only_provinces_keep_their_letters_across_the_merger(units):
    counts = Counter(unit.agency_code for unit in units.values())

    assert all("." not in code for code, count in counts.items() if count > 1)
    assert units["N66"].agency_code == "H15"
    assert units["P49"].agency_code == "H47"


def test_every_ended_unit_has_exactly_one_default_successor_from_the_day_after(units):
    defaults = defaultdict(list)
    for each in known.successions().values():
        if each.default:
            defaults[each.from_unit].append(each)

    ended = {unit.code for unit in units.values() if unit.valid_to}
    assert defaults.keys() == ended
    for code, successions in defaults.items():
        assert len(successions) == 1
        assert (successions[0].on - units[code].valid_to).days == 1
        heir = units[successions[0].to_unit]
        assert heir.valid_from <= successions[0].on


def test_a_district_passes_its_dossiers_on_commune_by_commune(units):
    by_commune = {
        each.by_commune: each.to_unit
        for each in known.successions().values()
        if each.from_unit == "P49.D502" and each.by_commune
    }

    living = [
        code for code, unit in units.items() if unit.parent == "P49.D502" and unit.level is Level.COMMUNE
    ]
    assert by_commune.keys() == {code for code in living if units[code].valid_to.isoformat() == "2025-06-30"}
    assert by_commune["P49.D502.C20341"] == "N48.C20341"


def test_no_succession_is_said_twice():
    assert len(known.successions()) == sum(1 for _ in read("successions.csv"))


def test_items_are_the_same_every_time():
    first = [item.model_dump_json() for _, item in zip(range(50), items.units(), strict=False)]
    again = [item.model_dump_json() for _, item in zip(range(50), items.units(), strict=False)]

    assert first == again
    assert UnitItem.model_validate_json(first[0]).model_dump_json() == first[0]


def test_every_hand_kept_row_says_how_sure_it_is():
    for name in ("units_hand.csv", "offices.csv", "letters.csv"):
        for row in read(name):
            assert row["basis"] in {"known", "general", "synthetic"}
            assert row["source"]
