"""Intake in its own schema: its API over ASGI, its jobs by hand, its outbox to look at."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
import pytest

from contracts.codes import Role
from contracts.topics import parse
from libs.clock import utcnow
from libs.runtime import Runtime, open_runtime
from libs.tokens import Identity, issue, new_key
from services.intake.__main__ import app
from services.intake.handlers.jobs import Pace, work
from services.intake.settings import IntakeSettings
from tests.namespace import Namespace
from tests.unit.services.intake import makers

CLERK = UUID("00000000-0000-4000-8000-000000000001")


@dataclass
class Counter:
    """The service without its processes."""

    namespace: Namespace
    runtime: Runtime
    key: Any
    client: httpx.AsyncClient

    @property
    def pool(self) -> asyncpg.Pool:
        return self.runtime.pool

    def headers(
        self, *roles: Role, units: tuple[str, ...] = ("*",), key: str | None = None
    ) -> dict[str, str]:
        who = Identity(CLERK, "clerk", frozenset(roles or Role), frozenset(units))
        headers = {"authorization": f"Bearer {issue(self.key, who, now=utcnow())}"}
        return headers | ({"idempotency-key": key} if key else {})

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = more.pop("headers", None) or self.headers(**more)
        return await self.client.post(f"/intake/api/v1{path}", json=body or {}, headers=headers)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(f"/intake/api/v1{path}", headers=self.headers(**more))

    async def put(self, path: str, content: bytes) -> httpx.Response:
        return await self.client.put(f"/intake/api/v1{path}", content=content, headers=self.headers())

    async def receive(self, **over: Any) -> dict[str, Any]:
        answer = await self.post("/dossiers", makers.form(**over), key=str(uuid4()))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def said(self, topic: str = "intake.events") -> list[Any]:
        """Everything in the outbox, in its order."""
        rows = await self.pool.fetch("SELECT value FROM outbox WHERE topic = $1 ORDER BY id", topic)
        return [parse(topic, row["value"]) for row in rows]

    async def work(self, *, chunk: int = 1000) -> int:
        """Do all there is to do; return in how many pieces."""
        pieces = 0
        while await work(self.pool, self.runtime.catalogue, now=utcnow(), pace=Pace(chunk=chunk)):
            pieces += 1
        return pieces

    async def import_(
        self, register: str, steps: str = "", units: str = "", *, source: str = "register"
    ) -> str:
        """Upload and check a register; return the batch."""
        batch = str((await self.post("/imports", {"source": source})).json()["batch"])
        for file, text in (("register", register), ("steps", steps), ("units", units)):
            if text:
                answer = await self.put(f"/imports/{batch}/{file}", text.encode())
                assert answer.status_code == 200, answer.text
        assert (await self.post(f"/imports/{batch}/check")).status_code == 202
        await self.work()
        return batch

    async def apply(self, batch: str, **more: Any) -> dict[str, Any]:
        answer = await self.post(f"/imports/{batch}/apply")
        assert answer.status_code == 202, answer.text
        await self.work(**more)
        return await self.batch(batch)

    async def batch(self, batch: str) -> dict[str, Any]:
        return dict((await self.get(f"/imports/{batch}")).json())

    async def rejects(self, batch: str) -> list[tuple[str, ...]]:
        """Refused lines as (file, line, field, rule)."""
        lines = (await self.get(f"/imports/{batch}/rejects")).text.splitlines()[1:]
        return [(c[0], c[1], c[3], c[4]) for c in (line.split(",") for line in lines)]


def problem_rules(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(e["field"], e["rule"]) for e in orjson.loads(answer.content)["errors"]}


@pytest.fixture
async def make_counter(
    make_namespace: Callable[..., Awaitable[Namespace]],
) -> AsyncIterator[Callable[[], Awaitable[Counter]]]:
    async with AsyncExitStack() as stack:

        async def make() -> Counter:
            key = new_key()
            public = orjson.dumps(key.as_dict(private=False)).decode()
            namespace = await make_namespace(services=("intake",), partitions=12, token_public_key=public)
            runtime = await stack.enter_async_context(
                open_runtime(namespace.settings("intake", IntakeSettings))
            )
            runtime.mirror.use(makers.catalogue_items())
            transport = httpx.ASGITransport(app(runtime))
            client = httpx.AsyncClient(transport=transport, base_url="http://counter")
            await stack.enter_async_context(client)
            return Counter(namespace, runtime, key, client)

        yield make


@pytest.fixture
async def counter(make_counter: Callable[[], Awaitable[Counter]]) -> Counter:
    return await make_counter()
