"""Rungs told at their moment, each once, whatever crashes or comes again."""

import asyncio
import re
from datetime import datetime, timedelta

import pytest

from contracts import sla
from libs import outbox
from libs.db import transaction
from services.sla.handlers.ring import Horizon, Rang, tell
from services.sla.store import alarms
from tests.integration.sla.conftest import Clocks, of_kind
from tests.unit.services.sla.makers import Story, vn

MONDAY = vn("2026-03-02 08:00")
LATE = vn("2026-03-10 00:00")


def rungs(events: list[object]) -> list[str]:
    return [event.data.rung.value for event in of_kind(events, sla.SlaEvent) if hasattr(event.data, "rung")]  # type: ignore[attr-defined, arg-type]


async def to_the_end(clocks: Clocks, until: datetime) -> None:
    """Sweep at every moment at which something rings."""
    while (moment := await alarms.next_moment(clocks.pool)) is not None and moment <= until:
        await clocks.sweep(moment)


async def test_the_ladder_is_told_rung_by_rung(clocks: Clocks):
    await clocks.tell(Story().received(MONDAY))

    await to_the_end(clocks, vn("2026-04-01 08:00"))

    said = await clocks.said()
    assert rungs(said) == ["two_days", "half", "one_day", "today", "overdue", "overdue_5", "overdue_10"]
    (overdue, *_) = of_kind(said, sla.Overdue)
    assert (overdue.time, overdue.data.overdue) == (LATE, True)
    assert [event.dossierseq for event in said] == list(range(1, 9))


async def test_due_soon_rungs_wait_for_working_time_and_overdue_does_not(clocks: Clocks):
    await clocks.tell(Story().received(MONDAY))

    await to_the_end(clocks, vn("2026-03-11 08:00"))

    times = {
        event.data.rung.value: event.time for event in await clocks.said() if hasattr(event.data, "rung")
    }
    assert times["today"] == vn("2026-03-09 07:00")
    assert times["overdue"] == LATE


async def test_nothing_rings_before_its_moment(clocks: Clocks):
    await clocks.tell(Story().received(MONDAY))
    await to_the_end(clocks, vn("2026-03-09 20:00"))
    await clocks.forget()

    assert (await clocks.sweep(LATE - timedelta(microseconds=1))).dossiers == 0
    assert (await clocks.sweep(LATE)).dossiers == 1
    assert (await clocks.sweep(LATE + timedelta(hours=1))).dossiers == 0


async def test_a_rung_waits_until_our_inputs_are_applied_up_to_its_moment(clocks: Clocks):
    await clocks.tell(Story().received(MONDAY))
    await to_the_end(clocks, vn("2026-03-09 20:00"))
    late = LATE + timedelta(seconds=30)

    assert (await clocks.sweep(late, sure=LATE - timedelta(seconds=1))).dossiers == 0

    rang = await clocks.sweep(late, sure=LATE)
    assert (rang.dossiers, rang.provisional) == (1, 0)


async def test_after_a_minute_without_proof_a_rung_is_provisional(clocks: Clocks):
    await clocks.tell(Story().received(MONDAY))
    await to_the_end(clocks, vn("2026-03-09 20:00"))

    rang = await clocks.sweep(LATE + timedelta(seconds=61), sure=LATE - timedelta(seconds=1))

    (event,) = rang.events
    assert (rang.provisional, event.data.provisional) == (1, True)


async def test_of_missed_due_soon_rungs_only_the_last_is_told(clocks: Clocks):
    await clocks.tell(Story().received(MONDAY))

    await clocks.sweep(vn("2026-03-09 14:00"))

    assert rungs(await clocks.said()) == ["today"]


async def test_a_notice_that_is_found_at_lunch_is_told_when_work_begins_again(clocks: Clocks):
    story = Story().received(MONDAY)
    await clocks.tell(story)

    await clocks.sweep(vn("2026-03-09 12:00"))
    assert rungs(await clocks.said()) == []
    assert (await clocks.row(story))["next_rung_at"] == vn("2026-03-09 13:30")
    await clocks.sweep(vn("2026-03-09 13:30"))

    (event,) = of_kind(await clocks.said(), sla.DueSoon)
    assert (event.data.rung, event.time) == ("today", vn("2026-03-09 13:30"))


async def test_a_paused_dossier_never_rings(clocks: Clocks):
    story = Story().received(MONDAY).leg(MONDAY).paying(vn("2026-03-03 08:00"))
    await clocks.tell(story)

    await to_the_end(clocks, vn("2026-06-01 08:00"))

    assert rungs(await clocks.said()) == []
    assert not (await clocks.row(story))["overdue"]


async def test_an_unanswered_supplement_expires_once(clocks: Clocks):
    story = Story().received(MONDAY).leg(MONDAY).asked(vn("2026-03-03 08:00"))
    await clocks.tell(story)

    await to_the_end(clocks, vn("2026-06-01 08:00"))
    await clocks.sweep(vn("2026-06-02 08:00"))

    (expired,) = of_kind(await clocks.said(), sla.WaitExpired)
    assert (expired.time, expired.data.follow_up) == (vn("2026-03-19 00:00"), "close")
    assert expired.data.ground == "ND-118-2025/19.5"


