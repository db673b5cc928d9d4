"""What each service may do on the two servers, and what not."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from contracts.codes import Service
from contracts.topics import heard_by
from libs import preflight
from libs.kafka import aiokafka_args


async def test_a_service_cannot_read_another_services_tables(namespace):
    conn = await asyncpg.connect(namespace.dsn("sla"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(f'SELECT * FROM "{namespace.schema("intake")}".outbox')
    finally:
        await conn.close()


async def test_a_service_cannot_make_tables_where_all_could_see_them(namespace):
    conn = await asyncpg.connect(namespace.dsn("sla"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("CREATE TABLE public.seen (id int)")
    finally:
        await conn.close()


async def test_a_service_writes_its_own_topic(namespace):
    settings = namespace.settings("intake")
    producer = AIOKafkaProducer(**aiokafka_args(settings), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        sent = await producer.send_and_wait(settings.topic("intake.events"), b"{}", key=b"1")
    finally:
        await producer.stop()

    assert sent.offset == 0


async def test_a_service_cannot_write_a_foreign_topic(namespace):
    settings = namespace.settings("intake")
    producer = AIOKafkaProducer(**aiokafka_args(settings))
    await producer.start()
    try:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(settings.topic("routing.events"), b"{}", key=b"1")
    finally:
        await producer.stop()


async def test_a_service_cannot_read_a_topic_it_does_not_hear(namespace):
    settings = namespace.settings("routing")
    consumer = AIOKafkaConsumer(**aiokafka_args(settings), group_id=settings.group)
    await consumer.start()
    try:
        consumer.subscribe([settings.topic("routing.events")])
        with pytest.raises(TopicAuthorizationFailedError):
            await consumer.getone()
    finally:
        await consumer.stop()


async def test_a_service_cannot_use_anothers_group(namespace):
    settings = namespace.settings("routing")
    consumer = AIOKafkaConsumer(
        settings.topic("intake.events"), **aiokafka_args(settings), group_id=namespace.prefix + "sla"
    )
    try:
        with pytest.raises(GroupAuthorizationFailedError):  # noqa: PT012 - either call may be the one refused
            await consumer.start()
            await consumer.getone()
    finally:
        await consumer.stop()


async def test_the_preflight_is_silent_when_every_right_is_there(namespace):
    await preflight.check(
        namespace.settings("sla"),
        reads=heard_by(Service.SLA),
        writes=("sla.events", "sla.catalogue"),
        group="sla",
    )


async def test_the_preflight_names_each_missing_right(namespace):
    with pytest.raises(preflight.PreflightError) as refused:
        await preflight.check(
            namespace.settings("routing"), reads=("routing.events",), writes=("sla.events",), group="intake"
        )

    assert "routing.events: READ not granted" in str(refused.value)
    assert "sla.events: WRITE not granted" in str(refused.value)
    assert f"group {namespace.prefix}intake" in str(refused.value)


async def test_a_wrong_password_opens_nothing(namespace):
    dsn = namespace.dsn("sla").replace("://sla:", "://sla:x")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(dsn)
