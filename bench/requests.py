"""Requests a second: `POST /intake/api/v1/dossiers` beside a bare FastAPI route with one INSERT, same client."""

import asyncio
import json
import statistics
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from bench.corner import Corner
from bench.figures import Figures, Tell
from bench.running import running
from contracts.codes import Role
from deploy.seed.live import filing
from libs.clock import utcnow
from libs.ids import uuid7
from libs.tokens import Identity, issue, new_key

_AT_ONCE = 16
_WARM = 100
_READY = 60.0
_CLERK = Identity(uuid7(), "clerk", frozenset({Role.CLERK}), frozenset({"N66"}))


@dataclass
class Target:
    """Where to send dossiers, and as whom."""

    url: str
    bearer: str = ""
    times: list[float] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """Return the headers of one request."""
        signed = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        return signed | {"Idempotency-Key": str(uuid7())}


class Key:
    """The issuer of this run."""

    def __init__(self) -> None:
        self._key: Any = new_key()

    @property
    def public(self) -> str:
        """Return the public key as a service reads it."""
        return json.dumps(self._key.as_dict(private=False))

    def token(self) -> str:
        """Return a clerk's token."""
        return issue(self._key, _CLERK, now=utcnow())


async def measure(corner: Corner, key: Key, figures: Figures, *, runs: int, number: int, tell: Tell) -> None:
    """Measure both `runs` times, in turn."""
    rng = Random(7)  # noqa: S311 - the same dossiers every time, no secret
    bodies = [filing(rng).as_form() for _ in range(number)]
    ports = corner.free_ports(2)
    schema = corner.namespace.schema("intake")
    bare_environment = {"BENCH_DSN": corner.namespace.dsn("intake"), "BENCH_SCHEMA": schema}
    intake = ("services.intake", "api", "relay", "clockwork")
    async with (
        running(corner, "intake", *intake, MOTCUA_PORT=str(ports[0])),
        running(corner, "intake", "bench.bare", str(ports[1]), **bare_environment),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE)) as client,
    ):
        ours = Target(f"http://127.0.0.1:{ports[0]}/intake/api/v1/dossiers", key.token())
        bare = Target(f"http://127.0.0.1:{ports[1]}/dossiers")
        for target in (ours, bare):
            await _warm(client, target, bodies[:_WARM])
        for turn in range(1, runs + 1):
            for name, target in (("bare FastAPI + one INSERT", bare), ("intake POST /dossiers", ours)):
                rate = await _storm(client, target, bodies)
                figures.add(name, "requests/s", rate)
                slowest = statistics.quantiles(target.times, n=100)
                figures.add(f"{name}, p50", "ms", 1000 * slowest[49])
                figures.add(f"{name}, p99", "ms", 1000 * slowest[98])
                tell(f"  run {turn}  {name}: {rate:,.0f} requests/s, p99 {1000 * slowest[98]:.0f} ms")
    figures.compare("intake / bare FastAPI", "intake POST /dossiers", "bare FastAPI + one INSERT")


async def _warm(client: aiohttp.ClientSession, target: Target, bodies: list[dict[str, object]]) -> None:
    """Send until dossiers are received: the service is up and has its reference data."""
    end = time.monotonic() + _READY
    while True:
        try:
            async with client.post(target.url, json=bodies[0], headers=target.headers()) as answer:
                if answer.ok:
                    break
                said = await answer.text()
        except aiohttp.ClientError as error:
            said = str(error)
        if time.monotonic() > end:
            raise RuntimeError(f"{target.url} receives nothing: {said}")
        await asyncio.sleep(0.2)
    await _storm(client, target, bodies)


async def _storm(client: aiohttp.ClientSession, target: Target, bodies: list[dict[str, object]]) -> float:
    """Send all, sixteen at once; return requests a second."""
    left, target.times = iter(bodies), []

    async def one_after_the_other() -> None:
        for body in left:
            began = time.perf_counter()
            async with client.post(target.url, json=body, headers=target.headers()) as answer:
                if not answer.ok:
                    raise RuntimeError(await answer.text())
                await answer.read()
            target.times.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(_AT_ONCE)))
    return len(bodies) / (time.perf_counter() - began)
