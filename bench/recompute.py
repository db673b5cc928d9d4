"""A calendar decision carried out over very many open dossiers, beside a bare UPDATE of the same rows."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import psutil

from bench import open_dossiers
from bench.alarms import Alarms, alarms
from bench.figures import Figures, Tell
from libs.clock import utcnow

_ROOT = Path(__file__).parents[1]
_LIMIT = 3_600.0
_PROCESSES = 2
_BARE = """
UPDATE dossier SET seq = seq + 1, revision = revision + 1, due_original = due_original + interval '1 day',
    due_current = due_current + interval '1 day', late_at = late_at + interval '1 day',
    late_since = late_since + interval '1 day', calendar_version = calendar_version + 1, ladder = ladder,
    next_rung_at = next_rung_at + interval '1 day', changed_at = now()
"""
"""One statement over the same rows and the columns that a decision changes, with the table's own triggers."""
_LEFT = """
SELECT count(*) FILTER (WHERE r.id IS NULL OR l.done_at IS NULL)
FROM catalogue_item c
LEFT JOIN recompute r ON (r.decision, r.version) = (c.code, c.version)
LEFT JOIN recompute_lane l ON l.task = r.id AND l.pass = 1 WHERE c.code = 'VN.BENCH'
"""
_MOVED = "SELECT coalesce(sum(moved), 0)::int FROM recompute_lane"
_UNSAID = "SELECT EXISTS (SELECT FROM outbox)"


async def measure(figures: Figures, *, runs: int, number: int, tell: Tell) -> None:
    """Measure the bare statement and the real thing, in turn."""
    bare_name = f"{number:,} open dossiers, one bare UPDATE"
    done_name = f"{number:,} open dossiers recomputed, until committed"
    said_name = f"{number:,} open dossiers recomputed, until published"
    async with alarms() as made:
        for _ in range(runs):
            bare = await _bare(made.pool, number)
            done, said, spent = await _recomputed(made, number)
            figures.add("processor time of the two clockworks", "µs/dossier", 1e6 * spent / number)
            for name, seconds in ((bare_name, bare), (done_name, done), (said_name, said)):
                figures.add(name, "dossiers/s", number / seconds)
            tell(
                f"  bare {bare:.2f} s, committed {done:.2f} s ({bare / done:.2f} x), published {said:.2f} s;"
                f" processor time of the clockworks {spent:.2f} s"
            )
    figures.compare("recompute: until committed, of a bare UPDATE", done_name, bare_name, goal=0.3)
    figures.compare("recompute: until published, of a bare UPDATE", said_name, bare_name)


def _monday() -> date:
    """Return the Monday after this week's: nothing rings, and nobody has been late yet."""
    today = utcnow().date()
    return today + timedelta(days=7 - today.weekday())


async def _fill(pool: asyncpg.Pool, number: int) -> None:
    await open_dossiers.fill(pool, number, _monday())


async def _bare(pool: asyncpg.Pool, number: int) -> float:
    await _fill(pool, number)
    began = time.perf_counter()
    await pool.execute(_BARE, timeout=_LIMIT)
    return time.perf_counter() - began


async def _recomputed(made: Alarms, number: int) -> tuple[float, float, float]:
    """Return the seconds until every row is committed, until all is published, and the folding processes' own time.

    Counted from the decision's arrival. Two processes of the clockwork fold; the relay begins once they are through, so that each has the machine.
    """
    pool = made.pool
    await _fill(pool, number)
    async with AsyncExitStack() as stack:
        started = [await stack.enter_async_context(_process(made, "clockwork")) for _ in range(_PROCESSES)]
        await asyncio.sleep(3)  # they are looking for work
        began, before = time.perf_counter(), sum(map(_spent, started))
        await open_dossiers.decide(pool, _monday())
        await _until_nothing(pool, _LEFT)
        done, spent = time.perf_counter() - began, sum(map(_spent, started)) - before
    moved = await pool.fetchval(_MOVED)
    if moved != number:
        raise RuntimeError(f"{moved} deadlines moved instead of {number}")
    return done, done + await _published(made), spent


async def _published(made: Alarms) -> float:
    began = time.perf_counter()
    async with _process(made, "relay"):
        await _until_nothing(made.pool, _UNSAID)
        return time.perf_counter() - began


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _until_nothing(pool: asyncpg.Pool, query: str) -> None:
    async with asyncio.timeout(_LIMIT):
        while await pool.fetchval(query):  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _process(made: Alarms, role: str) -> AsyncIterator[psutil.Process]:
    environment = os.environ | made.namespace.environment("sla", LOG_LEVEL="error")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.sla", role, env=environment, cwd=_ROOT
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


def run(figures: Figures, *, runs: int, number: int, tell: Tell) -> None:
    """Measure in an event loop of its own."""
    asyncio.run(measure(figures, runs=runs, number=number, tell=tell))
