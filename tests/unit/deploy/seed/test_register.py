"""The register is read back as an importer would, and judged with the law's functions alone."""

import csv
import hashlib
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest
from pydantic import TypeAdapter

from contracts.codes import DossierCode, FieldCode, Ground, Level, ProcedureCode, Reason, UnitCode
from deploy.seed.arrivals import calendar
from deploy.seed.register import REGISTER_COLUMNS, STEP_COLUMNS, write_register
from deploy.seed.totals import Expected, expected
from law.deadline import first_deadline, terms_of
from law.durations import Declared, Limit
from law.moments import VN, to_moment, to_tick, vn_date
from law.rule_set import rule_sets
from tests.unit.deploy.seed import known

CUT_OFF = datetime(2023, 1, 1, tzinfo=VN)
CATALOGUE = known.procedures_of_2022()
UNITS = known.units()


def _moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=VN) if text else None


def _read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("register")
    write_register(folder, scale=100)
    return folder


@pytest.fixture(scope="module")
def rows(folder):
    return _read(folder / "REGISTER.csv")


@pytest.fixture(scope="module")
def steps(folder):
    found = defaultdict(list)
    for step in _read(folder / "STEPS.csv"):
        found[step["code"]].append(step)
    return found


def _late_at(row, steps):
    """Return the first late moment: the law's first deadline, moved by what was waited for (NĐ 61/2018)."""
    procedure = CATALOGUE.get(row["procedure_code"])
    if procedure is None:
        limit = Declared(_moment(row["declared_due_at"]))
    else:
        limit = Limit.of(procedure.limits, judged_by=procedure.judged_by)
    terms = {
        "limit": limit,
        "channel": row["channel"],
        "rule_set": rule_sets().on(datetime.fromisoformat(row["received_at"]).date()),
        "calendar": calendar(),
    }
    if not steps:
        return first_deadline(received_at=_moment(row["received_at"]), **terms).late_at
    known = terms_of(**terms)
    waits = {"supplement_requested", "supplement_provided", "payment_requested", "payment_made"}
    asked, answered = sorted(to_tick(_moment(step["at"])) for step in steps if step["event"] in waits)
    due = known.reckoning.begin(to_tick(_moment(row["received_at"]))).due
    return to_moment(known.late(known.reckoning.appointment(known.reckoning.shift(due, asked, answered))))


def _fate(row, steps):
    late_at, resolved = _late_at(row, steps), _moment(row["resolved_at"])
    if resolved is None or resolved >= CUT_OFF:
        return "open_late" if late_at <= CUT_OFF else "open_in_time"
    return "late" if resolved >= late_at else "good"


def _counts(folder):
    steps = defaultdict(list)
    for step in _read(folder / "STEPS.csv"):
        steps[step["code"]].append(step)
    found = {level: Counter() for level in Level}
    for row in _read(folder / "REGISTER.csv"):
        found[UNITS[row["competent_unit"]].level][_fate(row, steps[row["code"]])] += 1
    fates = ("good", "late", "open_in_time", "open_late")
    return {
        level: Expected(received=count.total(), **{fate: count[fate] for fate in fates})
        for level, count in found.items()
    }


@pytest.mark.parametrize("scale", [317, 1000])
def test_the_clock_makes_exactly_the_expected_outcomes(scale, tmp_path):
    write_register(tmp_path, scale=scale)

    assert _counts(tmp_path) == expected(scale)


def test_the_demos_register_has_the_expected_outcomes(folder):
    assert _counts(folder) == expected(100)


def test_another_seed_makes_other_dossiers_with_the_same_outcomes(tmp_path):
    write_register(tmp_path / "a", scale=500, seed=7)
    write_register(tmp_path / "b", scale=500, seed=8)

    assert _counts(tmp_path / "a") == _counts(tmp_path / "b") == expected(500)
    assert _read(tmp_path / "a" / "REGISTER.csv") != _read(tmp_path / "b" / "REGISTER.csv")


