"""A calendar decision moves every open clock it touches, and only those."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from contracts import sla
from contracts.catalogue import DayKind, DurationUnit, TimeLimit
from law.moments import to_moment
from libs.db import transaction
from services.sla.handlers import recompute
from services.sla.handlers.hear import Hearing
from services.sla.store import calendar_moves, recomputes
from tests.integration.sla.conftest import Clocks, of_kind
from tests.unit.services.sla.makers import COMMUNE, OTHER, PROVINCE, Story, decision, procedure, vn

MONDAY = vn("2026-03-02 08:00")
NOON = vn("2026-03-04 12:00")
LATER = NOON + timedelta(seconds=61)
STORM = decision("VN.STORM", {date(2026, 3, 6): DayKind.CLOSED})
FLOOD = decision("VN.FLOOD", {date(2026, 3, 5): DayKind.CLOSED})
BOTH = [
    ("VN.STORM", vn("2026-03-09 17:00"), vn("2026-03-10 17:00")),
    ("VN.FLOOD", vn("2026-03-10 17:00"), vn("2026-03-11 17:00")),
]


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


@pytest.mark.parametrize("began", [timedelta(seconds=1), timedelta(seconds=-30)], ids=["after", "before"])
async def test_what_a_batch_under_way_judged_by_the_old_days_is_caught_a_minute_later(
    clocks: Clocks, began: timedelta
):
    before = clocks.runtime.catalogue
    await clocks.know(STORM)
    await clocks.recompute(NOON)
    clocks.pipe = replace(clocks.pipe, handler=Hearing(lambda: before, lambda: NOON + began))
    late = Story().received(MONDAY)
    await clocks.tell(late)

    await clocks.recompute(LATER)

    assert (await clocks.row(late))["due_current"] == vn("2026-03-10 17:00")


@pytest.mark.parametrize("later", [NOON, LATER], ids=["under way", "done"])
async def test_a_worker_a_second_behind_takes_no_deadline_back(clocks: Clocks, later: datetime):
    story, before = Story().received(MONDAY).leg(MONDAY), clocks.runtime.catalogue
    await clocks.tell(story)
    await clocks.forget()
    await clocks.know(STORM)
    await clocks.recompute(NOON)
    await clocks.recompute(later)

    clocks.pipe = replace(clocks.pipe, handler=Hearing(lambda: before, lambda: NOON))
    await clocks.hear(story.sent(NOON, COMMUNE, PROVINCE).events[-1])
    await clocks.recompute(LATER)

    row = await clocks.row(story)
    assert (row["due_current"], row["changed_at"]) == (vn("2026-03-10 17:00"), NOON)
    assert await clocks.names(story) == ["DeadlineMoved"]
    (move,) = await calendar_moves.of_dossier(clocks.pool, story.id)
    assert move["due_after"] == vn("2026-03-10 17:00")


async def test_a_clockwork_a_second_behind_moves_by_the_decision_all_the_same(clocks: Clocks):
    story, before = Story().received(MONDAY), clocks.rulebook
    await clocks.tell(story)
    await clocks.know(STORM)
    await recompute.schedule(clocks.pool, clocks.runtime.catalogue, NOON)

    await recompute.recompute_chunk(clocks.pool, before, now=NOON, size=100)

    assert (await clocks.row(story))["due_current"] == vn("2026-03-10 17:00")


class TestTwoDecisionsAtOnce:
    async def begun(self, clocks: Clocks) -> Story:
        """A dossier that both will move; the second is published before the first has moved anything."""
        story = Story().received(MONDAY)
        await clocks.tell(story)
        await clocks.forget()
        for each in (STORM, FLOOD):
            await clocks.know(each)
            await recompute.schedule(clocks.pool, clocks.runtime.catalogue, NOON)
        return story

    async def moves(self, clocks: Clocks, story: Story) -> list[tuple[str, datetime, datetime]]:
        said = of_kind(await clocks.said(), sla.DeadlineMoved)
        told = [(e.data.calendar_decision.code, e.data.due_before, e.data.due_current) for e in said]
        assert await self.moves_of(clocks, story) == told
        return told

    async def test_each_move_names_the_decision_that_made_it(self, clocks: Clocks):
        story = await self.begun(clocks)

        await clocks.recompute(NOON)
        await clocks.recompute(LATER)

        assert await self.moves(clocks, story) == BOTH

    async def test_a_fact_that_overtakes_both_is_preceded_by_both_moves(self, clocks: Clocks):
        story = await self.begun(clocks)

        clocks.now = NOON
        await clocks.hear(*story.leg(MONDAY).paying(vn("2026-03-04 10:00")).events[1:])
        await clocks.recompute(NOON)
        await clocks.recompute(LATER)

        assert await self.moves(clocks, story) == BOTH
        assert (await clocks.names(story))[-1] == "ClockPaused"

    async def test_what_the_first_had_not_reached_yet_is_moved_by_the_first_first(self, clocks: Clocks):
        before = clocks.runtime.catalogue
        await self.begun(clocks)
        await recompute.recompute_chunk(
            clocks.pool, clocks.rulebook, now=NOON, size=100
        )  # the first decision's
        clocks.pipe = replace(clocks.pipe, handler=Hearing(lambda: before, lambda: NOON))
        await clocks.tell(late := Story(2).received(MONDAY))

        await clocks.recompute(NOON)
        await clocks.recompute(LATER)

        assert await self.moves_of(clocks, late) == BOTH

    async def moves_of(self, clocks: Clocks, story: Story) -> list[tuple[str, datetime, datetime]]:
        kept = await calendar_moves.of_dossier(clocks.pool, story.id)
        return [(m["decision"], m["due_before"], m["due_after"]) for m in kept]

    async def test_the_second_waits_until_the_first_has_seen_everything(self, clocks: Clocks):
        await self.begun(clocks)
        async with transaction(clocks.pool) as conn:  # another process is at the first
            assert (await recomputes.next_lane(conn, NOON)).change.code == "VN.STORM"

            assert not await recompute.recompute_chunk(clocks.pool, clocks.rulebook, now=NOON, size=100)


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


async def touched_by(clocks: Clocks) -> int:
    seen: int = await clocks.pool.fetchval("SELECT coalesce(sum(seen), 0)::int FROM recompute_lane")
    return seen


async def test_it_looks_only_at_open_and_paused_dossiers_a_day_may_concern(clocks: Clocks):
    concerned = [
        Story(1).received(MONDAY),  # due on 9 March
        Story(2).received(MONDAY).leg(MONDAY).paying(vn("2026-03-03 09:00")),  # paused
        Story(3).received(
            vn("2026-02-23 08:00")
        ),  # due on 2 March, late: told on the 5th day after it, 9 March
    ]
    others = [
        Story(4).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-03 09:00")),  # ended
        Story(5).received(vn("2026-03-07 08:00")),  # received after the day
        Story(6).received(vn("2026-01-05 08:00")),  # late since January, every rung lies before the day
        Story(7).received(MONDAY, competent_unit=OTHER, receiving_unit=OTHER),  # another province
    ]
    await clocks.tell(*concerned, *others)
    before = {story.id: dict(await clocks.row(story)) for story in others}

    await clocks.know(decision("P01.STORM", {date(2026, 3, 6): DayKind.CLOSED}, "P01"))
    await clocks.recompute(NOON)

    assert await touched_by(clocks) == len(concerned)
    assert {story.id: dict(await clocks.row(story)) for story in others} == before
    moved = await clocks.pool.fetch("SELECT dossier FROM deadline_move")
    assert {row["dossier"] for row in moved} == {concerned[0].id, concerned[1].id}
    told = {rung: tick for rung, tick, *_ in (await clocks.row(concerned[2]))["ladder"]}
    assert to_moment(told["overdue_5"]) == vn("2026-03-10 07:00")


async def test_every_open_dossier_it_concerns_is_reached_whatever_the_chunk(clocks: Clocks):
    stories = [Story(each).received(MONDAY) for each in range(1, 30)]
    await clocks.tell(*stories)
    await clocks.forget()
    await clocks.know(decision("VN.STORM", {date(2026, 3, 6): DayKind.CLOSED}))
    await recompute.schedule(clocks.pool, clocks.runtime.catalogue, NOON)

    while await recompute.recompute_chunk(clocks.pool, clocks.rulebook, now=NOON, size=4):
        pass

    moved = [event.subject for event in of_kind(await clocks.said(), sla.DeadlineMoved)]
    assert sorted(moved) == sorted(story.id for story in stories)


async def test_lanes_part_the_dossiers_and_meet_nowhere(clocks: Clocks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recompute, "LEAST", 10)
    stories = [Story(each).received(MONDAY) for each in range(1, 32)]
    await clocks.tell(*stories)
    await clocks.know(decision("VN.STORM", {date(2026, 3, 6): DayKind.CLOSED}))

    await clocks.recompute(NOON)

    lanes = await clocks.pool.fetch("SELECT seen, moved FROM recompute_lane WHERE pass = 1 ORDER BY lane")
    assert [lane["seen"] for lane in lanes] == [lane["moved"] for lane in lanes]
    assert sorted(lane["seen"] for lane in lanes) == [15, 16]


async def test_a_fact_that_overtakes_the_recomputation_does_not_swallow_the_move(clocks: Clocks):
    story = Story().received(MONDAY)
    await clocks.tell(story)
    await clocks.forget()
    await clocks.know(decision("VN.STORM", {date(2026, 3, 6): DayKind.CLOSED}))

    clocks.now = NOON
    heard = len(story.events)
    await clocks.hear(*story.leg(MONDAY).paying(vn("2026-03-04 10:00")).events[heard:])
    await clocks.recompute(NOON)
    await clocks.recompute(LATER)

    assert await clocks.names(story) == ["DeadlineMoved", "ClockPaused"]
    (move,) = await calendar_moves.of_dossier(clocks.pool, story.id)
    assert (move["decision"], move["due_before"]) == ("VN.STORM", vn("2026-03-09 17:00"))
    assert move["due_after"] == vn("2026-03-10 17:00")


async def test_recomputed_again_a_minute_later_are_only_those_that_changed_meanwhile(clocks: Clocks):
    stories = [Story(each).received(MONDAY) for each in range(1, 6)]
    await clocks.tell(*stories)
    await clocks.know(decision("VN.STORM", {date(2026, 3, 6): DayKind.CLOSED}))
    await clocks.recompute(NOON)

    await clocks.recompute(LATER)

    seen = await clocks.pool.fetch("SELECT pass, seen FROM recompute_lane ORDER BY pass")
    assert [tuple(row) for row in seen] == [(1, 5), (2, 0)]
