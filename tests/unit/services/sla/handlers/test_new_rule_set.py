"""A new decree is a file: slip, clock and alarms follow it without a line of code; no dossier changes rules unsaid."""

import dataclasses
from pathlib import Path

import pytest

from contracts import intake
from contracts.catalogue import TimeLimit
from contracts.codes import Reason
from contracts.sla import DeadlineMoved, MoveReason
from law.rule_set import RuleSets, read_rule_sets
from libs.catalogue import Catalogue
from services.intake.domain.lawbook import LawBook
from services.sla.domain.reading import facts_of
from services.sla.handlers.announce import Occasion
from services.sla.handlers.refold import refold_one
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.dossiers import Row
from services.sla.store.packing import entry_of, pack
from tests.unit.law.support import on, show
from tests.unit.services.sla.makers import COMMUNE, PROVINCE, Story, catalogue_items, procedure, vn

SPECIAL = "nd-9-2026"
DECREE = """
code = "nd-9-2026"
version = 1
name = "Nghị định 9/2026/NĐ-CP"
valid_from = 2026-01-01
general = false
extends = "nd-118-2025"

[rules]
office_hours = { value = [["08:00", "12:00"], ["13:00", "17:00"]], ground = "ND-9-2026/2" }
appointment = { value = "hour_exact", ground = "ND-9-2026/3" }
supplement_appraisal = { value = "pause", ground = "ND-9-2026/4" }
max_supplements = { value = 2, ground = "ND-9-2026/4" }
supplement_wait = { value = { amount = 10, unit = "working_day" }, ground = "ND-9-2026/5" }
on_expiry = { value = "refuse", ground = "ND-9-2026/5" }
ladder = { value = ["today", "overdue"], note = "hai mốc" }
"""
MONDAY = vn("2026-03-02 07:30")


@pytest.fixture
def known(tmp_path: Path) -> RuleSets:
    source = Path(__file__).parents[5] / "law" / "rule_sets"
    for path in source.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / f"{SPECIAL}.toml").write_text(DECREE, "utf-8")
    return read_rule_sets(tmp_path)


def hear(row: Row, book: Rulebook, *events: object, now: str = "2026-03-05 12:00") -> list:
    for event in events:
        row.facts += [pack(fact) for fact in facts_of(event)]  # type: ignore[arg-type]
        entry = entry_of(event)  # type: ignore[arg-type]
        if entry:
            row.story.append(list(entry))
    return refold_one(row, book, Occasion(vn(now)))


def test_slip_clock_wait_and_ladder_follow_a_new_file(known: RuleSets) -> None:
    book = Rulebook(Catalogue.of(catalogue_items()), known)
    told = Story().received(MONDAY, rule_set=SPECIAL)
    row = Row(told.id)
    hear(row, book, *told.events)

    assert show(row.due_current) == "2026-03-09 08:00"  # type: ignore[arg-type]  # its own opening, its own rounding
    assert [step[0] for step in row.ladder] == ["today", "overdue"]

    hear(row, book, told.asked(vn("2026-03-03 08:00")).events[-1])
    assert [step[0::2] for step in row.ladder] == [["wait", "refuse"]]
    assert show(row.next_rung_at) == "2026-03-18 00:00"  # type: ignore[arg-type]

    hear(row, book, told.provided(vn("2026-03-04 08:00")).events[-1])
    assert (show(row.due_current), row.restarts) == ("2026-03-10 08:00", 0)  # type: ignore[arg-type]


def test_intake_promises_what_the_clock_will_say(known: RuleSets) -> None:
    law = LawBook([], rule_sets=known)
    named = procedure("1.000001", TimeLimit(amount=5, unit="working_day")).data
    rules = law.rule_set(on=on("2026-03-02"), procedure=named.model_copy(update={"rule_set": SPECIAL}))
    assert rules is not None

    slip = law.appointment(
        procedure=named, channel="counter", received_at=MONDAY, rule_set=rules, chain=[PROVINCE, COMMUNE]
    )

    assert (rules.code, show(slip.due_at)) == (SPECIAL, "2026-03-09 08:00")  # type: ignore[arg-type]


def test_the_procedure_version_names_its_special_rules_and_others_keep_the_general_ones(
    known: RuleSets,
) -> None:
    law = LawBook([], rule_sets=known)
    first = procedure("1.000001").data
    later = first.model_copy(update={"version": 2, "rule_set": SPECIAL})

    def code(version: object, day: str) -> str:
        rules = law.rule_set(on=on(day), procedure=version)  # type: ignore[arg-type]
        return rules.code if rules else ""

    assert [code(each, "2026-03-02") for each in (first, later, None)] == [
        "nd-118-2025",
        SPECIAL,
        "nd-118-2025",
    ]
    assert code(later, "2025-12-31") == "nd-118-2025"  # not in force yet
    assert code(later, "2025-06-30") == "nd-61-2018"


def test_a_new_decree_leaves_dossiers_received_before_it_under_their_rules(known: RuleSets) -> None:
    items = Catalogue.of(catalogue_items())
    before = Rulebook(items)
    successor = dataclasses.replace(known.get(SPECIAL), general=True, valid_from=on("2026-03-03"))
    after = Rulebook(items, RuleSets([*(each for each in known if each.code != SPECIAL), successor]))
    told = Story().received(MONDAY)
    row = Row(told.id)
    hear(row, before, *told.events)
    due = row.due_current

    assert hear(row, after) == []
    assert (row.rule_set, row.due_current) == ("nd-118-2025", due)


def test_a_dossier_changes_its_rule_set_only_by_a_correction_which_is_said(known: RuleSets) -> None:
    book = Rulebook(Catalogue.of(catalogue_items()), known)
    told = Story().received(MONDAY)
    row = Row(told.id)
    hear(row, book, *told.events)
    told.tell(intake.DossierCorrected, vn("2026-03-04 09:00"), reason=Reason.MISTAKEN_ENTRY, rule_set=SPECIAL)

    (moved,) = hear(row, book, told.events[-1])

    assert isinstance(moved, DeadlineMoved)
    assert (moved.data.why, moved.data.rule_set) == (MoveReason.CORRECTION, SPECIAL)


def test_a_correction_of_the_rule_set_alone_is_said_even_if_no_date_moves(known: RuleSets) -> None:
    twin = dataclasses.replace(known.get("nd-118-2025"), code="nd-10-2026", general=False)
    book = Rulebook(Catalogue.of(catalogue_items()), RuleSets([*known, twin]))
    told = Story().received(MONDAY)
    row = Row(told.id)
    hear(row, book, *told.events)
    told.tell(
        intake.DossierCorrected, vn("2026-03-04 09:00"), reason=Reason.MISTAKEN_ENTRY, rule_set=twin.code
    )

    (said,) = hear(row, book, told.events[-1])

    assert (said.name, said.data.rule_set) == ("ClockRevised", "nd-10-2026")
