"""The processes as they run: a dossier said on Kafka by intake comes back from routing on Kafka."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.topics import parse, to_bytes
from deploy.local.ports import keep
from libs.kafka import aiokafka_args
from tests.namespace import Namespace
from tests.unit.services.routing import makers

ROOT = Path(__file__).parents[3]


async def said_on_kafka(namespace: Namespace, number: int) -> list[object]:
    settings = namespace.settings("reporting")
    consumer = AIOKafkaConsumer(
        settings.topic("routing.events"), **aiokafka_args(settings), auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        found: list[object] = []
        async with asyncio.timeout(90):
            while len(found) < number:
                record = await consumer.getone()
                found.append(parse("routing.events", record.value))
        return found
    finally:
        await consumer.stop()


def start(namespace: Namespace, name: str, port: int, logs: Path) -> subprocess.Popen[bytes]:
    roles = {"api": ["api", "relay", "clockwork"], "worker": ["worker"]}[name]
    environment = os.environ | namespace.environment(
        "routing", PORT=str(port), INSTANCE=f"{namespace.name}-{name}"
    )
    command = [sys.executable, "-m", "services.routing", *roles]
    with (logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT)


async def test_worker_and_relay_carry_a_dossier_from_topic_to_topic(
    make_namespace: Callable[..., Awaitable[Namespace]], tmp_path: Path
):
    namespace = await make_namespace(services=("routing",), partitions=2)
    ports = keep(tmp_path / "ports.json", ["api", "worker"])
    processes = [start(namespace, name, ports[name], tmp_path) for name in ports]
    try:
        settings = namespace.settings("intake")
        producer = AIOKafkaProducer(**aiokafka_args(settings), enable_idempotence=True)
        await producer.start()
        dossiers = [uuid4() for _ in range(20)]
        for dossier in dossiers:
            event = makers.received(dossier, procedure_version=None, procedure_code="9.9")
            await producer.send(settings.topic("intake.events"), to_bytes(event), key=str(dossier).encode())
        await producer.stop()

        said = await said_on_kafka(namespace, len(dossiers))

        assert {event.subject for event in said} == set(dossiers)  # type: ignore[attr-defined]
        async with httpx.AsyncClient() as http:
            for port in ports.values():
                ready = await http.get(f"http://127.0.0.1:{port}/routing/readyz")
                assert ready.status_code == 200, ready.text
    except TimeoutError:
        logs = "\n".join(file.read_text()[-2000:] for file in tmp_path.glob("*.log"))
        raise AssertionError(logs) from None
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(30) for process in processes]
    assert codes == [0, 0]
