"""An import's dossiers are armed in silence once both topics were heard up to the barrier."""

from uuid import UUID

import pytest

from contracts import intake, routing, sla
from contracts.codes import Origin
from contracts.intake import StepKind
from libs.db import transaction
from services.sla.handlers import arm
from services.sla.handlers.hear import hash_of
from services.sla.store import imports
from tests.integration.sla.conftest import PARTS, Clocks, of_kind
from tests.unit.services.sla.makers import Story, barrier, vn

BATCH = UUID("5b2f6a3e-6f4f-4d5e-9d7a-000000000001")
NOW = vn("2026-06-01 12:00")
RECEIVED = vn("2026-03-02 08:00")


def imported(number: int) -> Story:
    return Story(number).received(RECEIVED, origin=Origin.IMPORT, batch=BATCH)


def part_of(story: Story) -> int:
    return hash_of(story.id) % PARTS


def gates(part: int) -> list:
    return [
        barrier(intake.ImportEnded, BATCH, part, NOW),
        barrier(routing.ImportRouted, BATCH, part, NOW),
    ]


@pytest.fixture
def old(clocks: Clocks) -> Clocks:
    clocks.now = NOW
    return clocks


async def test_nothing_rings_before_the_barrier(old: Clocks):
    story = imported(1)
    await old.tell(story)

    assert (await old.sweep(NOW)).dossiers == 0
    row = await old.row(story)
    assert (row["armed"], row["late_since"], row["overdue"]) == (False, None, False)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_barrier_arms_in_silence_but_says_who_is_late(old: Clocks, order: tuple[int, int]):
    story = imported(1)
    both = gates(part_of(story))
    await old.tell(story)
    await old.forget()

    await old.hear(both[order[0]])
    assert await old.said() == []

    await old.hear(both[order[1]])
    revised, timed = await old.said()
    assert (revised.name, revised.data.overdue, revised.data.late_at) == (
        "ClockRevised",
        True,
        vn("2026-03-10 00:00"),
    )
    assert isinstance(timed, sla.ImportTimed)
    assert (timed.subject, timed.dossierseq, timed.data.partition) == (both[0].subject, 1, part_of(story))
    partition = await old.pool.fetchval("SELECT partition FROM outbox ORDER BY id DESC LIMIT 1")
    assert partition == part_of(story)
    assert (await old.sweep(NOW)).dossiers == 0


async def test_everybody_sees_that_a_partition_is_being_armed_until_it_is_committed(old: Clocks):
    story = imported(1)
    await old.tell(story)
    assert not await imports.is_arming(old.pool)

    async with transaction(old.pool) as conn:
        for gate in gates(part_of(story)):
            await arm.pass_barrier(conn, gate, old.rulebook, NOW)
        assert await imports.is_arming(old.pool)

    assert not await imports.is_arming(old.pool)
    assert (await old.row(story))["armed"]


async def test_facts_and_barriers_in_one_batch_are_armed_too(old: Clocks):
    story = imported(1).leg(RECEIVED).resolved(vn("2026-03-20 08:00"))

    await old.hear(*gates(part_of(story)), *story.events)

    assert await old.names() == ["ClockStarted", "ClockStopped", "ImportTimed"]
    row = await old.row(story)
    assert (row["armed"], row["outcome"], row["late_since"]) == (True, "late", vn("2026-03-10 00:00"))


async def test_only_the_barriers_own_partition_is_armed(old: Clocks):
    stories = [imported(number) for number in range(60)]
    await old.tell(*stories)
    part = part_of(stories[0])

    await old.hear(*gates(part))

    armed = {record["id"] for record in await old.pool.fetch("SELECT id FROM dossier WHERE armed")}
    assert armed == {story.id for story in stories if part_of(story) == part}


async def test_a_barrier_again_does_nothing(old: Clocks):
    story = imported(1)
    await old.tell(story)
    await old.hear(*gates(part_of(story)))
    said = len(await old.said())

    await old.hear(*gates(part_of(story)))

    assert len(await old.said()) == said


async def test_a_dossier_that_waited_for_the_catalogue_is_armed_in_silence_when_it_comes(old: Clocks):
    story = imported(1)
    await old.hear(*gates(part_of(story)))
    await old.forget()

    await old.tell(story)

    assert await old.names() == ["ClockStarted", "ClockRevised"]
    row = await old.row(story)
    assert (row["armed"], row["overdue"]) == (True, True)
    assert (await old.sweep(NOW)).dossiers == 0


async def test_rungs_that_lie_ahead_still_ring(old: Clocks):
    old.now = vn("2026-03-09 12:00")
    story = imported(1)
    await old.tell(story)
    await old.hear(*gates(part_of(story)))
    await old.forget()

    await old.sweep(vn("2026-03-10 00:00"))

    assert [event.data.rung for event in of_kind(await old.said(), sla.Overdue)] == ["overdue"]


async def test_the_steps_of_a_legacy_register_move_the_clock(old: Clocks):
    story = imported(1).leg(RECEIVED).paying(vn("2026-03-04 08:00"))
    story.history(RECEIVED, BATCH, (vn("2026-03-06 08:00"), StepKind.PAYMENT_MADE))
    story.resolved(vn("2026-03-11 09:00"))

    await old.tell(story)

    row = await old.row(story)
    assert (row["due_current"], row["outcome"]) == (vn("2026-03-11 17:00"), "on_time")
