"""What goes out: events become rows in the transaction that caused them; the relay publishes them."""

from collections.abc import Sequence

from contracts.envelope import Event
from contracts.topics import key_of, to_bytes, topic_of
from libs.db import Connection

_PUT = """
INSERT INTO outbox (topic, key, value, partition)
SELECT t, k, v, $4 FROM unnest($1::text[], $2::bytea[], $3::bytea[]) WITH ORDINALITY AS x(t, k, v, n) ORDER BY n
"""


async def put(conn: Connection, events: Sequence[Event], partition: int | None = None) -> None:
    """Put `events` into the outbox of the open transaction, in this order.

    The dossiers' rows must be locked before (their events are published in the order of these rows).
    `partition` overrides the choice by key, for an import's barrier events. Commit with
    `libs.db.transaction`, which wakes the relay.
    """
    if not events:
        return
    await conn.execute(
        _PUT,
        [topic_of(event) for event in events],
        [key_of(event).encode() for event in events],
        [to_bytes(event) for event in events],
        partition,
    )
