"""Sla's own processes on the real servers: worker, relay and clockwork."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.catalogue import CatalogueItem
from contracts.envelope import Event
from contracts.topics import PARTITIONS, key_of, to_bytes, topic_of
from libs.kafka import aiokafka_args
from tests.namespace import Namespace

ROOT = Path(__file__).parents[3]


@dataclass
class Live:
    """The processes of sla in a namespace, and what passes through its topics."""

    namespace: Namespace
    pool: asyncpg.Pool
    logs: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *roles: str) -> subprocess.Popen[bytes]:
        with (self.logs / f"{'-'.join(roles)}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.sla", *roles],
                env=os.environ | self.namespace.environment("sla"),
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        self.started.append(process)
        return process

    async def say(self, events: Sequence[Event]) -> None:
        """Publish events, each with its emitter's account."""
        by_emitter: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_emitter[topic_of(event).split(".")[0]].append(event)
        for emitter, theirs in by_emitter.items():
            await self._publish(emitter, theirs)

    async def _publish(self, emitter: str, events: Sequence[Event]) -> None:
        settings = self.namespace.settings(emitter)
        producer = AIOKafkaProducer(**aiokafka_args(settings), enable_idempotence=True, linger_ms=5)
        await producer.start()
        try:
            sends = []
            for event in events:
                place = None if isinstance(event, CatalogueItem) else getattr(event.data, "partition", None)
                topic, key = settings.topic(topic_of(event)), key_of(event).encode()
                sends.append(await producer.send(topic, to_bytes(event), key=key, partition=place))
            await asyncio.gather(*sends)
        finally:
            await producer.stop()

    async def until(self, query: str, wanted: Any, seconds: float = 60) -> None:
        """Wait until the query answers `wanted`."""
        found = None
        try:
            async with asyncio.timeout(seconds):
                while (found := await self.pool.fetchval(query)) != wanted:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{query}: {found}\n{self.tail()}") from None

    async def published(self) -> list[Any]:
        """Every record of sla.events: aiokafka's, with the broker's timestamp."""
        settings = self.namespace.settings("reporting")
        consumer = AIOKafkaConsumer(
            **aiokafka_args(settings), enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            parts = [TopicPartition(settings.topic("sla.events"), part) for part in range(PARTITIONS)]
            consumer.assign(parts)
            ends = await consumer.end_offsets(parts)
            records: list[Any] = []
            while len(records) < sum(ends.values()):
                got = await consumer.getmany(timeout_ms=500)
                records += [record for batch in got.values() for record in batch]
            return records
        finally:
            await consumer.stop()

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)

    def tail(self) -> str:
        return "\n".join(f"{p.name}: …{p.read_text()[-4000:]}" for p in sorted(self.logs.glob("*.log")))
