from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest
from pydantic import ValidationError

from contracts.catalogue import DurationUnit, FindBy, JudgedBy
from contracts.codes import Channel, Level
from deploy.seed.procedures import budget_minutes, parse_limits, procedures, processes
from tests.unit.deploy.seed import known

CODES = """
1.001193 1.000894 1.000656 1.004873 1.004884 1.000689 1.004859 2.000635 2.000806 2.000986 2.001023 2.000815
2.000884 2.000908 1.004222 1.004194 1.010038 2.001159 1.014061 3.000333 1.013978 1.012753 1.012783 1.012784
1.012786 1.013831 1.013988 1.013949 1.012812 1.012805 1.001612 2.001583 2.001199 2.002043 1.013225 1.013236
1.013234 2.001827 3.000490 1.001613
"""


def test_every_known_procedure_is_there_and_one_made_up():
    assert {each.code for each in procedures()} == {*CODES.split(), "9.000001"}


def test_versions_follow_each_other_without_gap_or_overlap():
    versions = defaultdict(list)
    for each in procedures():
        versions[each.code].append(each)

    for found in versions.values():
        assert [each.version for each in found] == list(range(1, len(found) + 1))
        assert found[-1].valid_to is None
        assert all(a.valid_to + timedelta(days=1) == b.valid_from for a, b in pairwise(found))


def test_no_procedure_is_at_district_level_since_july_2025():
    assert all(Level.DISTRICT not in each.levels for each in procedures() if each.valid_to is None)


def test_a_building_permit_moved_from_the_district_to_the_commune():
    before, since = (each for each in procedures() if each.code == "1.013225")

    assert (before.levels, since.levels) == ((Level.DISTRICT,), (Level.COMMUNE,))
    assert {limit.channel: limit.amount for limit in since.limits} == {
        Channel.COUNTER: 15,
        Channel.ONLINE: 20,
        Channel.POST: 20,
    }


def test_only_the_made_up_procedure_is_judged_by_the_moment():
    by_moment = [each for each in procedures() if each.judged_by is JudgedBy.MOMENT]

    assert [each.code for each in by_moment] == ["9.000001"]
    assert by_moment[0].basis == "synthetic"
    assert by_moment[0].limits[0].unit is DurationUnit.MINUTE


def test_every_version_has_its_process_and_the_budgets_sum_to_the_limit():
    by_key = {(each.code, each.version): each for each in processes()}

    for each in procedures():
        process = by_key[each.process_code, each.process_version]
        assert sum(leg.budget_minutes for leg in process.legs) == budget_minutes(each.limits)
        assert [leg.leg_no for leg in process.legs] == list(range(1, len(process.legs) + 1))


def test_agencies_of_the_processes_exist_at_every_level_where_the_demo_needs_them():
    units = known.units().keys()
    wanted = {leg.agency for each in processes() for leg in each.legs if leg.find_by is FindBy.AGENCY}

    for agency in wanted:
        assert {f"P49.{agency}", f"P49.D502.{agency}", f"N48.{agency}", f"N66.{agency}"} <= units


@pytest.mark.parametrize("text", ["3", "3 wd", "wd", "noon:3wd"])
def test_a_limit_that_is_none_is_refused(text):
    with pytest.raises((ValueError, ValidationError)):
        parse_limits(text)
