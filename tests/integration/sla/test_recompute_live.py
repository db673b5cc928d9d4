"""A recomputation by real processes: killed in the middle it goes on, while facts keep arriving."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contracts import sla
from contracts.catalogue import DayKind
from libs.clock import VN, utcnow
from tests.integration.sla.conftest import Clocks, of_kind
from tests.integration.sla.live import ROOT
from tests.unit.services.sla.makers import Story, decision

NUMBER = 600
SEEN = "SELECT coalesce(sum(seen), 0)::int FROM recompute_lane WHERE pass = 1"
LEFT = "SELECT count(*)::int FROM recompute_lane WHERE pass = 1 AND done_at IS NULL"


class Clockworks:
    """Processes of the clockwork over one schema, slow enough to be met in the middle."""

    def __init__(self, clocks: Clocks, log: Path) -> None:
        self._clocks, self._log = clocks, log
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        more = {"RECOMPUTE_CHUNK": "5", "LOG_LEVEL": "error"}
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.sla", "clockwork"],
                env=os.environ | self._clocks.namespace.environment("sla", **more),
                stdout=log, stderr=log, cwd=ROOT,
            )  # fmt: skip
        self.started.append(process)
        return process

    async def until(self, query: str, least: int, most: int) -> None:
        async with asyncio.timeout(120):
            while not least <= await self._clocks.pool.fetchval(query) <= most:
                await asyncio.sleep(0.02)


@pytest.fixture
async def clockworks(clocks: Clocks, tmp_path: Path) -> AsyncIterator[Clockworks]:
    clockworks = Clockworks(clocks, tmp_path / "log")
    yield clockworks
    for process in clockworks.started:
        process.kill()
        process.wait(10)


def next_monday() -> datetime:
    today = utcnow().astimezone(VN).replace(hour=8, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


async def test_killed_in_the_middle_it_goes_on_and_moves_each_deadline_once(
    clocks: Clocks, clockworks: Clockworks
):
    monday = next_monday()
    stories = [Story(each).received(monday) for each in range(1, NUMBER + 1)]
    clocks.now = utcnow()
    await clocks.tell(*stories)
    await clocks.forget()
    await clocks.know(decision("VN.STORM", {(monday + timedelta(days=2)).date(): DayKind.CLOSED}))

    process = clockworks.start()
    await clockworks.until(SEEN, 20, NUMBER)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    halfway = await clocks.pool.fetchval(SEEN)
    assert halfway < NUMBER, "it was through before it could be killed"
    clockworks.start(), clockworks.start()
    heard = 0
    for story in reversed(stories[-100:]):  # traffic goes on
        clocks.now = utcnow()
        await clocks.hear(*story.leg(monday).events[1:])
        heard += 1
    await clockworks.until(LEFT, 0, 0)

    said = await clocks.said()
    moved = Counter(event.subject for event in of_kind(said, sla.DeadlineMoved))
    assert moved == Counter(story.id for story in stories)
    assert heard == 100
    kept = await clocks.pool.fetch("SELECT dossier, due_after - due_before AS moved FROM deadline_move")
    assert {row["dossier"] for row in kept} == set(moved)
    assert {row["moved"] for row in kept} == {timedelta(days=1)}
    for name in {event.subject for event in said}:
        numbers = [event.dossierseq for event in said if event.subject == name]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
