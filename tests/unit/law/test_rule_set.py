"""Which rules bind a dossier, and that each says where it comes from."""

import hashlib
import itertools
import json
import re
from pathlib import Path

import pytest

from law.durations import Duration
from law.rule_set import OnExpiry, RuleSet, SupplementMode, UnknownRuleSetError, read_rule_sets, rule_sets
from tests.unit.law.support import BUILDING, CALENDAR_DAYS, DAYS, NEW, OLD, on, rules


@pytest.mark.parametrize(
    ("received", "special", "code"),
    [
        ("2022-05-04", None, OLD),
        ("2025-06-30", None, OLD),  # last day of NĐ 61/2018
        ("2025-07-01", None, NEW),  # first day of NĐ 118/2025
        ("2026-06-30", BUILDING, NEW),  # the special decree is not in force yet
        ("2026-07-01", BUILDING, BUILDING),
        ("2026-07-01", None, NEW),
    ],
)
def test_the_rule_set_is_that_of_the_reception_date(received: str, special: str | None, code: str) -> None:
    assert rule_sets().on(on(received), special=special).code == code


def test_no_rule_set_before_the_first_decree() -> None:
    with pytest.raises(UnknownRuleSetError):
        rule_sets().on(on("2018-06-20"))
    with pytest.raises(UnknownRuleSetError):
        rule_sets().get("nd-1-1999")


def test_general_rule_sets_never_overlap() -> None:
    general = sorted((each for each in rule_sets() if each.general), key=lambda each: each.valid_from)

    for earlier, later in itertools.pairwise(general):
        assert earlier.valid_to is not None
        assert earlier.valid_to < later.valid_from


def test_the_new_decree_restarts_once_waits_15_days_and_closes() -> None:
    law = rules(NEW)

    assert law.supplement_appraisal is SupplementMode.RESTART
    assert (law.max_supplements, law.supplement_wait) == (1, Duration(15, CALENDAR_DAYS))
    assert law.supplement_notice == Duration(3, DAYS)
    assert law.on_expiry is OnExpiry.CLOSE
    assert law.basis("supplement_appraisal").ground == "ND-118-2025/19.5"


def test_the_special_rule_set_says_only_what_differs() -> None:
    law = rules(BUILDING)

    assert law.supplement_wait == Duration(20, DAYS)
    assert law.payment_pauses is rules(NEW).payment_pauses
    assert law.basis("hand_over_line") == rules(NEW).basis("hand_over_line")


@pytest.mark.parametrize("law", list(rule_sets()), ids=lambda law: law.code)
def test_every_rule_names_its_article_or_says_that_it_has_none(law: RuleSet) -> None:
    for name, basis in law.bases.items():
        assert basis.ground or basis.note, name
        assert basis.ground is None or re.fullmatch(r"ND-\d+-\d{4}(/[0-9a-z.]+)?", basis.ground), name


def test_a_new_rule_set_is_a_new_file(tmp_path: Path) -> None:
    source = Path(__file__).parents[3] / "law" / "rule_sets"
    for path in source.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / "nd-9-2027.toml").write_text(
        'code = "nd-9-2027"\nversion = 1\nname = "NĐ 9/2027"\nvalid_from = 2027-01-01\n'
        'general = false\nextends = "nd-118-2025"\n\n[rules]\nmax_supplements = { value = 2, ground = "ND-9-2027/3" }\n',
        "utf-8",
    )

    law = read_rule_sets(tmp_path).get("nd-9-2027")

    assert (law.max_supplements, law.apology_lead) == (2, Duration(1, CALENDAR_DAYS))


VALUES = {  # dossiers were received under these: an amendment is a new file with its own code
    OLD: "43636c1ab0e841f8",
    NEW: "c1b7ec7b1b9bfffb",
    BUILDING: "4b4f2972cd624d56",
}


@pytest.mark.parametrize("code", VALUES)
def test_a_rule_set_in_force_is_never_edited(code: str) -> None:
    law = rules(code)
    said = {name: str(getattr(law, name)) for name in sorted(law.bases)}
    frame = [law.code, str(law.valid_from), law.general]

    assert hashlib.sha256(json.dumps([frame, said]).encode()).hexdigest()[:16] == VALUES[code]


def test_every_rule_of_a_file_is_used_by_code_that_computes_or_checks() -> None:
    root = Path(__file__).parents[3]
    sources = [
        *root.glob("law/*.py"),
        *root.glob("services/*/domain/*.py"),
        *root.glob("services/*/handlers/*.py"),
    ]
    code = "\n".join(path.read_text("utf-8") for path in sources if path.name != "rule_set.py")
    named = {name for law in rule_sets() for name in law.bases}
    elsewhere = {"office_hours", "office_weekdays"}  # read through `RuleSet.pattern`
    routing = {"hand_over_line", "remote_paper", "result_correction"}  # data only, so far

    assert {name for name in named if f".{name}" not in code} == elsewhere | routing


def test_a_misspelt_rule_is_refused() -> None:
    text = 'code = "x-1"\nversion = 1\nname = "x"\nvalid_from = 2027-01-01\ngeneral = false\n[rules]\nwait = { value = 1 }\n'

    with pytest.raises(ValueError, match="unknown rules"):
        RuleSet.parse(text)
