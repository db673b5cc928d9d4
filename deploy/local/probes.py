"""Ask the stack's processes whether they are ready."""

import asyncio
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.children import together
from deploy.local.errors import StackError
from deploy.local.places import Places
from deploy.local.ports import HOST

_QUICK = httpx.Timeout(5.0, connect=1.0)


async def answer(client: httpx.AsyncClient, port: int, path: str) -> tuple[int, str]:
    """Return a probe's status and body; 0 when nobody answers."""
    try:
        response = await client.get(f"http://{HOST}:{port}{path}", timeout=_QUICK)
    except httpx.HTTPError as error:
        return 0, type(error).__name__
    return response.status_code, response.text


@dataclass(frozen=True, slots=True)
class Awaited:
    """A started process whose readiness is awaited."""

    name: str
    child: subprocess.Popen[bytes]
    port: int
    path: str


async def until_ready(places: Places, waiting: Iterable[Awaited], *, limit: float = 240.0) -> None:
    """Return once every process is ready.

    Raises `StackError` that names the one which ended or did not become ready within `limit` seconds.
    """
    async with httpx.AsyncClient() as client:
        await together(*(_one(client, places.logs / f"{one.name}.log", one, limit) for one in waiting))


async def _one(client: httpx.AsyncClient, log: Path, one: Awaited, limit: float) -> None:
    end = asyncio.get_running_loop().time() + limit
    while True:
        status, said = await answer(client, one.port, one.path)
        if status == httpx.codes.OK:
            return
        if one.child.poll() is not None:
            raise StackError(
                f"{one.name} ended with code {one.child.returncode} before it was ready: see {log}."
            )
        if asyncio.get_running_loop().time() > end:
            raise StackError(f"{one.name} was not ready within {limit:.0f} s ({said[:200]}): see {log}.")
        await asyncio.sleep(0.1)
