"""The sweep of the clockwork with few and with many alarms ahead: what is due costs the same to find and to tell."""

import asyncio
import time
from datetime import datetime, timedelta

from bench.alarms import Alarms, alarms
from bench.figures import Figures, Tell
from libs.catalogue import Catalogue
from libs.clock import utcnow
from services.sla.handlers import ring
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import alarms as store

GOAL = 1.2
_DUE, _BATCH, _LOOKS = 500, 500, 200
_AHEAD = timedelta(days=1)


async def measure(figures: Figures, *, runs: int, sizes: tuple[int, int], tell: Tell) -> None:
    """Measure an idle look and a full batch at both sizes."""
    async with alarms() as made:
        now = utcnow()
        await made.caught_up(now + timedelta(hours=1))
        filled = 0
        for size in sorted(sizes):
            await made.fill(size - filled, now + _AHEAD, over=timedelta(days=30), slim=True)
            filled = size
            await _at(made, figures, runs=runs, size=size, now=now, tell=tell)
    few, many = (f"{size:,} alarms" for size in sorted(sizes))
    for what in _WHAT:
        names = f"{what}, {many}", f"{what}, {few}"
        figures.compare(f"{what}: with many alarms, of the same with few", *names, most=GOAL)


_RULES = Rulebook(Catalogue.of([]))


def _look(now: datetime) -> ring.Look:
    return ring.Look(now=now, patience=timedelta(minutes=1), limit=_BATCH)


_WHAT = ("an idle look", f"finding {_DUE} due dossiers", f"telling {_DUE} rungs")


async def _at(made: Alarms, figures: Figures, *, runs: int, size: int, now: datetime, tell: Tell) -> None:
    for _ in range(runs):
        idle = await _idle(made, now)
        await made.fill(_DUE, now - timedelta(minutes=1))
        found = await _finding(made, now)
        began = time.perf_counter()
        rang = await ring.ring(made.pool, "sla", _look(now), _RULES)
        told = 1_000 * (time.perf_counter() - began)
        assert rang.dossiers == _DUE
        await made.pool.execute("TRUNCATE outbox")
        for name, value in zip(_WHAT, (idle, found, told), strict=True):
            figures.add(f"{name}, {size:,} alarms", "ms", value)
        tell(
            f"  {size:,} alarms: an idle look {idle:.2f} ms, {_DUE} found in {found:.1f} ms, told in {told:.0f} ms"
        )


async def _finding(made: Alarms, now: datetime) -> float:
    """Return the milliseconds of finding and locking what is due: the best of some."""
    looks = []
    for _ in range(10):
        async with made.pool.acquire() as conn, conn.transaction():
            began = time.perf_counter()
            rows = await store.take_due(conn, now, _BATCH)
            looks.append(1_000 * (time.perf_counter() - began))
            assert len(rows) == _DUE
    return min(looks)


async def _idle(made: Alarms, now: datetime) -> float:
    """Return the milliseconds of a look that finds nothing: the best of some, for others use the machine too."""
    looks = []
    for _ in range(_LOOKS):
        began = time.perf_counter()
        await ring.ring(made.pool, "sla", _look(now), _RULES)
        await store.next_moment(made.pool)
        looks.append(1_000 * (time.perf_counter() - began))
    return min(looks)


def run(figures: Figures, *, runs: int, sizes: tuple[int, int], tell: Tell) -> None:
    """Measure in an event loop of its own."""
    asyncio.run(measure(figures, runs=runs, sizes=sizes, tell=tell))
