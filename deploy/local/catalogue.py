"""Load the seeded catalogue into the running services; a second time only what has changed in it.

Making 37,000 items takes seconds, so an unchanged source of theirs (deploy/seed, contracts) is not even made again.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import httpx

from contracts.codes import Service
from contracts.topics import to_bytes
from deploy.local.children import PROJECT
from deploy.local.errors import StackError
from deploy.local.jars import Tell
from deploy.local.places import write_private
from deploy.local.progress import Teller

_OWNERS = (Service.ROUTING, Service.INTAKE, Service.SLA)
"""Units first: the others name them."""
_LOADED = "catalogue.json"
_SOURCE = "source"
_SOURCES = ("deploy/seed", "contracts")
_CHUNK = 2_000


def bodies() -> dict[str, list[bytes]]:
    """Return each owner's items as lines of JSON."""
    from deploy.seed.items import items

    return {owner.value: [to_bytes(item) for item in items(owner)] for owner in _OWNERS}


def digest(lines: Iterable[bytes]) -> str:
    """Return a fingerprint of the items."""
    found = hashlib.sha256()
    for line in lines:
        found.update(line + b"\n")
    return found.hexdigest()


def source_digest(root: Path = PROJECT) -> str:
    """Return a fingerprint of everything the items are made from."""
    found = hashlib.sha256()
    for folder in _SOURCES:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                found.update(
                    f"{file.relative_to(root)}\0".encode() + hashlib.sha256(file.read_bytes()).digest()
                )
    return found.hexdigest()


async def load(home: Path, base_url: str, token: str, *, teller: Teller) -> None:
    """Publish what the services do not have yet; raises `StackError` when one refuses."""
    file = home / _LOADED
    loaded: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    source = source_digest()
    if loaded.get(_SOURCE) == source:
        return
    async with httpx.AsyncClient(
        base_url=base_url, timeout=300, headers={"Authorization": f"Bearer {token}"}
    ) as http:
        for service, lines in bodies().items():
            fingerprint = digest(lines)
            if not lines or loaded.get(service) == fingerprint:
                continue
            with teller.steps(f"catalogue of {service}") as tell:
                await _put(http, service, lines, tell)
            loaded[service] = fingerprint
            write_private(file, json.dumps(loaded))
    write_private(file, json.dumps(loaded | {_SOURCE: source}))


async def _put(http: httpx.AsyncClient, service: str, lines: list[bytes], tell: Tell) -> None:
    for begin in range(0, len(lines), _CHUNK):
        chunk = lines[begin : begin + _CHUNK]
        response = await http.put(
            f"/{service}/api/v1/catalogue",
            content=b"\n".join(chunk) + b"\n",
            headers={"Content-Type": "application/x-ndjson"},
        )
        if response.is_error:
            raise StackError(
                f"{service} refused the seeded catalogue ({response.status_code}): {response.text[:500]}"
            )
        tell(begin + len(chunk), len(lines))
