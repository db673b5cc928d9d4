"""A small service in its own corner of the servers."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from contracts.envelope import Event
from contracts.topics import key_of, to_bytes, topic_of
from libs.kafka import aiokafka_args
from libs.runtime import Runtime, open_runtime
from libs.settings import ServiceSettings
from tests.integration.libs import toy
from tests.namespace import Namespace

ROOT = Path(__file__).parents[3]


@dataclass
class Corner:
    """The toy service: its namespace, runtime and processes."""

    namespace: Namespace
    runtime: Runtime
    logs: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def pool(self) -> asyncpg.Pool:
        return self.runtime.pool

    @property
    def settings(self) -> ServiceSettings:
        return self.runtime.settings

    def start(self, role: str, *, handler: str = "", **more: str) -> subprocess.Popen[bytes]:
        environment = os.environ | self.namespace.environment("routing", **more) | {"TOY_HANDLER": handler}
        with (self.logs / f"{role}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.libs.toy", *role.split()],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        self.started.append(process)
        return process

    async def say(self, events: Sequence[Event], service: str = "intake", raw: Sequence[Any] = ()) -> None:
        """Publish events as their emitter would; `raw` are (topic, key, value) as they are."""
        settings = self.namespace.settings(service)
        producer = AIOKafkaProducer(**aiokafka_args(settings), enable_idempotence=True, linger_ms=5)
        await producer.start()
        try:
            rows = [(topic_of(e), key_of(e).encode(), to_bytes(e)) for e in events] + list(raw)
            sends = [await producer.send(settings.topic(t), v, key=k) for t, k, v in rows]
            await asyncio.gather(*sends)
        finally:
            await producer.stop()

    async def until(self, query: str, wanted: Any, seconds: float = 60) -> None:
        """Wait until the query answers `wanted`."""
        found = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (found := await self.pool.fetchval(query)) != wanted:
                    await asyncio.sleep(0.05)
        assert found == wanted, f"{query}: {found}\n{self.tail()}"

    def tail(self) -> str:
        return "\n".join(f"{p.name}: …{p.read_text()[-3000:]}" for p in sorted(self.logs.glob("*.log")))

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
async def corner(
    make_namespace: Callable[..., Awaitable[Namespace]], tmp_path: Path
) -> AsyncIterator[Corner]:
    namespace = await make_namespace(services=("routing",))
    async with open_runtime(namespace.settings("routing")) as runtime:
        await runtime.pool.execute(toy.TABLE)
        corner = Corner(namespace, runtime, tmp_path)
        try:
            yield corner
        finally:
            corner.end()


@pytest.fixture
def settings_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No variable of ours in the environment."""
    for name in [n for n in os.environ if n.startswith("MOTCUA_")]:
        monkeypatch.delenv(name)
    return
