"""The peer: what one writes by hand in an hour. aiokafka, orjson, COPY, commit; no law, no outbox, no fence."""

import os
from datetime import datetime
from typing import Any

import asyncpg
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer

from bench.processes.marks import mark
from libs.db import connect_args
from libs.kafka import aiokafka_args
from libs.settings import ServiceSettings

_COLUMNS = {
    "id": "uuid",
    "type": "text",
    "at": "timestamptz",
    "code": "text",
    "procedure_code": "text",
    "field": "text",
    "channel": "text",
    "receiving_unit": "text",
    "competent_unit": "text",
    "due_at": "timestamptz",
}
_BATCH = 1_000


async def main() -> None:
    """Copy the topics named in BENCH_TOPICS for ever."""
    settings = ServiceSettings()
    conn = await asyncpg.connect(**connect_args(settings))
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    await conn.execute(f"CREATE TABLE IF NOT EXISTS peer ({columns})")
    consumer = AIOKafkaConsumer(
        *map(settings.topic, os.environ["BENCH_TOPICS"].split()),
        **aiokafka_args(settings),
        group_id=settings.topic_prefix + os.environ["BENCH_GROUP"],
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    done = 0
    while True:
        got = await consumer.getmany(timeout_ms=200, max_records=_BATCH)
        rows = [_row(orjson.loads(record.value)) for records in got.values() for record in records]
        if rows:
            await conn.copy_records_to_table("peer", records=rows, columns=list(_COLUMNS))
            await consumer.commit()
            done += len(rows)
            mark(done)


def _row(event: dict[str, Any]) -> tuple[Any, ...]:
    data, at, due = event["data"], event["time"], event["data"].get("appointment_at")
    return (
        event["subject"],
        event["type"],
        datetime.fromisoformat(at),
        data.get("code"),
        data.get("procedure_code"),
        data.get("field"),
        data.get("channel"),
        data.get("receiving_unit"),
        data.get("competent_unit"),
        datetime.fromisoformat(due) if due else None,
    )


if __name__ == "__main__":
    uvloop.run(main())
