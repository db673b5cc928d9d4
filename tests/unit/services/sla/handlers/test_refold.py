"""What is said when facts come, one after the other or all together. Pure: no server."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.catalogue import DurationUnit, TimeLimit
from contracts.sla import ClockState
from libs.catalogue import Catalogue
from services.sla.domain.reading import facts_of
from services.sla.handlers.announce import Occasion, said
from services.sla.handlers.refold import refold_one
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.dossiers import Row
from services.sla.store.packing import entry_of, pack
from tests.unit.services.sla.makers import PROVINCE, Story, catalogue_items, procedure, vn

BOOK = Rulebook(Catalogue.of(catalogue_items()))
MONDAY = vn("2026-03-02 08:00")
NOW = vn("2026-03-13 12:00")


def hear(row: Row, *events, now: datetime = NOW, book: Rulebook = BOOK) -> list[str]:
    for event in events:
        row.facts += [pack(fact) for fact in facts_of(event)]
        entry = entry_of(event)
        if entry:
            row.story.append(list(entry))
    return [event.name for event in refold_one(row, book, Occasion(now))]


def story() -> Story:
    return Story().received(MONDAY).leg(MONDAY, PROVINCE)


def one_by_one(told: Story) -> list[str]:
    row = Row(told.id)
    return [name for event in told.events for name in hear(row, event)]


def together(told: Story) -> list[str]:
    return hear(Row(told.id), *told.events)


def test_a_life_told_step_by_step():
    told = (
        story()
        .asked(vn("2026-03-03 08:00"))
        .provided(vn("2026-03-05 08:00"))
        .resolved(vn("2026-03-10 08:00"))
    )

    assert one_by_one(told) == ["ClockStarted", "ClockPaused", "ClockRestarted", "ClockStopped"]


def test_a_life_heard_at_once():
    told = story().asked(vn("2026-03-03 08:00")).provided(vn("2026-03-05 08:00"))

    assert together(told) == ["ClockStarted"]
    assert together(story().asked(vn("2026-03-03 08:00"))) == ["ClockStarted", "ClockPaused"]
    assert together(story().resolved(vn("2026-03-03 08:00"))) == ["ClockStarted", "ClockStopped"]


def test_a_pause_ended_and_begun_again_in_one_batch_says_both():
    told = story().paying(vn("2026-03-03 08:00"))
    row = Row(told.id)
    hear(row, *told.events)
    told.paid(vn("2026-03-04 08:00")).asked(vn("2026-03-05 08:00"))

    assert hear(row, *told.events[-2:]) == ["ClockResumed", "ClockPaused"]


def test_nothing_new_says_nothing():
    told = story()
    row = Row(told.id)
    hear(row, *told.events)

    assert hear(row) == []
    assert hear(row, told.sent(vn("2026-03-03 08:00"), PROVINCE, "P02").events[-1]) == []


def test_a_taken_back_ending_revises():
    told = story().resolved(vn("2026-03-05 08:00"))
    row = Row(told.id)
    hear(row, *told.events)
    told.tell(type(told.events[-1]), vn("2026-03-12 08:00"), replaces=told.events[-1].id, unit=PROVINCE)

    assert hear(row, told.events[-1]) == ["ClockRevised"]
    assert row.outcome == "late"


def test_a_mended_catalogue_gives_a_dossier_its_deadline_after_all():
    told = Story().received(MONDAY, "1.000003")
    row = Row(told.id)
    limit = TimeLimit(amount=5, unit=DurationUnit.WORKING_DAY)
    items = {item.key: item for item in catalogue_items(procedure("1.000003", limit))}
    mended = Rulebook(Catalogue.of(items.values()))

    assert hear(row, *told.events) == ["DeadlineUncomputable"]
    assert row.why == "no_limit"
    assert hear(row) == []
    assert hear(row, book=mended) == ["ClockRevised"]
    assert row.due_current == vn("2026-03-09 17:00")


def test_an_unknown_rule_set_is_an_error_and_never_on_time():
    told = Story().received(MONDAY, rule_set="nd-999-2099")
    row = Row(told.id)

    assert hear(row, *told.events, told.resolved(vn("2026-03-03 08:00")).events[-1]) == [
        "DeadlineUncomputable"
    ]
    assert (row.why, row.outcome) == ("unknown_rule_set", None)


@settings(deadline=None, max_examples=40)
@given(st.randoms(use_true_random=False), st.lists(st.integers(1, 4), min_size=1, max_size=12))
def test_any_batches_end_where_one_batch_ends(chance, sizes):
    told = (
        story().asked(vn("2026-03-03 08:00")).provided(vn("2026-03-05 08:00")).paying(vn("2026-03-06 08:00"))
    )
    told.paid(vn("2026-03-09 08:00")).resolved(vn("2026-03-11 08:00"))
    whole, parts, events = Row(told.id), Row(told.id), list(told.events)
    hear(whole, *events)
    chance.shuffle(events)
    revisions = 0
    for size in [*sizes, len(events)]:
        batch, events = events[:size], events[size:]
        revisions += len(hear(parts, *batch))

    assert said(parts) == said(whole)
    assert (parts.holder, parts.holder_since) == (whole.holder, whole.holder_since)
    assert parts.revision == parts.seq == revisions


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 60 * 24 * 14))
def test_a_running_clock_shows_late_from_its_moment_on_and_not_before(minutes):
    told = story()
    row, now = Row(told.id), MONDAY + timedelta(minutes=minutes)
    hear(row, *told.events, now=now)

    assert row.state == ClockState.RUNNING
    assert row.late_since == row.late_at
    assert not row.overdue
