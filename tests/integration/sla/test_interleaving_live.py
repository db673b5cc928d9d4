"""The same once more through real Kafka: mixed topics, repeats and a worker that is killed end in one standing."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.envelope import DossierEvent
from libs.clock import utcnow
from libs.db import open_pool
from tests.integration.sla.conftest import Clocks
from tests.integration.sla.live import Live
from tests.integration.sla.test_interleaving import interleaved, run, seeded, stories
from tests.namespace import Namespace
from tests.unit.services.sla import makers

HEARD = "SELECT coalesce(sum(next_offset), 0)::int FROM stream_offset"
TIMELESS = {
    "facts",
    "story",
    "seq",
    "revision",
    "changed_at",
    "standing_at",
    "told",
    "ladder",
    "next_rung_at",
}
"""What depends on the order or the moment of hearing, and what a clockwork that isn't running would change."""


@pytest.fixture
async def live(make_namespace: Callable[..., Awaitable[Namespace]], tmp_path: Path) -> AsyncIterator[Live]:
    namespace = await make_namespace()
    pool = await open_pool(namespace.settings("sla"))
    live = Live(namespace, pool, tmp_path)
    await live.say(makers.catalogue_items())
    yield live
    live.stop()
    pool.terminate()


def is_of(events: list[DossierEvent], emitter: str) -> list[DossierEvent]:
    return [event for event in events if event.EMITTER == emitter]


async def standing(pool: Any) -> list[dict[str, Any]]:
    rows = await pool.fetch("SELECT * FROM dossier ORDER BY id")
    return [{name: value for name, value in row.items() if name not in TIMELESS} for row in rows]


@pytest.mark.parametrize("order", [("intake", "routing"), ("routing", "intake")])
async def test_through_kafka_any_order_of_the_topics_ends_in_the_same_standing(
    live: Live, clocks: Clocks, order: tuple[str, str]
) -> None:
    clocks.now = utcnow() + timedelta(seconds=1)
    await run(clocks, [event for story in stories() for event in story.events], seeded(0))
    wanted = await standing(clocks.pool)
    mixed = interleaved(seeded(7))

    worker = live.start("worker")
    first, then = (is_of(mixed, emitter) for emitter in order)
    await live.say(first)
    await live.until(HEARD, len(first))
    worker.send_signal(signal.SIGKILL)
    await asyncio.to_thread(worker.wait)
    live.start("worker")
    await live.say([*then, *first[:5]])
    await live.until(HEARD, len(mixed) + 5)

    assert await standing(live.pool) == wanted
