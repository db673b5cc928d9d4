"""An import driven over HTTP, patient with servers and services that are being killed."""

import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.chaos.register import Part
from tests.e2e.stack import Stack, until

_API = "/intake/api/v1/imports"
_CSV = {"Content-Type": "text/csv"}


@dataclass
class Import:
    """One batch: checked before anything is killed, then followed to its end whatever happens."""

    stack: Stack
    client: httpx.Client
    batch: str
    dossiers: int

    def apply(self) -> None:
        """Let intake say the dossiers."""
        assert self.client.post(f"{_API}/{self.batch}/apply").is_success

    def said(self) -> dict[str, Any] | None:
        """Return intake's account of the batch; None while nobody answers."""
        return self._ask(f"{_API}/{self.batch}")

    def reported(self) -> dict[str, Any] | None:
        """Return reporting's account of the batch; None while nobody answers."""
        return self._ask(f"/reporting/api/v1/imports/{self.batch}")

    def is_done(self) -> bool:
        reported = self.reported()
        return bool(reported and reported["done"])

    def wait(self, limit: float) -> None:
        """Wait until reporting has applied everything."""
        until(self.reported, lambda it: bool(it and it["done"]), limit=limit, pause=0.5)

    def wait_for_some(self, share: float) -> None:
        """Wait until a share of the dossiers has arrived in reporting."""
        enough = share * self.dossiers
        until(self.reported, lambda it: bool(it and it["applied"] >= enough), limit=60)

    def _ask(self, path: str) -> dict[str, Any] | None:
        try:
            answer = self.client.get(path, timeout=5)
        except httpx.HTTPError:
            return None
        return answer.json() if answer.is_success else None


def checked(stack: Stack, client: httpx.Client, part: Part) -> Import:
    """Upload and check a part of the register; everything in it must be acceptable."""
    batch = client.post(_API, json={}).json()["batch"]
    for name, path in (("register", part.register), ("steps", part.steps)):
        assert client.put(f"{_API}/{batch}/{name}", content=path.read_bytes(), headers=_CSV).is_success
    assert client.post(f"{_API}/{batch}/check").is_success
    found = Import(stack, client, batch, part.dossiers)
    status = until(found.said, lambda it: bool(it and it["state"] == "checked"), limit=60)
    assert status and status["accepted"] == part.dossiers
    return found


def pause(seconds: float) -> None:
    """Let the flow go on for a while between two kills."""
    time.sleep(seconds)
