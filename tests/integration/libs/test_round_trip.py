"""Outbox → relay → Kafka → worker → rows, on the real servers, with processes killed on the way."""

import signal
from uuid import uuid4

from libs import outbox
from libs.db import transaction
from libs.ids import uuid7
from tests.integration.libs import toy
from tests.integration.libs.conftest import Corner

ORDERED = """
SELECT count(*)::int FROM (SELECT seq, row_number() OVER (PARTITION BY dossier, emitter ORDER BY place) AS n FROM toy) x
WHERE seq <> n
"""


async def test_events_travel_from_outbox_to_rows_and_on(corner: Corner):
    dossiers = [uuid7() for _ in range(300)]
    worker = corner.start("worker")
    relay = corner.start("relay")

    await corner.say([toy.withdrawn(d, seq) for seq in (1, 2, 3) for d in dossiers])

    await corner.until("SELECT count(*)::int FROM toy", 900)
    await corner.until("SELECT count(*)::int FROM outbox", 0)
    assert await corner.pool.fetchval(ORDERED) == 0
    worker.send_signal(signal.SIGTERM)
    relay.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0, corner.tail()
    assert relay.wait(20) == 0, corner.tail()


async def test_rolled_back_events_are_never_published(corner: Corner):
    kept = toy.claimed(uuid4(), 1)
    try:
        async with transaction(corner.pool) as conn:
            await outbox.put(conn, [toy.claimed(uuid4(), 1)])
            raise RuntimeError
    except RuntimeError:
        pass

    async with transaction(corner.pool) as conn:
        await outbox.put(conn, [kept])

    assert await corner.pool.fetchval("SELECT convert_from(key, 'UTF8') FROM outbox") == str(kept.subject)
