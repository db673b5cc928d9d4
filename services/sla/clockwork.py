"""The clockwork: rungs told at their moment, and clocks recomputed after calendar decisions."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from libs.clock import utcnow
from libs.db import TRANSIENT
from libs.runtime import Runtime
from services.sla import metrics
from services.sla.handlers import proposing, recompute, ring
from services.sla.handlers.calendar_preview import Trials, preview_chunk
from services.sla.handlers.retrace import retrace_chunk
from services.sla.handlers.rulebook import Rulebook, Rulebooks
from services.sla.handlers.rules import publish_rule_sets
from services.sla.settings import SlaSettings
from services.sla.store import alarms, apologies, recomputes

log = structlog.get_logger()
_UNCONFIRMED = 0.1
"""Seconds between looks while something is due and waits for the proof that all inputs are applied."""
_IDLE = 1.0
_AFTER_ERROR = 1.0
_PROPOSALS = 200
"""Causes proposed in one transaction: a short one, which holds up neither facts nor rungs."""


_TOLD_FIRST = timedelta(seconds=2)
"""The sweep tells a lateness before its cause is proposed: the two never wait for one row."""


class Clockwork:
    """All loops. Any number of processes may run them side by side."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings: SlaSettings = runtime.settings
        self._rulebooks = Rulebooks()
        self._trials = Trials()
        self._retried = -1
        self._rekeyed: Rulebook | None = None

    async def run(self) -> None:
        """Work for ever."""
        await _surviving(self._publish)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forever(self.sweep), name="sweep")
            group.create_task(self._forever(self.recompute), name="recompute")
            group.create_task(self._forever(self.preview), name="preview")
            group.create_task(self._forever(self.count_apologies), name="apologies")
            group.create_task(self._forever(self.propose), name="causes")

    async def _forever(self, turn: Callable[[], Awaitable[float]]) -> None:
        while True:
            pause = await _surviving(turn)
            await asyncio.sleep(pause)

    async def _publish(self) -> float:
        await publish_rule_sets(self._runtime.pool, utcnow())
        return 0.0

    async def count_apologies(self) -> float:
        """Trace what was stored before traces were kept, then count letters; return the seconds to sleep."""
        if await self._retrace():
            return 0.0
        for state, number in (await apologies.count_all(self._runtime.pool, utcnow())).items():
            metrics.APOLOGIES.labels(state.value).set(number)
        return self._settings.apology_pause

    async def _retrace(self) -> bool:
        catalogue = await self._runtime.refresh_catalogue()
        if catalogue.is_empty():
            return False
        rulebook = self._rulebooks.of(catalogue)
        size = self._settings.recompute_chunk
        return await retrace_chunk(self._runtime.pool, rulebook, now=utcnow(), size=size)

    async def sweep(self) -> float:
        """Tell what is due; return the seconds to sleep before the next look."""
        settings = self._settings
        patience = timedelta(seconds=settings.provisional_after)
        look = ring.Look(now=utcnow(), patience=patience, limit=settings.sweep_batch)
        rulebook = self._rulebooks.of(self._runtime.catalogue)
        rang = await ring.ring(self._runtime.pool, settings.service, look, rulebook)
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

    async def preview(self) -> float:
        """Count a chunk of what a proposed calendar decision would move; return the seconds to sleep."""
        rulebook = self._rulebooks.of(self._runtime.catalogue)
        size = self._settings.preview_chunk
        busy = await preview_chunk(self._runtime.pool, rulebook, self._trials, now=utcnow(), size=size)
        return 0.0 if busy else _IDLE

    async def propose(self) -> float:
        """Propose causes for late dossiers, and keep the calendars that count them; return the seconds to sleep."""
        pool, now, size = self._runtime.pool, utcnow(), self._settings.recompute_chunk
        rulebook = self._rulebooks.of(self._runtime.catalogue)
        if self._rekeyed is not rulebook:
            if await proposing.rekey_some(pool, rulebook, now=now, size=size):
                return 0.0
            self._rekeyed = rulebook
        done = await proposing.propose_some(pool, rulebook, now=now, size=_PROPOSALS, after=_TOLD_FIRST)
        return 0.0 if done == _PROPOSALS else _IDLE


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
