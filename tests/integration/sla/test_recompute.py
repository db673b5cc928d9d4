"""A calendar decision moves every open clock it touches, and only those."""

from dataclasses import replace
from datetime import date, timedelta

from contracts import sla
from contracts.catalogue import DayKind, DurationUnit, TimeLimit
from services.sla.handlers import recompute
from services.sla.handlers.hear import Hearing
from tests.integration.sla.conftest import Clocks, of_kind
from tests.unit.services.sla.makers import COMMUNE, OTHER, Story, decision, procedure, vn

MONDAY = vn("2026-03-02 08:00")
NOON = vn("2026-03-04 12:00")
LATER = NOON + timedelta(seconds=61)


async def test_a_day_off_moves_open_clocks_and_says_both_dates(clocks: Clocks):
    story, closed, paused = Story(1).received(MONDAY), Story(2).received(MONDAY), Story(3).received(MONDAY)
    closed.leg(MONDAY).resolved(vn("2026-03-03 09:00"))
    paused.leg(MONDAY).paying(vn("2026-03-03 09:00"))
    await clocks.tell(story, closed, paused)
    await clocks.forget()

    await clocks.know(decision("VN.STORM", {date(2026, 3, 6): DayKind.CLOSED}))
    await clocks.recompute(NOON)

    said = await clocks.said()
    moved = {event.subject: event.data for event in of_kind(said, sla.DeadlineMoved)}
    assert set(moved) == {story.id, paused.id}
    assert moved[story.id].why == "calendar"
    assert moved[story.id].due_before == vn("2026-03-09 17:00")
    assert moved[story.id].due_current == vn("2026-03-10 17:00")
    assert len(said) == 2


async def test_a_units_decision_moves_only_its_subtree(clocks: Clocks):
    here, there = (
        Story(1).received(MONDAY),
        Story(2).received(MONDAY, competent_unit=OTHER, receiving_unit=OTHER),
    )
    await clocks.tell(here, there)
    await clocks.forget()

    await clocks.know(decision("P01.STORM", {date(2026, 3, 6): DayKind.CLOSED}, "P01"))
    await clocks.recompute(NOON)

    (event,) = await clocks.said()
    assert event.subject == here.id


async def test_a_withdrawn_decision_moves_them_back(clocks: Clocks):
    story = Story().received(MONDAY)
    await clocks.tell(story)
    days = {date(2026, 3, 6): DayKind.CLOSED}
    await clocks.know(decision("VN.STORM", days))
    await clocks.recompute(NOON)
    before = (await clocks.row(story))["calendar_version"]
    await clocks.forget()

    await clocks.know(decision("VN.STORM", days, version=2, withdrawn=True))
    await clocks.recompute(LATER)

    (event,) = await clocks.said()
    assert event.data.calendar_version > before
    assert event.data.due_current == vn("2026-03-09 17:00")


async def test_a_decision_that_changes_nothing_says_nothing(clocks: Clocks):
    await clocks.tell(Story().received(MONDAY))
    await clocks.forget()

    await clocks.know(decision("VN.FAR", {date(2026, 9, 1): DayKind.CLOSED}))
    await clocks.recompute(NOON)
    await clocks.recompute(LATER)

    assert await clocks.said() == []
    assert await clocks.pool.fetchval("SELECT count(*) FROM recompute WHERE done_at IS NOT NULL") == 1


async def test_what_a_batch_under_way_judged_by_the_old_days_is_caught_a_minute_later(clocks: Clocks):
    before = clocks.runtime.catalogue
    await clocks.know(decision("VN.STORM", {date(2026, 3, 6): DayKind.CLOSED}))
    await clocks.recompute(NOON - timedelta(seconds=1))
    clocks.pipe = replace(clocks.pipe, handler=Hearing(lambda: before, lambda: NOON))
    late = Story().received(MONDAY)
    await clocks.tell(late)

    await clocks.recompute(LATER)

    assert (await clocks.row(late))["due_current"] == vn("2026-03-10 17:00")


async def test_errors_are_retried_once_the_catalogue_is_mended(clocks: Clocks):
    await clocks.tell(*(Story(number).received(MONDAY, "1.000003") for number in range(5)))
    await clocks.forget()
    await recompute.retry_errors(clocks.pool, clocks.rulebook, now=NOON, size=2)
    assert await clocks.said() == []

    await clocks.know(procedure("1.000003", TimeLimit(amount=5, unit=DurationUnit.WORKING_DAY)))
    await recompute.retry_errors(clocks.pool, clocks.rulebook, now=NOON, size=2)

    assert await clocks.names() == ["ClockRevised"] * 5


async def test_alarms_follow_the_moved_deadline(clocks: Clocks):
    story = Story().received(MONDAY, competent_unit=COMMUNE)
    await clocks.tell(story)
    await clocks.know(decision("VN.STORM", {date(2026, 3, 6): DayKind.CLOSED}))
    await clocks.recompute(NOON)
    await clocks.forget()

    await clocks.sweep(vn("2026-03-10 00:00"))
    assert of_kind(await clocks.said(), sla.Overdue) == []

    await clocks.sweep(vn("2026-03-11 00:00"))
    assert len(of_kind(await clocks.said(), sla.Overdue)) == 1
