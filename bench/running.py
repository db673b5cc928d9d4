"""A measured process: started with a service's environment, watched until it is through."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.corner import TOPIC, Corner

_LIMIT = 300.0
_ROOT = Path(__file__).parents[1]
_OFFSETS = "SELECT coalesce(sum(next_offset), 0)::bigint FROM stream_offset WHERE topic = $1"


@dataclass
class Course:
    """How a measured process got on: when, how many were done by then, and its processor time."""

    pid: int
    points: list[tuple[float, int, float]] = field(default_factory=list)

    def note(self, at: float, done: int) -> None:
        """Add a point where something had moved."""
        if done and (not self.points or done > self.points[-1][1]):
            spent = psutil.Process(self.pid).cpu_times()
            self.points.append((at, done, spent.user + spent.system))

    @property
    def done(self) -> int:
        """Return how many are done."""
        return self.points[-1][1] if self.points else 0

    @property
    def rate(self) -> float:
        """Return events a second, from the first ones seen to the last."""
        (began, some, _), (ended, every, _) = self.points[0], self.points[-1]
        return (every - some) / (ended - began)

    @property
    def cost(self) -> float:
        """Return microseconds of processor time an event took in the process itself."""
        (_, some, before), (_, every, after) = self.points[0], self.points[-1]
        return 1e6 * (after - before) / (every - some)


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
    course = Course(process.pid)
    assert process.stdout
    async with asyncio.timeout(_LIMIT):
        async for line in process.stdout:
            word, *rest = line.split()
            if word == b"MARK":
                course.note(float(rest[0]), int(rest[1]))
                if course.done >= until:
                    return course
    raise RuntimeError("the measured process ended before it was through")


async def follow_offsets(corner: Corner, service: str, process: asyncio.subprocess.Process) -> Course:
    """Watch a service's offset rows until it has applied everything."""
    course, conn = Course(process.pid), await corner.connect(service)
    try:
        async with asyncio.timeout(_LIMIT):
            while course.done < corner.events:
                course.note(time.monotonic(), await conn.fetchval(_OFFSETS, TOPIC))
                await asyncio.sleep(0.01)
    finally:
        await conn.close()
    return course