async def test_a_moved_deadline_rings_again_after_saying_why(clocks: Clocks):
    story = Story().received(MONDAY).leg(MONDAY)
    await clocks.tell(story)
    await to_the_end(clocks, vn("2026-03-06 12:00"))
    await clocks.hear(story.extended(vn("2026-03-06 13:00"), vn("2026-03-20 17:00")).events[-1])

    await to_the_end(clocks, vn("2026-03-23 00:00"))

    names = await clocks.names(story)
    assert names.index("DeadlineMoved") < names.index("Overdue")
    assert names.count("Overdue") == 1
    assert rungs(await clocks.said()).count("one_day") == 2
    assert rungs(await clocks.said()).count("half") == 1
    again = [event for event in of_kind(await clocks.said(), sla.DueSoon) if event.data.rung == "one_day"]
    assert [event.data.told_before for event in again] == [None, again[0].time]


async def test_a_resolution_heard_after_the_rung_takes_the_lateness_back(clocks: Clocks):
    story = Story().received(MONDAY).leg(MONDAY)
    await clocks.tell(story)
    await to_the_end(clocks, LATE)
    await clocks.hear(story.resolved(vn("2026-03-09 16:00")).events[-1])

    stopped = (await clocks.said())[-1]
    assert (stopped.name, stopped.data.outcome, stopped.data.overdue) == ("ClockStopped", "on_time", False)


async def die_in_a_sweep(clocks: Clocks) -> None:
    async with transaction(clocks.pool) as conn:
        rows = await alarms.take_due(conn, LATE, 10)
        done = Rang()
        for row in rows:
            tell(row, Horizon(sure=LATE, until=LATE), LATE, done, lambda _, tick: tick)
        await alarms.save_told(conn, rows)
        await outbox.put(conn, done.events)
        raise ZeroDivisionError


async def test_a_sweep_that_dies_before_its_commit_is_done_again_once(clocks: Clocks):
    await clocks.tell(*(Story(number).received(MONDAY) for number in range(5)))
    await clocks.forget()
    await clocks.caught_up(LATE)

    with pytest.raises(ZeroDivisionError):
        await die_in_a_sweep(clocks)

    assert await clocks.said() == []
    assert (await clocks.sweep(LATE)).dossiers == 5
    assert (await clocks.sweep(LATE)).dossiers == 0


async def test_clockworks_side_by_side_share_the_work_and_tell_nothing_twice(clocks: Clocks):
    await clocks.tell(*(Story(number).received(MONDAY) for number in range(300)))
    await clocks.forget()
    await clocks.caught_up(LATE)

    done = await asyncio.gather(*(clocks.ring(LATE, limit=100) for _ in range(6)))

    assert sum(rang.dossiers for rang in done) == 300
    overdue = of_kind(await clocks.said(), sla.Overdue)
    assert len({event.subject for event in overdue}) == len(overdue) == 300


async def test_the_sweep_is_served_by_its_index(clocks: Clocks):
    await clocks.tell(*(Story(number).received(MONDAY) for number in range(3000)))
    await clocks.pool.execute("ANALYZE dossier")

    plan = await clocks.pool.fetch("EXPLAIN " + alarms.DUE, LATE, 1000)
    nearest = await clocks.pool.fetch("EXPLAIN " + alarms.NEXT)

    assert "dossier_alarm" in str(plan)
    assert "dossier_alarm" in str(nearest)
    assert "Seq Scan" not in str(plan)


async def pages_of_a_sweep(clocks: Clocks, due: int) -> int:
    """How many pages PostgreSQL looks at to find `due` dossiers, by its own account."""
    lines = await clocks.pool.fetch("EXPLAIN (ANALYZE, BUFFERS) " + alarms.DUE, LATE, due)
    plan = next(line["QUERY PLAN"] for line in lines if "Buffers: shared" in line["QUERY PLAN"])
    return sum(int(number) for number in re.findall(r"(?:hit|read)=(\d+)", plan))


async def test_a_sweep_looks_at_no_more_pages_among_ten_times_as_many_dossiers(clocks: Clocks):
    await clocks.tell(*(Story(number).received(MONDAY) for number in range(50)))
    ahead = "INSERT INTO dossier SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(),"
    ahead += " 'next_rung_at', d.next_rung_at + make_interval(days => 30)))).* FROM dossier d,"
    ahead += " generate_series(1, $1::int) WHERE d.next_rung_at < $2"
    await clocks.pool.execute(ahead, 8, LATE)
    await clocks.pool.execute("VACUUM (ANALYZE) dossier")
    few = await pages_of_a_sweep(clocks, 50)

    await clocks.pool.execute(ahead, 72, LATE)
    await clocks.pool.execute("VACUUM (ANALYZE) dossier")

    assert await pages_of_a_sweep(clocks, 50) <= 1.2 * few + 5
