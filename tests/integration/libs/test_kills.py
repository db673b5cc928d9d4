"""kill -9 of workers and relays in the middle of the flow loses and doubles nothing."""

import asyncio
import random
import signal
import subprocess
from collections import Counter, defaultdict

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.topics import PARTITIONS, parse_dossier_event
from libs.ids import uuid7
from libs.kafka import aiokafka_args
from tests.integration.libs import toy
from tests.integration.libs.conftest import Corner
from tests.integration.libs.test_round_trip import ORDERED

DOSSIERS, EACH, KILLS = 1_000, 4, 2


async def said(corner: Corner) -> list:
    """Return every event the toy published, in the order of its partition."""
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
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [parse_dossier_event("routing.events", r.value) for r in records]
        return found
    finally:
        await consumer.stop()


async def keep_running(corner: Corner, role: str, instance: str, stop: asyncio.Event) -> list[int]:
    """Run a role as a supervisor would, killing it twice on the way; return its exit codes."""
    dice, codes = random.Random(instance), []
    while not stop.is_set():
        process = corner.start(role, INSTANCE=instance)
        wait = dice.uniform(3.0, 6.0)
        try:
            await asyncio.wait_for(stop.wait(), wait if len(codes) < KILLS else None)
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
        else:
            process.send_signal(signal.SIGTERM)
        codes.append(await asyncio.to_thread(ended, process))
    return codes


def ended(process: subprocess.Popen[bytes]) -> int:
    return process.wait(30)


async def test_killing_workers_and_relay_loses_and_doubles_nothing(corner: Corner):
    dossiers = [uuid7() for _ in range(DOSSIERS)]
    stop = asyncio.Event()
    running = [
        asyncio.create_task(keep_running(corner, role, instance, stop))
        for role, instance in (("worker", "w1"), ("worker", "w2"), ("relay", "r1"))
    ]

    for seq in range(1, EACH + 1):
        await corner.say([toy.withdrawn(d, seq) for d in dossiers])
        await asyncio.sleep(3)  # spreads the load over the kills; nothing waits for it
    await corner.until("SELECT count(*)::int FROM toy", DOSSIERS * EACH, 120)
    await corner.until("SELECT count(*)::int FROM outbox", 0, 60)
    stop.set()
    codes = await asyncio.gather(*running)

    assert sum(code == -signal.SIGKILL for each in codes for code in each) >= 3, codes
    assert await corner.pool.fetchval(ORDERED) == 0
    assert await corner.pool.fetchval("SELECT count(DISTINCT event_id)::int FROM toy") == DOSSIERS * EACH
    published = await said(corner)
    seen, order = Counter(), defaultdict(list)
    for event in published:
        seen[event.id] += 1
        if seen[event.id] == 1:
            order[event.subject].append(event.dossierseq)
    assert len(seen) == DOSSIERS * EACH
    assert all(seqs == list(range(1, EACH + 1)) for seqs in order.values())
