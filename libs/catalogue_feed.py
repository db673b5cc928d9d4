"""Kafka → table: each service mirrors the catalogue topics, to their end before it starts, then follows them."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from contracts.topics import CATALOGUE_TOPICS, parse_item
from libs import catalogue_store, metrics
from libs.db import TRANSIENT, transaction
from libs.inbox_rules import Fault
from libs.kafka import aiokafka_args
from libs.settings import ServiceSettings
from libs.stream import explain

log = structlog.get_logger()
_FETCH = 2_000


class CatalogueFeed:
    """Mirrors the three catalogue topics into `catalogue_item`. `read` is set once their ends were reached."""

    def __init__(
        self, settings: ServiceSettings, pool: asyncpg.Pool, changed: Callable[[], Any] = lambda: None
    ) -> None:
        self._settings, self._pool, self._changed = settings, pool, changed
        self.read = asyncio.Event()

    async def run(self) -> None:
        """Follow the topics for ever, with a fresh consumer after every error."""
        delay = 0.2
        while True:
            try:
                await self._follow()
            except (KafkaError, *TRANSIENT) as error:
                log.warning("catalogue feed restarts", error=type(error).__name__)
            await asyncio.sleep(delay)
            delay = min(2 * delay, 5.0)

    async def _follow(self) -> None:
        consumer = AIOKafkaConsumer(
            **aiokafka_args(self._settings), enable_auto_commit=False, auto_offset_reset="earliest"
        )
        try:
            async with asyncio.timeout(20):
                await consumer.start()
                ends = await self._place(consumer)
            while True:
                if not self.read.is_set() and await self._at_end(consumer, ends):
                    self.read.set()
                got = await consumer.getmany(timeout_ms=500, max_records=_FETCH)
                for partition, records in got.items():
                    await self._store(self._logical(partition.topic), records)
        finally:
            async with asyncio.timeout(3):
                await consumer.stop()

    async def _place(self, consumer: Any) -> dict[TopicPartition, int]:
        partitions = [TopicPartition(self._settings.topic(topic), 0) for topic in CATALOGUE_TOPICS]
        consumer.assign(partitions)
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        async with transaction(self._pool) as conn:
            done = await catalogue_store.mirrored_to(conn)
            for partition in partitions:
                topic = self._logical(partition.topic)
                if done.get(topic, 0) > ends[partition]:  # the topic was made anew
                    await catalogue_store.forget_offsets(conn, topic)
                    done[topic] = 0
        for partition in partitions:
            consumer.seek(partition, done.get(self._logical(partition.topic), 0))
        return ends

    async def _at_end(self, consumer: Any, ends: dict[TopicPartition, int]) -> bool:
        return all([await consumer.position(partition) >= end for partition, end in ends.items()])

    async def _store(self, topic: str, records: list[Any]) -> None:
        good = []
        for record in records:
            try:
                item = parse_item(topic, record.value or b"")
            except (ValidationError, TypeError) as error:
                metrics.EVENTS_DEAD_LETTER.labels(topic, Fault.UNPARSABLE).inc()
                log.warning("unreadable item", topic=topic, offset=record.offset, why=explain(error))
                continue
            good.append((item.key, record.offset, record.value.decode()))
        if good:
            async with transaction(self._pool) as conn:
                await catalogue_store.mirror(conn, topic, good)
            self._changed()

    def _logical(self, topic: str) -> str:
        return topic.removeprefix(self._settings.topic_prefix)
