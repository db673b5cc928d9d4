"""One running system for all of these tests, with the demo's year in it and one dossier that is about to be late."""

from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest

from deploy.seed.people import applicant
from libs.ids import uuid7
from tests.e2e.stack import Stack

COMMUNE = "N66.C24187"
MINUTES = "9.000001"
SCALE = 1000


LAST = ("test_minutes.py", "test_operations.py", "test_stop.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put behind all other folders' tests what waits for minutes to pass, and what ends the system."""
    items.sort(key=lambda item: LAST.index(item.path.name) + 1 if item.path.name in LAST else 0)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("e2e") / "home")
    try:
        stack.up()
        yield stack
    finally:
        stack.remove()


@pytest.fixture(scope="session")
def admin(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client("admin") as client:
        yield client


@pytest.fixture(scope="session")
def clerk(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client("clerk") as client:
        yield client


@pytest.fixture(scope="session")
def officer(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client("officer") as client:
        yield client


@pytest.fixture(scope="session")
def minutes(clerk: httpx.Client) -> dict[str, Any]:
    """A dossier of the procedure limited in minutes, received before everything else: it turns late meanwhile."""
    return receive(clerk, MINUTES)


@pytest.fixture(scope="session")
def demo(stack: Stack, minutes: dict[str, Any]) -> str:
    """What `motcua demo` prints while it loads the year into the running system."""
    return stack.motcua("demo", "--scale", str(SCALE), "--exit")


def receive(clerk: httpx.Client, procedure: str, **more: str) -> dict[str, Any]:
    """Receive a dossier at a counter; return its receipt."""
    body = {
        "procedure_code": procedure,
        "channel": "counter",
        "receiving_unit": COMMUNE,
        "applicant": applicant(Random(procedure), commune="Xã Ea Hiao").as_form(),
    }
    return post(clerk, "/intake/api/v1/dossiers", **body, **more)


def post(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    """POST a step once; return the answer, which must not be an error."""
    answer = client.post(path, json=body, headers={"Idempotency-Key": str(uuid7())})
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()


def get(client: httpx.Client, path: str, **params: Any) -> Any:
    """GET JSON, which must not be an error."""
    answer = client.get(path, params=params)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()
