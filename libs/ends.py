"""The ends of partitions, asked over a connection of their own."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from libs.kafka import aiokafka_args
from libs.settings import ServiceSettings

_PARTING = 3.0
"""Seconds a connection gets to close: the watchdog waits for it, and must not be held by a broker that hangs."""


class Ends:
    """Asks the broker for log ends.

    A broker answers a connection's requests in their order, and a consumer's connection nearly always holds
    a fetch that waits for records (1.5 s in Faust): asked over it, the ends would come that much late.
    """

    def __init__(self, settings: ServiceSettings, *, parting: float = _PARTING) -> None:
        self._settings, self._parting = settings, parting
        self._consumer: Any = None

    async def of(self, partitions: Collection[Any]) -> Mapping[Any, int]:
        """Return the next offset to be written of each partition; after an error the connection is made anew."""
        try:
            if self._consumer is None:
                self._consumer = AIOKafkaConsumer(**aiokafka_args(self._settings), enable_auto_commit=False)
                await self._consumer.start()
            ends: Mapping[Any, int] = await self._consumer.end_offsets(partitions)
        except BaseException:
            await self.close()
            raise
        return ends

    async def close(self) -> None:
        """Close the connection; bounded, whatever state it is in."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(self._parting):
                    await consumer.stop()
