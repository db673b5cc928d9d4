"""The clockwork: rungs told at their moment, and clocks recomputed after calendar decisions."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from libs.clock import utcnow
from libs.db import TRANSIENT
from libs.runtime import Runtime
from services.sla import metrics
from services.sla.handlers import recompute, ring
from services.sla.handlers.rulebook import Rulebooks
from services.sla.handlers.rules import publish_rule_sets
from services.sla.settings import SlaSettings
from services.sla.store import alarms, recomputes

log = structlog.get_logger()
_UNCONFIRMED = 0.1
"""Seconds between looks while something is due and waits for the proof that all inputs are applied."""
_IDLE = 1.0
_AFTER_ERROR = 1.0


class Clockwork:
    """Both loops. Any number of processes may run them side by side."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings: SlaSettings = runtime.settings
        self._rulebooks = Rulebooks()
        self._retried = -1

    async def run(self) -> None:
        """Work for ever."""
        await _surviving(self._publish)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forever(self.sweep), name="sweep")
            group.create_task(self._forever(self.recompute), name="recompute")

    async def _forever(self, turn: Callable[[], Awaitable[float]]) -> None:
        while True:
            pause = await _surviving(turn)
            await asyncio.sleep(pause)

    async def _publish(self) -> float:
        await publish_rule_sets(self._runtime.pool, utcnow())
        return 0.0

    async def sweep(self) -> float:
        """Tell what is due; return the seconds to sleep before the next look."""
        settings = self._settings
        patience = timedelta(seconds=settings.provisional_after)
        rang = await ring.ring(
            self._runtime.pool, settings.service, now=utcnow(), patience=patience, limit=settings.sweep_batch
        )
        after = utcnow()
        for event in rang.events:
            metrics.TIMER_LAG.observe(max(0.0, (after - event.time).total_seconds()))
        if rang.dossiers == settings.sweep_batch:
            return 0.0
        following = await alarms.next_moment(self._runtime.pool)
        metrics.ALARMS_OLDEST.set(following.timestamp() if following and following <= after else 0)
        if following is None:
            return settings.sweep_pause
        ahead = (following - utcnow()).total_seconds()
        return min(settings.sweep_pause, ahead if ahead > 0 else _UNCONFIRMED)

    async def recompute(self) -> float:
        """Schedule and do a chunk of recomputation, retry errors once the catalogue changed; return the seconds to sleep before the next."""
        pool, now = self._runtime.pool, utcnow()
        await recompute.schedule(pool, self._runtime.catalogue, now)
        catalogue = await self._runtime.refresh_catalogue()
        rulebook = self._rulebooks.of(catalogue)
        if catalogue.revision != self._retried:
            await recompute.retry_errors(pool, rulebook, now=now, size=self._settings.recompute_chunk)
            self._retried = catalogue.revision
        busy = await recompute.recompute_chunk(pool, rulebook, now=now, size=self._settings.recompute_chunk)
        metrics.RECOMPUTE_PENDING.set(await recomputes.open_tasks(pool))
        return 0.0 if busy else _IDLE


async def _surviving(turn: Callable[[], Awaitable[float]]) -> float:
    """Do a turn; a blip of the database costs a second, not the process."""
    try:
        return await turn()
    except TRANSIENT as error:
        log.warning("clockwork waits for the database", error=type(error).__name__)
        return _AFTER_ERROR


async def run_clockwork(runtime: Runtime) -> None:
    """Run the clockwork of a service's process for ever."""
    await Clockwork(runtime).run()
