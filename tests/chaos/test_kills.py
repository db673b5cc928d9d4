"""Each process and each server killed once while a register is imported; then all of it at once."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.seed.totals import expected
from tests.chaos import ledger
from tests.chaos.importing import Import, checked, pause
from tests.chaos.register import SCALE, Part, parts
from tests.e2e import figures
from tests.e2e.stack import Stack, until

PLAN = (
    "intake",  # api and relay
    "routing-worker",
    "sla-worker",
    "routing",
    "reporting-worker",
    "kafka",
    "sla",
    "intake-worker",
    "postgres",
    "reporting",
)
BREATH = 0.7
PATIENCE = 180


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("chaos") / "home")
    try:
        stack.up()
        yield stack
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client("admin") as client:
        yield client


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> tuple[Part, Part]:
    return parts(tmp_path_factory.mktemp("register"), 0.65)


def kill_in_turn(stack: Stack, running: Import) -> list[str]:
    """Kill everything of the plan, one after the other; return what was hit while the import still ran."""
    hit = []
    for name in PLAN:
        pause(BREATH)
        if running.is_done():
            return hit
        stack.kill(name)
        hit.append(name)
    return hit


def all_ready(stack: Stack) -> bool:
    return stack.run("status").returncode == 0


def assert_exact(stack: Stack, events: Counter[tuple[str, str]]) -> None:
    """Compare what was said, published and applied, per dossier and per type of event."""
    deadline = time.monotonic() + 30
    while found := ledger.differences(found_ledger := ledger.read_now(stack)):
        assert time.monotonic() < deadline, found
        time.sleep(1)  # intake and routing may still be applying the answers of sla
    assert {what: found_ledger.types[what] for what in events} == events


def test_killing_each_process_and_server_once_loses_and_doubles_nothing(
    stack: Stack, admin: httpx.Client, register: tuple[Part, Part]
):
    first, _ = register
    running = checked(stack, admin, first)
    running.apply()

    hit = kill_in_turn(stack, running)
    running.wait(PATIENCE)

    assert hit == list(PLAN), "the import was over before everything had been killed: make it larger"
    assert_exact(stack, first.events)
    until(lambda: all_ready(stack), bool, limit=60, pause=1)


def test_killing_everything_at_once_and_starting_again_finishes_the_import_by_itself(
    stack: Stack, admin: httpx.Client, register: tuple[Part, Part]
):
    first, second = register
    running = checked(stack, admin, second)
    running.apply()
    running.wait_for_some(0.1)

    stack.kill_everything()
    until(stack.is_gone, bool, limit=20)
    stack.up()
    running.wait(PATIENCE)

    assert_exact(stack, first.events + second.events)
    assert figures.over_http(admin) == {level.value: n for level, n in expected(SCALE).items()}
    assert admin.get("/reporting/api/v1/buckets/differences").json()["equal"]


def test_the_same_files_again_say_nothing_new(stack: Stack, register: tuple[Part, Part], tmp_path: Path):
    first, _ = register

    said = stack.motcua("import", str(first.register), "--steps", str(first.steps))

    assert f"{first.dossiers:,} skipped" in said
