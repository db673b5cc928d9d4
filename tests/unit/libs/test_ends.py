"""Asking for log ends when the broker does not play along."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from libs import ends
from libs.ends import Ends
from libs.settings import ServiceSettings

SETTINGS = ServiceSettings(service="sla", database_url="postgresql://nobody@127.0.0.1:1/none")


class Hanging:
    """aiokafka's consumer beside a broker that is gone: no answer, and no end of stopping."""

    made = 0

    def __init__(self, **_: Any) -> None:
        type(self).made += 1

    async def start(self) -> None:
        pass

    async def end_offsets(self, _partitions: Any) -> Any:
        raise KafkaConnectionError

    async def stop(self) -> None:
        await asyncio.Event().wait()


async def test_a_connection_that_does_not_close_holds_nobody_and_the_next_question_has_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(ends, "AIOKafkaConsumer", Hanging)
    asked = Ends(SETTINGS, parting=0.01)

    for number in (1, 2):
        with pytest.raises(KafkaConnectionError):
            async with asyncio.timeout(20):
                await asked.of([])
        assert Hanging.made == number