def test_the_same_seed_writes_the_same_bytes(folder, tmp_path):
    write_register(tmp_path, scale=100)

    for name in ("REGISTER.csv", "STEPS.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_every_python_and_machine_writes_these_bytes(tmp_path):
    write_register(tmp_path, scale=1000)

    digest = hashlib.sha256((tmp_path / "REGISTER.csv").read_bytes() + (tmp_path / "STEPS.csv").read_bytes())
    assert digest.hexdigest()[:16] == "ff56e2c3afc84082"


def test_columns_are_those_of_the_import(folder):
    assert (folder / "REGISTER.csv").read_text("utf-8").splitlines()[0] == ",".join(REGISTER_COLUMNS)
    assert (folder / "STEPS.csv").read_text("utf-8").splitlines()[0] == ",".join(STEP_COLUMNS)
    assert REGISTER_COLUMNS == (
        *("code", "procedure_code", "field", "channel", "receiving_unit", "competent_unit"),
        *("received_at", "declared_due_at", "resolved_at", "returned_at"),
    )


def test_every_code_is_a_valid_one(rows, steps):
    dossier, unit = TypeAdapter(DossierCode), TypeAdapter(UnitCode)
    procedure, field, ground = TypeAdapter(ProcedureCode), TypeAdapter(FieldCode), TypeAdapter(Ground)

    for row in rows:
        dossier.validate_python(row["code"])
        procedure.validate_python(row["procedure_code"])
        field.validate_python(row["field"])
    for step in (step for found in steps.values() for step in found):
        unit.validate_python(step["unit"])
        if step["reason"]:
            assert Reason(step["reason"])
        if step["ground"]:
            ground.validate_python(step["ground"])


def test_numbers_are_gapless_per_agency_and_day_in_the_order_of_reception(rows):
    last = Counter()
    for row in rows:
        head, _, number = row["code"].rpartition("-")
        last[head] += 1
        assert int(number) == last[head]
        agency, _, day = head.rpartition("-")
        assert agency == UNITS[row["receiving_unit"]].agency_code
        assert day == f"{datetime.fromisoformat(row['received_at']):%y%m%d}"
    assert [row["received_at"] for row in rows] == sorted(row["received_at"] for row in rows)


def test_every_unit_existed_on_the_day(rows):
    for row in rows:
        day = datetime.fromisoformat(row["received_at"]).date()
        for code in (row["receiving_unit"], row["competent_unit"]):
            assert UNITS[code].valid_from <= day <= UNITS[code].valid_to


def test_every_procedure_is_known_at_that_level_or_declared(rows):
    for row in rows:
        procedure = CATALOGUE.get(row["procedure_code"])
        assert row["field"]
        assert row["declared_due_at"]
        if procedure is not None:
            assert row["field"] == procedure.field
            assert UNITS[row["competent_unit"]].level in procedure.levels


def test_people_come_and_are_answered_in_office_hours(rows, steps):
    for row in rows:
        assert calendar().receives(_moment(row["received_at"]))
        for column in ("resolved_at", "returned_at"):
            moment = _moment(row[column])
            assert moment is None or calendar().day(vn_date(moment)).is_worked
    for step in (step for found in steps.values() for step in found):
        assert calendar().day(vn_date(_moment(step["at"]))).is_worked


def test_nothing_ends_before_it_begins(rows, steps):
    for row in rows:
        received, resolved, returned = (
            _moment(row[column]) for column in ("received_at", "resolved_at", "returned_at")
        )
        moments = [received, *sorted(_moment(step["at"]) for step in steps[row["code"]])]
        moments += [moment for moment in (resolved, returned) if moment]
        assert moments == sorted(moments)


def test_mondays_and_days_after_holidays_are_busier(rows):
    by_day = Counter(datetime.fromisoformat(row["received_at"]).date() for row in rows)
    mean = sum(by_day.values()) / len(by_day)
    mondays = [count for day, count in by_day.items() if day.weekday() == 0]
    after_tet = by_day[datetime(2022, 2, 7, tzinfo=VN).date()]

    assert sum(mondays) / len(mondays) > 1.15 * mean
    assert after_tet > 1.2 * mean


def test_the_mix_is_what_is_known_of_a_province(rows):
    share = {field: count / len(rows) for field, count in Counter(row["field"] for row in rows).items()}
    online = sum(row["channel"] == "online" for row in rows) / len(rows)

    assert 0.45 <= share["ho-tich"] + share["chung-thuc"] <= 0.55
    assert 0.15 <= share["dat-dai"] <= 0.20
    assert 0.10 <= share["cu-tru"] + share["can-cuoc"] <= 0.15
    assert 0.54 <= online <= 0.58


def test_the_cut_off_matters_because_what_was_open_then_was_settled_later(rows):
    later = [row["resolved_at"] for row in rows if row["resolved_at"] >= "2023"]

    assert len(later) == sum(each.open_in_time + each.open_late for each in expected(100).values())
    assert max(later) < "2023-06-30"
    assert sum(moment < "2023-02" for moment in later) > len(later) / 2


def test_a_file_that_went_to_the_tax_office_came_back_before_it_was_settled(rows, steps):
    resolved = {row["code"]: row["resolved_at"] for row in rows}
    homes = {row["code"]: row["competent_unit"] for row in rows}
    journeys = [found for found in steps.values() if found and found[0]["event"] == "sent"]

    assert journeys
    for found in journeys:
        assert [step["event"] for step in found] == [
            *("sent", "received", "payment_requested", "payment_made", "sent", "received"),
        ]
        assert UNITS[found[0]["unit"]].name.startswith(("Chi cục Thuế", "Cục Thuế"))
        assert found[-1]["unit"] == homes[found[0]["code"]]
        assert found[-1]["at"] <= resolved[found[0]["code"]]


def test_a_few_declared_deadlines_are_a_day_short_for_the_import_to_list(rows):
    late_hour = timedelta(hours=7)
    known = [
        row for row in rows if row["procedure_code"] in CATALOGUE and row["procedure_code"] != "2.001159"
    ]

    off = [row for row in known if _moment(row["declared_due_at"]) != _late_at(row, ()) - late_hour]
    assert 0 < len(off) < len(rows) / 100
