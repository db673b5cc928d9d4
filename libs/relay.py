"""Outbox → Kafka, in order, one relay per schema at a time. An event may be published twice, never lost."""

import asyncio
import contextlib
from collections import Counter
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from libs import metrics
from libs.db import TRANSIENT, channel, connect
from libs.kafka import aiokafka_args
from libs.pulse import beat
from libs.settings import ServiceSettings

log = structlog.get_logger()
BATCH = 2_000
_POLL = 0.1
_OLDEST = "SELECT id, topic, key, value, partition FROM outbox ORDER BY id LIMIT $1 FOR UPDATE"
_GAUGES = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 100000) x) AS pending,
       (SELECT extract(epoch FROM created_at)::float8 FROM outbox ORDER BY id LIMIT 1) AS oldest
"""


async def run_relay(settings: ServiceSettings) -> None:
    """Publish the schema's outbox for ever; a second relay waits until the first one's connection is gone.

    After any error the connection, the producer and with it the producer's id are thrown away.
    """
    delay = 0.2
    while True:
        relay = Relay(settings)
        try:
            await relay.run()
        except (KafkaError, *TRANSIENT) as error:
            metrics.RELAY_ERRORS.labels(settings.service, type(error).__name__).inc()
            log.warning("relay starts afresh", error=type(error).__name__, why=str(error)[:200])
        finally:
            await relay.close()
        delay = 0.2 if relay.sent else min(delay * 2, 3.0)
        await asyncio.sleep(delay)


class Relay:
    """One life of the relay: a connection that holds the schema's lock, and a producer."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._conn: asyncpg.Connection | None = None
        self._producer: Any = None
        self._woken = asyncio.Event()
        self.sent = 0

    async def run(self) -> None:
        """Publish until something fails."""
        conn = self._conn = await connect(self._settings)
        await self._wait_for_turn(conn)
        await conn.add_listener(channel(self._settings.schema_name), lambda *_: self._woken.set())
        producer = self._producer = self._new_producer()
        async with asyncio.timeout(20):
            await producer.start()
        log.info("relay at work")
        next_gauges = 0.0
        while True:
            self._woken.clear()
            number = await self.turn(conn, producer)
            beat()
            now = asyncio.get_running_loop().time()
            if now >= next_gauges:
                next_gauges = now + 5
                await self._set_gauges(conn)
            if number < BATCH:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.005 if number else _POLL):
                        await self._woken.wait()

    async def turn(self, conn: asyncpg.Connection, producer: Any) -> int:
        """Publish the oldest rows, delete them, commit; return how many."""
        async with conn.transaction():
            rows = await conn.fetch(_OLDEST, BATCH)
            if not rows:
                return 0
            async with asyncio.timeout(20):  # idempotent batches never expire by themselves
                topic = self._settings.topic
                sends = [
                    await producer.send(topic(r["topic"]), r["value"], key=r["key"], partition=r["partition"])
                    for r in rows
                ]
                await asyncio.gather(*sends)
            await conn.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", [r["id"] for r in rows])
        self.sent += len(rows)
        for name, number in Counter(r["topic"] for r in rows).items():
            metrics.OUTBOX_PUBLISHED.labels(self._settings.service, name).inc(number)
        return len(rows)

    async def close(self) -> None:
        """Let go of everything; bounded, whatever state it is in."""
        if self._producer is not None:
            with contextlib.suppress(KafkaError, *TRANSIENT, asyncio.CancelledError):
                async with asyncio.timeout(3):
                    await self._producer.stop()
        if self._conn is not None:
            self._conn.terminate()

    async def _wait_for_turn(self, conn: asyncpg.Connection) -> None:
        lock = "SELECT pg_try_advisory_lock(hashtext('relay'), hashtext($1))"
        while not await conn.fetchval(lock, self._settings.schema_name):
            beat()  # the other one relays, and answers for it
            await asyncio.sleep(1)

    def _new_producer(self) -> Any:
        return AIOKafkaProducer(
            **aiokafka_args(self._settings),
            enable_idempotence=True,
            acks="all",
            linger_ms=5,
            max_batch_size=262_144,
            request_timeout_ms=10_000,
        )

    async def _set_gauges(self, conn: asyncpg.Connection) -> None:
        row = await conn.fetchrow(_GAUGES)
        metrics.OUTBOX_PENDING.labels(self._settings.service).set(row["pending"])
        metrics.OUTBOX_OLDEST.labels(self._settings.service).set(row["oldest"] or 0)
