"""Facts heard, folded and said, a batch at a time, on real PostgreSQL."""

from contracts import sla
from tests.integration.sla.conftest import Clocks, of_kind
from tests.unit.services.sla.makers import COMMUNE, PROVINCE, Story, vn

MONDAY = vn("2026-03-02 08:00")


async def test_a_reception_starts_a_clock(clocks: Clocks):
    story = Story().received(MONDAY)

    await clocks.tell(story)

    (started,) = await clocks.said()
    assert isinstance(started, sla.ClockStarted)
    assert (started.subject, started.dossierseq, started.time) == (story.id, 1, MONDAY)
    assert started.data.due_current == vn("2026-03-09 17:00")
    assert started.data.late_at == vn("2026-03-10 00:00")
    assert started.data.state == "running"


async def test_received_and_resolved_in_one_batch_says_only_the_result(clocks: Clocks):
    story = Story().received(MONDAY).leg(MONDAY)
    story.asked(vn("2026-03-03 08:00")).provided(vn("2026-03-04 08:00")).resolved(vn("2026-03-06 09:00"))

    await clocks.tell(story)

    said = await clocks.said()
    assert [event.name for event in said] == ["ClockStarted", "ClockStopped"]
    assert [event.data.revision for event in said] == [1, 2]
    assert said[1].data.outcome == "early"
    assert said[0].data.state == "running"


async def test_a_supplement_pauses_and_then_restarts(clocks: Clocks):
    story = Story().received(MONDAY)
    await clocks.tell(story)
    for step in (Story.asked, Story.provided):
        step(story, vn("2026-03-04 08:00") if step is Story.asked else vn("2026-03-11 08:00"))
        await clocks.hear(story.events[-1])

    said = await clocks.said()
    assert [event.name for event in said] == ["ClockStarted", "ClockPaused", "ClockRestarted"]
    assert said[1].data.reason == "missing_paper"
    assert said[1].data.late_at is None
    assert said[2].data.due_current == vn("2026-03-18 17:00")
    assert said[2].data.due_original == vn("2026-03-09 17:00")


async def test_a_payment_moves_the_deadline_by_the_wait(clocks: Clocks):
    story = Story().received(MONDAY)
    await clocks.tell(story)
    await clocks.hear(story.paying(vn("2026-03-04 07:00")).events[-1])
    await clocks.hear(story.paid(vn("2026-03-06 07:00")).events[-1])

    said = await clocks.said()
    assert [event.name for event in said] == ["ClockStarted", "ClockPaused", "ClockResumed"]
    assert said[2].time == vn("2026-03-06 07:00")
    assert said[2].data.due_current == vn("2026-03-11 17:00")


async def test_an_extension_moves_the_deadline_and_says_why(clocks: Clocks):
    story = Story().received(MONDAY)
    await clocks.tell(story)
    await clocks.hear(story.extended(vn("2026-03-05 08:00"), vn("2026-03-16 17:00")).events[-1])

    moved = (await clocks.said())[-1]
    assert isinstance(moved, sla.DeadlineMoved)
    assert (moved.data.why, moved.data.due_before) == ("extension", vn("2026-03-09 17:00"))
    assert moved.data.due_current == vn("2026-03-16 17:00")
    assert moved.data.extended


async def test_routing_first_is_facts_without_a_head_and_no_error(clocks: Clocks):
    story = Story().received(MONDAY).leg(MONDAY).resolved(vn("2026-03-06 09:00"))
    received, *later = story.events

    await clocks.hear(*later)
    assert await clocks.said() == []
    assert (await clocks.row(story))["state"] is None

    await clocks.hear(received)
    assert await clocks.names() == ["ClockStarted", "ClockStopped"]


async def test_a_late_fact_revises_what_was_said(clocks: Clocks):
    story = (
        Story()
        .received(MONDAY)
        .leg(MONDAY)
        .resolved(vn("2026-03-12 09:00"))
        .withdrawn(vn("2026-03-05 09:00"))
    )
    *first, late = story.events

    await clocks.hear(*first)
    await clocks.hear(late)

    said = await clocks.said()
    assert [event.name for event in said] == ["ClockStarted", "ClockStopped", "ClockRevised"]
    assert (said[1].data.outcome, said[2].data.outcome) == ("late", "early")
    assert (await clocks.row(story))["ignored"] == 1


async def test_a_procedure_without_a_limit_is_on_the_error_list(clocks: Clocks):
    story = Story().received(MONDAY, "1.000003")

    await clocks.tell(story)

    (event,) = of_kind(await clocks.said(), sla.DeadlineUncomputable)
    assert event.data.why == "no_limit"
    assert (await clocks.row(story))["next_rung_at"] is None


async def test_a_declared_deadline_rules_where_the_catalogue_lacks_the_procedure(clocks: Clocks):
    story = Story().received(
        MONDAY, "7.777777", procedure_version=None, declared_due_at=vn("2026-03-20 17:00")
    )

    await clocks.tell(story)

    row = await clocks.row(story)
    assert (row["due_current"], row["late_at"]) == (vn("2026-03-20 17:00"), vn("2026-03-21 00:00"))


async def test_an_unknown_procedure_version_waits_for_the_catalogue(clocks: Clocks):
    story = Story().received(MONDAY, "7.777777")

    done = await clocks.tell(story)

    assert (done.applied, done.parked) == (0, 1)


async def test_who_holds_it_follows_custody(clocks: Clocks):
    story = Story().received(MONDAY).leg(MONDAY, PROVINCE)
    story.sent(vn("2026-03-02 09:00"), COMMUNE, PROVINCE)
    await clocks.tell(story)
    under_way = await clocks.row(story)
    await clocks.hear(story.arrived(vn("2026-03-02 15:00"), PROVINCE).events[-1])
    there = await clocks.row(story)

    assert under_way["holder"] == COMMUNE
    assert (there["holder"], there["holder_since"]) == (PROVINCE, vn("2026-03-02 15:00"))


async def test_hearing_the_same_again_changes_nothing(clocks: Clocks):
    story = Story().received(MONDAY).leg(MONDAY).resolved(vn("2026-03-06 09:00"))
    await clocks.tell(story)
    before, said = await clocks.standing(), len(await clocks.said())

    done = await clocks.tell(story)

    assert done.dropped == 3
    assert (await clocks.standing(), len(await clocks.said())) == (before, said)
