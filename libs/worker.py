"""The Faust process of a service: the one form of consumption that loses nothing (docs/adr has why).

`noack()` then `noack_take()`, one transaction per batch, ack after COMMIT, offsets aligned to PostgreSQL's at
every assignment. A batching agent is never restarted in-process: whatever escapes ends the process.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

import asyncpg
import structlog
import uvloop
from faust.exceptions import ConsumerNotStarted

from libs import breaker, health, metrics, offsets, preflight, watchdog
from libs.breaker import BreakerOpenError
from libs.catalogue_feed import CatalogueFeed
from libs.db import retrying, transaction
from libs.faust_app import make_app
from libs.inbox_rules import Record
from libs.offsets import Partition
from libs.runtime import Runtime, open_runtime
from libs.settings import ServiceSettings
from libs.stream import Applied, Pipeline, apply_batch
from libs.unpark import settle_waiting
from libs.watchdog import Watchdog

log = structlog.get_logger()
BATCH = 1_000
WITHIN = 0.25
"""Seconds a batch may wait to fill; a busy worker then takes hundreds in one transaction instead of dozens."""
EXIT_BREAKER = 72


class Worker:
    """One worker's life: what it holds, and how Faust's callbacks use it."""

    def __init__(self, pipeline: Pipeline, runtime: Runtime, feed: CatalogueFeed) -> None:
        self.pipeline, self.runtime, self.feed = pipeline, runtime, feed
        self.settings: ServiceSettings = runtime.settings
        self.app = make_app(pipeline, self.settings)
        self.breaker_open = False
        self.watchdog = Watchdog(self)
        self._settled_revision, self._settling = -1, asyncio.Lock()
        self._register()

    @property
    def pool(self) -> asyncpg.Pool:
        """Return the pool."""
        return self.runtime.pool

    def logical(self, topic: str) -> str:
        """Return a topic's name without the prefix."""
        return topic.removeprefix(self.settings.topic_prefix)

    def stopping(self) -> bool:
        """Return whether Faust was told to stop."""
        return bool(self.app.should_stop)

    def assignment(self) -> set[Any]:
        """Return the partitions this worker has now."""
        consumer = self.app._consumer  # noqa: SLF001 - the public name would create one
        try:
            return set(consumer.assignment()) if consumer is not None else set()
        except ConsumerNotStarted:
            return set()

    async def ready(self) -> dict[str, bool]:
        """Say whether the worker does its work."""
        return {
            "assignment": bool(self.assignment()),
            "catalogue": self.feed.read.is_set(),
            "breaker": not self.breaker_open,
        }

    async def align(self, *_: Any, **__: Any) -> None:
        """Push PostgreSQL's offsets into Kafka, just before Faust seeks to the committed ones."""
        mine = self.assignment()
        if not mine:
            self.watchdog.joined()
            return
        starts = await self.app.consumer.earliest_offsets(*mine)
        known = await retrying(lambda: self._seed(starts), stop=self.stopping)
        want = {tp: known[self.logical(tp.topic), tp.partition] for tp in mine}
        if not await self.app.consumer._commit(want):  # noqa: SLF001 - covered by a test
            # the group moved on meanwhile: its next rebalance aligns again, until then the fence holds
            log.warning("alignment skipped, the group is rebalancing again")
            return
        beginnings = {tp: 0 for tp, offset in want.items() if offset == 0}
        if beginnings:  # aiokafka's seek to the committed offset passes over 0
            await self.app.consumer.seek_wait(beginnings)
        self.watchdog.touch()
        self.watchdog.joined()
        log.info("aligned", partitions=len(mine))

    async def _seed(self, starts: dict[Any, int]) -> dict[Partition, int]:
        rows = {(self.logical(tp.topic), tp.partition): start for tp, start in starts.items()}
        async with transaction(self.pool) as conn:
            await offsets.seed(conn, self.pipeline.group, rows)
            return await offsets.known(conn, self.pipeline.group)

    async def consume(self, stream: Any) -> None:
        """Apply batch after batch; ack only what is committed in PostgreSQL."""
        stream = stream.noack()  # first this, then noack_take: any other order acks unseen
        async for events in stream.noack_take(BATCH, within=WITHIN):
            began = time.perf_counter()
            records = [self._record(event.message) for event in events]
            try:
                done = await apply_batch(self.pool, self.pipeline, records, stop=self.stopping)
                for event in events:
                    await stream.ack(event)
                self.watchdog.touch()
                self._report(done, time.perf_counter() - began)
                await self.settle_catalogue()
            except BreakerOpenError as error:
                log.error("breaker open: stopping", why=str(error))  # noqa: TRY400 - not a fault
                os._exit(EXIT_BREAKER)

    async def settle_catalogue(self) -> None:
        """Apply what waited for an item of the catalogue, once the catalogue has grown."""
        revision = self.runtime.catalogue.revision
        if revision == self._settled_revision or self._settling.locked():
            return
        async with self._settling:
            await retrying(lambda: settle_waiting(self.pool, self.pipeline), stop=self.stopping)
            self._settled_revision = revision

    def _record(self, message: Any) -> Record:
        return Record(
            self.logical(message.topic), message.partition, message.offset, message.key, message.value
        )

    def _report(self, done: Applied, seconds: float) -> None:
        metrics.EVENTS_REDELIVERED.labels(self.settings.service).inc(done.redelivered)
        log.info(
            "batch",
            applied=done.applied,
            redelivered=done.redelivered,
            dropped=done.dropped,
            parked=done.parked,
            letters=done.letters,
            seconds=round(seconds, 4),
        )

    def _register(self) -> None:
        app = self.app
        names = [self.settings.topic(topic) for topic in self.pipeline.topics]
        app.on_rebalance_complete.connect(self.align)
        app.agent(app.topic(*names, key_serializer="raw", value_serializer="raw"), name="apply")(self.consume)
        self.watchdog.register(app)


