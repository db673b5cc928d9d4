"""What every service said and what every service applied, read from tables and topics behind their backs."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.topics import BY_NAME, PARTITIONS, parse_dossier_event
from deploy.local.kafka_admin import KafkaAccess
from tests.e2e.stack import Stack

EMITTERS = ("intake", "routing", "sla")
HEARD_BY = {
    "intake": ("routing", "sla", "reporting"),
    "routing": ("intake", "sla", "reporting"),
    "sla": ("intake", "routing", "reporting"),
}
Said = dict[UUID, int]
"""How many events were said about each subject: the last `dossierseq`."""


@dataclass
class Ledger:
    """Everything that is compared."""

    said: dict[str, Said] = field(default_factory=dict)
    """By emitter, from its own table of dossiers."""
    topic: dict[str, Said] = field(default_factory=dict)
    """By emitter, from its topic; barriers included."""
    applied: dict[tuple[str, str], Said] = field(default_factory=dict)
    """By reader and emitter, from the reader's progress."""
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    repeated: int = 0
    leftovers: dict[str, int] = field(default_factory=dict)
    """What must be empty: waiting and held events, dead letters, unpublished outbox rows."""


class ContradictionError(AssertionError):
    """A topic that says two things under one number, or leaves one out."""


async def read(stack: Stack) -> Ledger:
    """Read everything."""
    ledger = Ledger()
    conn = await asyncpg.connect(stack.owner_dsn)
    try:
        for service in HEARD_BY:
            rows = await conn.fetch(f"SELECT id, seq FROM {service}.dossier WHERE seq > 0")
            ledger.said[service] = {row["id"]: row["seq"] for row in rows}
        for service in (*HEARD_BY, "reporting"):
            for row in await conn.fetch(f"SELECT dossier, emitter, seq FROM {service}.inbox_progress"):
                ledger.applied.setdefault((service, row["emitter"]), {})[row["dossier"]] = row["seq"]
            for table in ("outbox", "inbox", "inbox_held", "dead_letter"):
                number = await conn.fetchval(f"SELECT count(*)::int FROM {service}.{table}")
                ledger.leftovers[f"{service}.{table}"] = number
    finally:
        await conn.close()
    for emitter in EMITTERS:
        await _read_topic(stack.servers.kafka, emitter, ledger)
    return ledger


async def _read_topic(access: KafkaAccess, emitter: str, ledger: Ledger) -> None:
    """Read a topic as a de-duplicating listener would; raise `ContradictionError` where it would be misled."""
    topic = f"{emitter}.events"
    ids: dict[tuple[UUID, int], UUID] = {}
    count: defaultdict[UUID, int] = defaultdict(int)
    async for value in _values(access, topic):
        event = parse_dossier_event(topic, value)
        place = event.subject, event.dossierseq
        if place in ids:
            if ids[place] != event.id:
                raise ContradictionError(f"{topic}: {place} is said by two events")
            ledger.repeated += 1
            continue
        if event.dossierseq != count[event.subject] + 1:
            raise ContradictionError(f"{topic}: {place} comes after {count[event.subject]}")
        ids[place] = event.id
        count[event.subject] += 1
        ledger.types[emitter, event.name] += 1
    ledger.topic[emitter] = dict(count)


async def _values(access: KafkaAccess, topic: str) -> Any:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=access.bootstrap,
        security_protocol=access.security,
        sasl_mechanism=access.mechanism,
        sasl_plain_username=access.username,
        sasl_plain_password=access.password,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, part) for part in range(BY_NAME[topic].partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    yield record.value
    finally:
        await consumer.stop()


def differences(ledger: Ledger) -> list[str]:
    """Return what is not as it must be, in words."""
    found = [f"{name} holds {number}" for name, number in ledger.leftovers.items() if number]
    for emitter, readers in HEARD_BY.items():
        published = ledger.topic[emitter]
        missing = {k: n for k, n in ledger.said[emitter].items() if published.get(k) != n}
        found += _words(f"{emitter} said but its topic lacks", missing)
        barriers = published.keys() - ledger.said[emitter].keys()
        if len(barriers) % PARTITIONS:
            found.append(
                f"{emitter}'s topic has {len(barriers)} subjects that are neither dossiers nor barriers"
            )
        for reader in readers:
            applied = ledger.applied.get((reader, emitter), {})
            found += _words(f"{reader} has not applied of {emitter}", _unequal(published, applied))
            found += _words(f"{reader} applied more than {emitter} said", _unequal(applied, published))
    return found


def _unequal(want: Mapping[UUID, int], have: Mapping[UUID, int]) -> Said:
    return {key: number for key, number in want.items() if have.get(key) != number}


def _words(head: str, entries: Said) -> list[str]:
    some = ", ".join(f"{key}: {number}" for key, number in list(entries.items())[:3])
    return [f"{head} {len(entries)} subjects, as {some}"] if entries else []


def read_now(stack: Stack) -> Ledger:
    """Read everything, from code that is not asynchronous."""
    return asyncio.run(read(stack))
