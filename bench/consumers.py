"""Events applied per second: the real workers beside a hand-written peer, a plain loop, and Faust doing nothing."""

import asyncio
import itertools
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.corner import TOPIC, Corner
from bench.figures import Figures, Tell
from contracts.topics import heard_by

_LIMIT = 300.0
_ROOT = Path(__file__).parents[1]
_OFFSETS = "SELECT coalesce(sum(next_offset), 0)::bigint FROM stream_offset WHERE topic = $1"
_SERVICES = ("reporting", "sla")
_numbers = itertools.count(1)


@dataclass
class Course:
    """How a measured process got on: when, and how many were done by then."""

    points: list[tuple[float, int]] = field(default_factory=list)

    def note(self, at: float, done: int) -> None:
        """Add a point where something had moved."""
        if done and (not self.points or done > self.points[-1][1]):
            self.points.append((at, done))

    @property
    def rate(self) -> float:
        """Return events a second, from the first ones seen to the last."""
        (began, some), (ended, every) = self.points[0], self.points[-1]
        return (every - some) / (ended - began)


@asynccontextmanager
async def running(
    corner: Corner, service: str, *module: str, **more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m module…` with a service's environment; end it afterwards."""
    environment = os.environ | corner.namespace.environment(service, LOG_LEVEL="error") | more
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *module, env=environment, cwd=_ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.communicate(), 15)
        except TimeoutError:
            process.kill()
            await process.communicate()


async def follow_marks(process: asyncio.subprocess.Process, until: int) -> Course:
    """Read a process's own marks until it has done everything."""
    course = Course()
    assert process.stdout
    async with asyncio.timeout(_LIMIT):
        async for line in process.stdout:
            word, *rest = line.split()
            if word == b"MARK":
                course.note(float(rest[0]), int(rest[1]))
                if course.points[-1][1] >= until:
                    return course
    raise RuntimeError("the measured process ended before it was through")


async def follow_offsets(corner: Corner, service: str, until: int) -> Course:
    """Watch a service's offset rows until it has applied everything."""
    course, conn = Course(), await corner.connect(service)
    try:
        async with asyncio.timeout(_LIMIT):
            while not course.points or course.points[-1][1] < until:
                course.note(time.monotonic(), await conn.fetchval(_OFFSETS, TOPIC))
                await asyncio.sleep(0.01)
    finally:
        await conn.close()
    return course


def _as_administrator(corner: Corner, service: str, group: str) -> dict[str, str]:
    settings = corner.administrator(service)
    return {
        "MOTCUA_KAFKA_USERNAME": settings.kafka_username,
        "MOTCUA_KAFKA_PASSWORD": settings.kafka_password.get_secret_value(),
        "MOTCUA_INSTANCE": "",
        "BENCH_TOPICS": " ".join(heard_by(service)),
        "BENCH_GROUP": f"{group}{next(_numbers)}",
    }


async def peer(corner: Corner) -> float:
    """Measure the hand-written loop."""
    await corner.drop_table("reporting", "peer")
    more = _as_administrator(corner, "reporting", "peer")
    async with running(corner, "reporting", "bench.processes.peer", **more) as process:
        rate = (await follow_marks(process, corner.events)).rate
    await corner.drop_table("reporting", "peer")
    return rate


async def no_op(corner: Corner) -> float:
    """Measure Faust doing nothing."""
    more = _as_administrator(corner, "reporting", "noop")
    async with running(corner, "reporting", "bench.processes.noop", **more) as process:
        return (await follow_marks(process, corner.events)).rate


async def plain(corner: Corner, service: str) -> float:
    """Measure a service's pipeline under the plain loop."""
    await corner.reset(service)
    async with running(corner, service, "bench.processes.plain") as process:
        rate = (await follow_marks(process, corner.events)).rate
    await corner.require_applied(service)
    return rate


async def empty(corner: Corner, how: str) -> float:
    """Measure our pipeline without a handler, `plain` or under `faust`."""
    await corner.reset("reporting")
    async with running(corner, "reporting", "bench.processes.empty", how) as process:
        if how == "plain":
            course = await follow_marks(process, corner.events)
        else:
            course = await follow_offsets(corner, "reporting", corner.events)
    await corner.require_applied("reporting", rows=False)
    return course.rate


async def worker(corner: Corner, service: str) -> float:
    """Measure a service's real worker process alone."""
    await corner.reset(service)
    async with running(corner, service, f"services.{service}", "worker"):
        rate = (await follow_offsets(corner, service, corner.events)).rate
    await corner.require_applied(service)
    return rate


async def both_workers(corner: Corner) -> float:
    """Measure sla's and reporting's workers side by side: the slower one's rate."""
    for service in _SERVICES:
        await corner.reset(service)
    async with (
        running(corner, "sla", "services.sla", "worker"),
        running(corner, "reporting", "services.reporting", "worker"),
    ):
        courses = await asyncio.gather(*(follow_offsets(corner, s, corner.events) for s in _SERVICES))
    return min(course.rate for course in courses)


async def measure(corner: Corner, figures: Figures, *, runs: int, tell: Tell) -> None:
    """Measure everything `runs` times, the cases in turn so that each run compares like with like."""
    cases = {
        "peer: aiokafka + orjson + COPY": lambda: peer(corner),
        "Faust no-op (noack_take, no SQL)": lambda: no_op(corner),
        "our transaction, empty handler, plain loop": lambda: empty(corner, "plain"),
        "our transaction, empty handler, Faust": lambda: empty(corner, "faust"),
        "reporting, plain loop": lambda: plain(corner, "reporting"),
        "reporting, Faust worker": lambda: worker(corner, "reporting"),
        "sla, plain loop": lambda: plain(corner, "sla"),
        "sla, Faust worker": lambda: worker(corner, "sla"),
        "sla and reporting side by side, the slower": lambda: both_workers(corner),
    }
    for turn in range(1, runs + 1):
        for name, case in cases.items():
            rate = await case()
            figures.add(name, "events/s", rate)
            tell(f"  run {turn}  {name}: {rate:,.0f} events/s")
    _compare(figures)


def _compare(figures: Figures) -> None:
    ceiling, by_hand = "Faust no-op (noack_take, no SQL)", "peer: aiokafka + orjson + COPY"
    for name in ("our transaction, empty handler, Faust", "reporting, Faust worker", "sla, Faust worker"):
        figures.compare(f"{name} / Faust no-op", name, ceiling, goal=0.5)
    for name in ("reporting, Faust worker", "sla, Faust worker", "reporting, plain loop", "sla, plain loop"):
        figures.compare(f"{name} / peer", name, by_hand)
