"""The screens as data: each has a query, a rule, and thresholds that its query really uses."""

import re
from dataclasses import replace

import pytest

from law.rule_set import Basis, rule_sets
from services.sla.domain.screens import BY_CODE, SCREENS, Screen
from services.sla.store.screens import Wanted, bound, query

ALL = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.code)


@ALL
def test_every_screen_has_a_documented_query(screen: Screen) -> None:
    text = query(screen.code)

    assert text.startswith("--")
    assert "`value`" in text.split("SELECT", 1)[0]


@ALL
def test_a_query_uses_all_of_its_thresholds_and_nothing_else(screen: Screen) -> None:
    sql = "\n".join(line for line in query(screen.code).splitlines() if not line.startswith("--"))
    asked = set(re.findall(r"(?<!:):([a-z_]+)", sql)) - {"since", "until"}

    assert asked == {each.name for each in screen.thresholds}
    text, values = bound(Wanted(screen=screen.code, thresholds=dict.fromkeys(asked, 1), units=None))
    assert not re.search(r"(?<!:):[a-z]", text)
    assert len(values) == 3 + len(asked)


@ALL
def test_every_screen_names_the_rule_it_rests_on_under_each_rule_set(screen: Screen) -> None:
    for code in ("nd-118-2025", "nd-61-2018"):
        assert screen.article(rule_sets().get(code)).strip(), code
    assert screen.sources


@ALL
def test_a_default_lies_within_its_bounds(screen: Screen) -> None:
    for each in screen.thresholds:
        assert each.least <= each.default <= each.most


def test_articles_follow_the_rule_set_of_the_dossier() -> None:
    screen, known = BY_CODE["late_extension"], rule_sets()

    assert screen.article(known.get("nd-118-2025")) == "NĐ 118/2025, Đ.19.6"
    assert screen.article(known.get("nd-61-2018")) == "NĐ 61/2018, Đ.19"
    assert BY_CODE["second_supplement"].article(known.get("nd-217-2026")) == "NĐ 217/2026"
    assert BY_CODE["closed_without_result"].article(known.get("nd-217-2026")) == "NĐ 217/2026"


@ALL
def test_a_new_rule_set_is_never_ruled_by_the_article_of_another_decree(screen: Screen) -> None:
    known = rule_sets().get("nd-118-2025")
    bases = {rule: Basis("ND-9-2030/5") if basis.ground else basis for rule, basis in known.bases.items()}
    new = replace(known, code="nd-9-2030", bases=bases)
    silent = replace(known, code="nd-9-2030", bases={})

    assert screen.article(new) in {"NĐ 9/2030, Đ.5", screen.practice}
    assert screen.article(silent) == screen.article(None) == screen.practice


def test_no_screen_speaks_of_a_person() -> None:
    for screen in SCREENS:
        assert not re.search(r"officer|signed_by|staff", query(screen.code).split("SELECT", 1)[1])
