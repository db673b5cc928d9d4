"""Whatever the order of the topics, the batches and the repeats: the same standing in the end."""

import random
from uuid import UUID, uuid5

import pytest

from contracts.envelope import DossierEvent
from libs.stream import apply_batch
from tests.integration.sla.conftest import TABLES, Clocks
from tests.unit.services.sla.makers import COMMUNE, PROVINCE, Story, vn

MONDAY = vn("2026-03-02 08:00")
SPACE = UUID("5b2f6a3e-6f4f-4d5e-9d7a-000000000002")


def stories() -> list[Story]:
    """Every kind of life a dossier can have."""

    def story(number: int) -> Story:
        return Story(number, uuid5(SPACE, str(number))).received(MONDAY).leg(MONDAY, PROVINCE)

    return [
        story(1),
        story(2).resolved(vn("2026-03-06 09:00")),
        story(3)
        .asked(vn("2026-03-04 08:00"))
        .provided(vn("2026-03-10 08:00"))
        .resolved(vn("2026-03-12 08:00")),
        story(4).paying(vn("2026-03-04 08:00")).paid(vn("2026-03-05 08:00")),
        story(5).extended(vn("2026-03-05 08:00"), vn("2026-03-20 17:00")),
        story(6).sent(vn("2026-03-02 09:00"), COMMUNE, PROVINCE).arrived(vn("2026-03-02 10:00"), PROVINCE),
        story(7).resolved(vn("2026-03-12 09:00")).withdrawn(vn("2026-03-11 09:00")),
        story(8).asked(vn("2026-03-04 08:00")),
    ]


def interleaved(chance: random.Random) -> list[DossierEvent]:
    """Each dossier's and emitter's events in their order, all of them mixed, some told twice."""
    queues: list[list[DossierEvent]] = []
    for story in stories():
        for emitter in ("intake", "routing"):
            queues += [[event for event in story.events if emitter == event.EMITTER]]
    mixed = []
    while queues := [queue for queue in queues if queue]:
        queue = chance.choice(queues)
        event = queue[0] if chance.random() < 0.2 else queue.pop(0)
        mixed.append(event)
    return mixed


def seeded(number: int) -> random.Random:
    return random.Random(number)


async def run(clocks: Clocks, events: list[DossierEvent], chance: random.Random) -> list[dict]:
    await clocks.pool.execute(f"TRUNCATE {', '.join(TABLES)}")
    clocks.offsets.clear()
    await clocks.begin()
    records = [clocks.record(event) for event in events]
    at = 0
    while at < len(records):
        size = chance.randint(1, 12)
        await apply_batch(clocks.pool, clocks.pipe, records[at : at + size])
        at += size
    return await clocks.standing()


@pytest.mark.parametrize("seed", range(12))
async def test_any_interleaving_ends_in_the_same_standing(clocks: Clocks, seed: int):
    clocks.now = vn("2026-03-13 12:00")
    plain = [event for story in stories() for event in story.events]
    wanted = await run(clocks, plain, seeded(0))

    chance = seeded(seed)
    found = await run(clocks, interleaved(chance), chance)

    assert found == wanted


async def test_what_was_said_last_is_what_the_row_holds(clocks: Clocks):
    clocks.now = vn("2026-03-13 12:00")
    chance = seeded(99)
    await run(clocks, interleaved(chance), chance)

    last = {event.subject: event for event in await clocks.said()}
    for story in stories():
        row, event = await clocks.row(story), last[story.id]
        assert (row["state"], row["revision"], row["seq"]) == (
            event.data.state,
            event.data.revision,
            event.dossierseq,
        )
        assert (row["due_current"], row["outcome"]) == (event.data.due_current, event.data.outcome)