def run_worker(build: Callable[[Runtime], Pipeline], settings: ServiceSettings) -> NoReturn:
    """Run the service's Faust worker until SIGTERM (exit 0).

    Exit codes: 1 an error escaped or the broker was away at the start, 70 lag without progress, or neither
    catalogue nor partitions in time, 71 the event loop stood still, 72 the breaker opened. A supervisor starts it again after every one of them.
    """
    import faust

    loop = uvloop.new_event_loop()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # Faust's consumer thread makes its own loop
    asyncio.set_event_loop(loop)
    loop.add_signal_handler(signal.SIGTERM, sys.exit, 0)
    watchdog.guard_loop(loop)
    try:
        worker = loop.run_until_complete(_prepare(build, settings))
    except preflight.PreflightError as error:
        log.error("preflight failed", why=str(error))  # noqa: TRY400 - the sentence says it all
        raise SystemExit(1) from None
    worker.watchdog.expect_partitions(loop)
    faust.Worker(
        worker.app, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False, loglevel="WARN"
    ).execute_from_commandline()
    raise SystemExit(0)


async def _prepare(build: Callable[[Runtime], Pipeline], settings: ServiceSettings) -> Worker:
    """Everything that must hold before Faust starts: rights, database, catalogue, breaker."""
    stack = open_runtime(settings)
    runtime = await stack.__aenter__()  # never left: the process ends with it
    pipeline = build(runtime)
    from contracts.topics import CATALOGUE_TOPICS

    await preflight.check(settings, reads=(*pipeline.topics, *CATALOGUE_TOPICS), group=pipeline.group)
    feed = CatalogueFeed(settings, runtime.pool)
    vital(asyncio.create_task(feed.run(), name="catalogue feed"))
    worker = Worker(pipeline, runtime, feed)
    await health.serve(settings, worker.ready)
    await _catalogue_read(feed)
    await runtime.refresh_catalogue()
    await wait_for_breaker(worker)
    await worker.settle_catalogue()
    _KEPT.append(stack)
    return worker


_KEPT: list[Any] = []


async def _catalogue_read(feed: CatalogueFeed) -> None:
    try:
        async with asyncio.timeout(watchdog.FIRST):
            await feed.read.wait()
    except TimeoutError:
        watchdog.give_up("catalogue not read: ending the process", watchdog.FIRST)


async def wait_for_breaker(worker: Worker) -> None:
    """Wait, not ready, while the breaker is open."""
    while True:
        async with transaction(worker.pool) as conn:
            worker.breaker_open = await breaker.load(conn, worker.pipeline.group, worker.pipeline.breaker)
        metrics.BREAKER_OPEN.labels(worker.settings.service).set(worker.breaker_open)
        if not worker.breaker_open:
            return
        log.error("breaker open: waiting for an operator")
        await asyncio.sleep(5)


def vital(task: asyncio.Task[Any]) -> None:
    """End the process when a task ends that must not."""

    def ended(done: asyncio.Task[Any]) -> None:
        if not done.cancelled():
            log.error("task ended", task=done.get_name(), exc_info=done.exception())
            os._exit(1)

    task.add_done_callback(ended)
