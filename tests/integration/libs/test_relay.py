"""The relay: order per key, barriers to their partition, one at a time, another one takes over."""

import asyncio
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from contracts.topics import PARTITIONS, parse_dossier_event
from libs import outbox
from libs.db import transaction
from libs.ids import uuid7
from libs.kafka import aiokafka_args
from tests.integration.libs import toy
from tests.integration.libs.conftest import Corner


async def published(corner: Corner) -> list[tuple[int, object]]:
    """Return (partition, event) of everything the toy published, each partition in its order."""
    settings = corner.namespace.settings("sla")
    consumer = AIOKafkaConsumer(
        **aiokafka_args(settings), enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(settings.topic("routing.events"), p) for p in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found = []
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for tp, records in (await consumer.getmany(timeout_ms=500)).items():
                found += [(tp.partition, parse_dossier_event("routing.events", r.value)) for r in records]
        return found
    finally:
        await consumer.stop()


async def put(corner: Corner, events: list, partition: int | None = None) -> None:
    async with transaction(corner.pool) as conn:
        await outbox.put(conn, events, partition)


async def test_the_order_of_a_dossier_is_kept_and_a_barrier_goes_where_it_is_sent(corner: Corner):
    dossiers = [uuid7() for _ in range(40)]
    for seq in range(1, 6):
        await put(corner, [toy.claimed(d, seq) for d in dossiers])
    barriers = [toy.claimed(uuid4(), 1) for _ in range(PARTITIONS)]
    for partition, barrier in enumerate(barriers):
        await put(corner, [barrier], partition)

    corner.start("relay")
    await corner.until("SELECT count(*)::int FROM outbox", 0)

    found = await published(corner)
    where = {event.subject: partition for partition, event in found}
    assert [where[b.subject] for b in barriers] == list(range(PARTITIONS))
    ids = list(range(PARTITIONS))
    for d in dossiers:
        assert [e.dossierseq for _, e in found if e.subject == d] == [1, 2, 3, 4, 5]
        assert where[d] == DefaultPartitioner()(str(d).encode(), ids, ids)


async def test_a_second_relay_waits_and_takes_over(corner: Corner):
    first = corner.start("relay", INSTANCE="r1")
    await put(corner, [toy.claimed(uuid4(), 1)])
    await corner.until("SELECT count(*)::int FROM outbox", 0)
    corner.start("relay", INSTANCE="r2")

    first.kill()
    await asyncio.to_thread(first.wait, 10)
    await put(corner, [toy.claimed(uuid4(), 1)])

    await corner.until("SELECT count(*)::int FROM outbox", 0)
    assert len(await published(corner)) == 2


async def test_a_commit_wakes_the_relay_within_a_moment(corner: Corner):
    corner.start("relay")
    await put(corner, [toy.claimed(uuid4(), 1)])
    await corner.until("SELECT count(*)::int FROM outbox", 0)
    loop = asyncio.get_running_loop()

    waits = []
    for _ in range(10):
        began = loop.time()
        await put(corner, [toy.claimed(uuid4(), 1)])
        await corner.until("SELECT count(*)::int FROM outbox", 0)
        waits.append(loop.time() - began)

    assert sorted(waits)[5] < 1
