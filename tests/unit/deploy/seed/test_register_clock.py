"""The clock itself (sla's fold) makes of the register what its totals say, not a column."""

import csv
from collections import Counter, defaultdict
from datetime import datetime

from contracts.codes import Level
from contracts.sla import Outcome
from deploy.seed.arrivals import calendar
from deploy.seed.register import write_register
from deploy.seed.totals import Expected, expected
from law.deadline import terms_of
from law.durations import Declared, Limit
from law.moments import VN
from law.rule_set import rule_sets
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact, FactKind
from tests.unit.deploy.seed import known

CUT_OFF = datetime(2023, 1, 1, tzinfo=VN)
CATALOGUE = known.procedures_of_2022()
EMITTERS = {
    "supplement_requested": "routing",
    "payment_requested": "routing",
    "supplement_provided": "intake",
    "payment_made": "intake",
}


def _moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=VN)


def _facts(row, steps):
    heads = {"rank": 10, "emitter": "intake", "seq": 1, "id": "a"}
    yield Fact.at(_moment(row["received_at"]), FactKind.RECEIVED, **heads)
    for at, step in enumerate(steps, 2):
        if step["event"] in EMITTERS:
            how = {"rank": 30, "emitter": EMITTERS[step["event"]], "seq": at, "id": f"s{at}"}
            yield Fact.at(_moment(step["at"]), FactKind(step["event"]), **how)
    ended = {"rank": 80, "emitter": "routing", "seq": 99, "id": "z"}
    yield Fact.at(_moment(row["resolved_at"]), FactKind.RESOLVED, **ended)


def _terms(row):
    procedure = CATALOGUE.get(row["procedure_code"])
    return terms_of(
        limit=Limit.of(procedure.limits, judged_by=procedure.judged_by)
        if procedure
        else Declared(_moment(row["declared_due_at"])),
        channel=row["channel"],
        rule_set=rule_sets().on(_moment(row["received_at"]).date()),
        calendar=calendar(),
    )


def _fate(row, steps):
    answer = fold(_facts(row, steps), _terms(row))
    assert not answer.ignored
    assert not answer.flags
    if answer.ended_at >= CUT_OFF:
        return "open_late" if answer.late_at <= CUT_OFF else "open_in_time"
    return "late" if answer.outcome is Outcome.LATE else "good"


def counts(folder):
    steps = defaultdict(list)
    with (folder / "STEPS.csv").open(encoding="utf-8") as file:
        for step in csv.DictReader(file):
            steps[step["code"]].append(step)
    found = {level: Counter() for level in Level}
    with (folder / "REGISTER.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[known.units()[row["competent_unit"]].level][_fate(row, steps.get(row["code"], ()))] += 1
    fates = ("good", "late", "open_in_time", "open_late")
    return {
        level: Expected(received=count.total(), **{fate: count[fate] for fate in fates})
        for level, count in found.items()
    }


def test_the_clock_service_folds_the_register_into_the_published_outcomes(tmp_path):
    write_register(tmp_path, scale=100)

    assert counts(tmp_path) == expected(100)
