"""Ends a worker that has lag and makes no progress, and any process whose event loop stands still; sets the lag's metrics."""

import asyncio
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import structlog

from libs import metrics, offsets
from libs.clock import utcnow
from libs.db import TRANSIENT, transaction
from libs.dead_letters import set_gauges
from libs.ends import Ends

if TYPE_CHECKING:
    from libs.worker import Worker

log = structlog.get_logger()
STALL = 60.0
"""Seconds without an applied batch while there is lag, or while the lag is unknown."""
UNKNOWN = 150.0
"""Seconds without a batch while the lag cannot even be asked for: servers away, which Faust may not notice."""
FIRST = 120.0
"""Seconds a worker may take to read the catalogue, and again to get its first partitions: Faust looks only after."""
BLOCKED = 60.0
"""Seconds without a turn of the event loop."""
_GAUGES_EVERY = 10.0
EXIT_STALLED = 70
EXIT_BLOCKED = 71


class Watchdog:
    """Looks every second (`Pipeline.look_every`) at what is applied and what there is."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._progress = time.monotonic()
        self._gauged = 0.0
        self._joining: asyncio.TimerHandle | None = None
        self._frontier = offsets.Frontier()
        self._ends = Ends(worker.settings)

    def touch(self) -> None:
        """Note progress."""
        self._progress = time.monotonic()
        metrics.LAST_PROGRESS.labels(self._worker.settings.service).set(utcnow().timestamp())

    def expect_partitions(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the process unless the group was joined within `FIRST` seconds."""
        self._joining = loop.call_later(FIRST, give_up, "no partitions: ending the process", FIRST)

    def joined(self) -> None:
        """Note that the group gave this worker its share, be it none."""
        if self._joining is not None:
            self._joining.cancel()

    def register(self, app: Any) -> None:
        """Let Faust call it as often as the pipeline wants."""
        app.timer(self._worker.pipeline.look_every)(self.look)

    async def look(self) -> None:
        """Measure lag; end the process if it does not shrink."""
        lag = await self._lag()
        idle = time.monotonic() - self._progress
        if lag == 0:
            self._progress = time.monotonic()
        elif idle > (UNKNOWN if lag is None else STALL):
            log.error("no progress: ending the process", lag=lag, idle=round(idle), tasks=self._traceback())
            os._exit(EXIT_STALLED)
        if lag is not None and lag == 0:
            await self._quietly(self._worker.settle_catalogue())
        if time.monotonic() - self._gauged > _GAUGES_EVERY:
            self._gauged = time.monotonic()
            await self._quietly(self._gauges())

    async def _lag(self) -> int | None:
        worker, asked_at = self._worker, utcnow()
        mine = worker.assignment()
        if not mine:
            return None
        try:
            async with asyncio.timeout(10):
                ends = await self._ends.of(mine)
                async with transaction(worker.pool) as conn:
                    known = await offsets.known(conn, worker.pipeline.group)
                    self._frontier.saw(asked_at, {self._where(tp): end for tp, end in ends.items()})
                    await offsets.note_caught_up(conn, worker.pipeline.group, self._frontier.reached(known))
        except Exception as error:  # noqa: BLE001 - whatever it is, the lag is unknown, and that has its own limit
            log.warning("lag unknown", error=type(error).__name__)
            return None
        lags = {tp: max(0, end - known.get(self._where(tp), 0)) for tp, end in ends.items()}
        for tp, lag in lags.items():
            topic, part = self._where(tp)
            metrics.CONSUMER_LAG.labels(worker.settings.service, topic, part).set(lag)
        total: int = sum(lags.values())
        return total

    def _where(self, tp: Any) -> tuple[str, int]:
        return self._worker.logical(tp.topic), tp.partition

    async def _gauges(self) -> None:
        async with transaction(self._worker.pool) as conn:
            await set_gauges(conn, self._worker.settings.service)

    async def _quietly(self, work: Any) -> None:
        try:
            await work
        except TRANSIENT as error:
            log.warning("left for the next look", error=type(error).__name__)

    def _traceback(self) -> str:
        return "\n".join(self._worker.app.agents.human_tracebacks().splitlines()[:40])


def give_up(words: str, seconds: float) -> None:
    """End the process, saying what did not happen in time; its supervisor starts it again."""
    log.error(words, waited=round(seconds))
    os._exit(EXIT_STALLED)


def guard_loop(loop: asyncio.AbstractEventLoop) -> None:
    """End the process from a thread of its own when the event loop has not turned for `BLOCKED` seconds."""
    ticked = time.monotonic()

    def tick() -> None:
        nonlocal ticked
        ticked = time.monotonic()
        loop.call_later(1.0, tick)

    def watch() -> None:
        while time.monotonic() - ticked < BLOCKED:
            if loop.is_closed():
                return
            time.sleep(1)
        os.write(2, b'{"event":"event loop blocked: ending the process","level":"error"}\n')
        os._exit(EXIT_BLOCKED)

    loop.call_soon(tick)
    threading.Thread(target=watch, name="loop guard", daemon=True).start()
