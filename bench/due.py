"""Very many dossiers due in the same second: told and published by the real processes, beside one bare statement."""

import asyncio
import itertools
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.alarms import PARTS, Alarms, alarms
from bench.figures import Figures, Tell
from libs.clock import utcnow
from libs.kafka import aiokafka_args

_ROOT = Path(__file__).parents[1]
_LIMIT = 900.0
_BARE = """
WITH told AS (
    UPDATE dossier SET seq = seq + 1, revision = revision + 1, overdue = true, told = '{"overdue": 1}',
        ladder = ladder - 0, next_rung_at = next_rung_at + interval '7 days', changed_at = now()
    WHERE armed AND next_rung_at <= $1 RETURNING id)
INSERT INTO outbox (topic, key, value) SELECT 'sla.events', id::text::bytea, $2 FROM told
"""
_TRAFFIC = "UPDATE dossier SET ignored = ignored WHERE id = $1"


async def measure(figures: Figures, *, runs: int, number: int, tell: Tell) -> None:
    """Measure the bare statement and the real thing, in turn."""
    async with alarms() as made:
        for _ in range(runs):
            bare = await _bare(made, number)
            told, waits = await _told(made, number)
            figures.add(f"{number:,} due at once, one bare UPDATE with outbox", "dossiers/s", number / bare)
            figures.add(f"{number:,} due at once, told and published", "dossiers/s", number / told)
            worst, usual = max(waits) * 1000, statistics.median(waits) * 1000
            figures.add("another dossier's update meanwhile, median", "ms", usual)
            figures.add("another dossier's update meanwhile, slowest", "ms", worst)
            tell(
                f"  bare {bare:.2f} s, told and published {told:.2f} s;"
                f" others meanwhile {usual:.1f}, at most {worst:.0f} ms"
            )
    figures.compare(
        "due at once: told and published, of the bare statement",
        f"{number:,} due at once, told and published",
        f"{number:,} due at once, one bare UPDATE with outbox",
    )


async def _bare(made: Alarms, number: int) -> float:
    await made.empty()
    due = utcnow()
    await made.fill(number, due)
    value = b"x" * 560  # as long as an event
    began = time.perf_counter()
    await made.pool.execute(_BARE, due + timedelta(seconds=1), value, timeout=_LIMIT)
    return time.perf_counter() - began


async def _told(made: Alarms, number: int) -> tuple[float, list[float]]:
    """Return the seconds from the moment to the last published event, and how long others' updates took.

    The moment is that at which all inputs are known to be applied, which the clockwork waits for.
    """
    await made.empty()
    due = utcnow()
    await made.caught_up(due - timedelta(hours=1))
    await made.fill(1_000, due + timedelta(days=30))
    others = [row["id"] for row in await made.pool.fetch("SELECT id FROM dossier")]
    await made.fill(number, due)
    async with _topic(made) as ends, _clockwork(made):
        before, waits = await ends(), list[float]()
        traffic = asyncio.create_task(_traffic(made.pool, others, waits))
        await made.caught_up(utcnow() + timedelta(hours=1))
        began = time.perf_counter()
        async with asyncio.timeout(_LIMIT):
            while await ends() - before < number:  # noqa: ASYNC110 - the broker has no event for it
                await asyncio.sleep(0.02)
        took = time.perf_counter() - began
        traffic.cancel()
        await asyncio.gather(traffic, return_exceptions=True)
    return took, waits


async def _traffic(pool: asyncpg.Pool, ids: list[UUID], waits: list[float]) -> None:
    """Update other dossiers one after the other, until cancelled."""
    for own in itertools.cycle(ids):
        began = time.perf_counter()
        await pool.execute(_TRAFFIC, own)
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def _topic(made: Alarms) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Yield a function that tells how many events sla.events holds."""
    settings = made.namespace.settings("reporting")
    consumer = AIOKafkaConsumer(**aiokafka_args(settings), enable_auto_commit=False)
    await consumer.start()
    parts = [TopicPartition(settings.topic("sla.events"), part) for part in range(PARTS)]

    async def ends() -> int:
        return sum((await consumer.end_offsets(parts)).values())

    try:
        yield ends
    finally:
        await consumer.stop()


@asynccontextmanager
async def _clockwork(made: Alarms) -> AsyncIterator[None]:
    environment = os.environ | made.namespace.environment("sla", LOG_LEVEL="error", PROVISIONAL_AFTER="3600")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.sla", "relay", "clockwork", env=environment, cwd=_ROOT
    )
    await asyncio.sleep(3)
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


def run(figures: Figures, *, runs: int, number: int, tell: Tell) -> None:
    """Measure in an event loop of its own."""
    asyncio.run(measure(figures, runs=runs, number=number, tell=tell))
