"""Processes as an orchestrator sees them: ready when they work, 0 at SIGTERM, loud when a right is missing."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.topics import TOPICS
from deploy.local.kafka_rights import rights
from libs import offsets, outbox, preflight
from libs.db import transaction
from libs.ids import uuid7
from libs.kafka import aiokafka_args
from libs.preflight import PreflightError
from tests.integration.libs import toy
from tests.integration.libs.conftest import Corner
from tests.namespace import Namespace


def said(log: Path, event: str) -> dict[str, Any]:
    for line in log.read_text().splitlines() if log.exists() else ():
        with contextlib.suppress(orjson.JSONDecodeError):
            entry = orjson.loads(line)
            if entry.get("event") == event:
                return entry
    return {}


async def port_of(corner: Corner, role: str) -> int:
    async with asyncio.timeout(30):
        while not (entry := said(corner.logs / f"{role}.log", "listening")):
            await asyncio.sleep(0.05)
    return entry["port"]


async def ready(port: int, seconds: float = 40) -> dict[str, bool]:
    checks: dict[str, bool] = {}
    async with httpx.AsyncClient() as http, asyncio.timeout(seconds):
        while True:
            with contextlib.suppress(httpx.HTTPError):
                answer = await http.get(f"http://127.0.0.1:{port}/routing/readyz")
                checks = answer.json()
                if answer.status_code == 200:
                    return checks
            await asyncio.sleep(0.1)


async def unready(port: int, seconds: float = 40) -> dict[str, bool]:
    async with httpx.AsyncClient() as http, asyncio.timeout(seconds):
        while True:
            answer = await http.get(f"http://127.0.0.1:{port}/routing/readyz")
            if answer.status_code == 503:
                checks: dict[str, bool] = answer.json()
                return checks
            await asyncio.sleep(0.1)


async def test_api_relay_and_clockwork_share_a_process_and_end_with_zero(corner: Corner):
    process = corner.start("api relay clockwork")
    port = await port_of(corner, "api relay clockwork")

    everything = {"database": True, "catalogue": True, "relay": True, "clockwork": True}
    assert await ready(port) == everything
    process.send_signal(signal.SIGTERM)

    assert await asyncio.to_thread(process.wait, 20) == 0, corner.tail()


async def test_a_relay_that_may_not_write_any_more_is_not_ready_until_it_may_again(corner: Corner):
    corner.start("relay", handler="impatient")
    port = await port_of(corner, "relay")
    assert await ready(port) == {"catalogue": True, "relay": True}
    admin, prefix = corner.namespace.admin, corner.namespace.prefix

    await asyncio.to_thread(admin.drop_rights, {f"{prefix}routing.events"})
    async with transaction(corner.pool) as conn:
        await outbox.put(conn, [toy.claimed(uuid7(), 1)])
    assert await unready(port) == {"catalogue": True, "relay": False}

    await asyncio.to_thread(admin.set_rights, rights(TOPICS, prefix=prefix))
    assert await ready(port) == {"catalogue": True, "relay": True}
    assert await corner.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_clockwork_that_comes_to_nothing_is_not_ready(corner: Corner):
    corner.start("clockwork", handler="forlorn")
    port = await port_of(corner, "clockwork")

    assert await unready(port) == {"catalogue": True, "clockwork": False}


async def test_a_worker_is_ready_once_it_has_partitions_and_shows_its_lag(corner: Corner):
    process = corner.start("worker")
    port = await port_of(corner, "worker")

    assert await ready(port) == {"assignment": True, "catalogue": True, "breaker": True}
    await corner.say([toy.withdrawn(uuid7(), 1) for _ in range(50)])
    await corner.until("SELECT count(*)::int FROM toy", 50)
    async with asyncio.timeout(20):
        while await offsets.caught_up_at(corner.pool, "routing") is None:
            await asyncio.sleep(0.1)
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text

    assert 'events_consumed_total{topic="intake.events",type="DossierWithdrawn"} 50.0' in text
    assert 'consumer_lag_records{partition="0",service="routing",topic="intake.events"} 0.0' in text
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait, 20) == 0, corner.tail()


async def committed(settings: Any) -> dict[TopicPartition, int | None]:
    consumer = AIOKafkaConsumer(**aiokafka_args(settings), group_id=settings.group, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(settings.topic("intake.events"), p) for p in range(12)]
        return {tp: await consumer.committed(tp) for tp in partitions}
    finally:
        await consumer.stop()


async def test_kafka_is_aligned_to_the_database_at_the_start(corner: Corner):
    """The fence may drop records again; the alignment makes Kafka start where PostgreSQL stands."""
    dossiers = [uuid7() for _ in range(200)]
    await corner.say([toy.withdrawn(d, 1) for d in dossiers])
    first = corner.start("worker")
    await corner.until("SELECT count(*)::int FROM toy", 200)
    first.kill()
    await corner.pool.execute("TRUNCATE toy, toy_said, stream_offset, inbox_progress, outbox")

    corner.start("worker")

    await corner.until("SELECT count(*)::int FROM toy", 200)
    known = {
        p: n for (t, p), n in (await offsets.known(corner.pool, "routing")).items() if t == "intake.events"
    }
    async with asyncio.timeout(20):
        while {tp.partition: n or 0 for tp, n in (await committed(corner.settings)).items()} != known:
            await asyncio.sleep(0.2)


async def test_a_bug_in_a_handler_ends_the_process_and_loses_nothing(corner: Corner):
    await corner.say([toy.withdrawn(uuid7(), 1) for _ in range(20)])

    assert await asyncio.to_thread(corner.start("worker", handler="buggy").wait, 60) == 1, corner.tail()

    assert "a bug of ours" in corner.tail()
    corner.start("worker")
    await corner.until("SELECT count(*)::int FROM toy", 20)


@pytest.mark.parametrize(("handler", "code"), [("hanging", 70), ("blocking", 71)])
async def test_a_worker_that_stands_still_ends_itself(corner: Corner, handler: str, code: int):
    await corner.say([toy.withdrawn(uuid7(), 1)])

    assert await asyncio.to_thread(corner.start("worker", handler=handler).wait, 60) == code, corner.tail()
    assert await corner.pool.fetchval("SELECT count(*) FROM inbox_progress") == 0


@pytest.mark.parametrize(
    ("role", "handler", "code", "words"),
    [
        ("worker", "unread", 70, "catalogue not read"),
        ("worker", "unjoined", 70, "no partitions"),
        ("worker", "blocked", 71, "event loop blocked"),
        ("relay", "blocked", 71, "event loop blocked"),
        ("api relay clockwork", "blocked", 71, "event loop blocked"),
    ],
)
async def test_a_process_that_never_gets_to_its_work_ends_itself_and_says_why(
    corner: Corner, role: str, handler: str, code: int, words: str
):
    assert await asyncio.to_thread(corner.start(role, handler=handler).wait, 45) == code, corner.tail()
    assert words in corner.tail()


async def test_a_worker_stops_while_the_breaker_is_open(corner: Corner):
    garbage = [("intake.events", str(uuid7()).encode(), b"{}") for _ in range(30)]
    await corner.say([], raw=garbage)
    process = corner.start("worker")

    assert await asyncio.to_thread(process.wait, 60) == 72, corner.tail()
    assert await corner.pool.fetchval("SELECT opened_at IS NOT NULL FROM breaker")


async def test_a_missing_right_is_named_and_ends_the_worker(corner: Corner):
    settings = corner.settings.model_copy(update={"topic_prefix": "nobodys-"})

    with pytest.raises(PreflightError, match=r"topic nobodys-intake\.events") as caught:
        await preflight.check(settings, reads=["intake.events"], group="routing")

    assert "group nobodys-routing" in str(caught.value)
    process = corner.start("worker", TOPIC_PREFIX="nobodys-")
    assert await asyncio.to_thread(process.wait, 60) == 1
    assert said(corner.logs / "worker.log", "preflight failed")


async def test_a_right_that_is_not_ours_is_named(namespace: Namespace):
    settings = namespace.settings("routing")
    missing = preflight.missing_rights(
        settings, reads=["intake.events"], writes=["sla.events"], group="routing"
    )

    assert missing == [f"topic {namespace.prefix}sla.events: WRITE not granted"]


async def test_a_wrong_password_is_said(namespace: Namespace):
    settings = namespace.settings("routing", kafka_password="wrong")

    with pytest.raises(PreflightError, match="Authentication failed"):
        await preflight.check(settings, reads=["intake.events"])
