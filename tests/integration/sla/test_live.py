"""The processes of sla on the real servers: punctual, and each rung once whatever is killed."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contracts.topics import parse
from libs.clock import utcnow
from libs.db import open_pool
from tests.integration.sla.live import Live
from tests.namespace import Namespace
from tests.patience import on_this_machine
from tests.unit.services.sla import makers
from tests.unit.services.sla.makers import Story

TEN_MINUTES = timedelta(minutes=10)
"""The limit of the makers' wall-clock procedure."""


@pytest.fixture
async def live(make_namespace: Callable[..., Awaitable[Namespace]], tmp_path: Path) -> AsyncIterator[Live]:
    namespace = await make_namespace()
    pool = await open_pool(namespace.settings("sla"))
    live = Live(namespace, pool, tmp_path)
    await live.say(makers.catalogue_items())
    yield live
    live.stop()
    pool.terminate()


async def dossiers_due_at(live: Live, due: datetime, number: int) -> list[Story]:
    """Let sla hear of dossiers that all fall due at one moment."""
    stories = [Story(n).received(due - TEN_MINUTES, "9.000001") for n in range(number)]
    await live.say([event for story in stories for event in story.events])
    await live.until(
        "SELECT count(*)::int FROM dossier WHERE next_rung_at IS NOT NULL AND NOT overdue", number
    )
    return stories


async def delays_of_a_thousand(live: Live) -> list[float]:
    """Let a thousand dossiers fall due together; return the seconds until each was published."""
    due = utcnow().replace(microsecond=0) + timedelta(seconds=15)
    stories = await dossiers_due_at(live, due, 1000)
    assert utcnow() < due, "this machine took too long to set the test up"
    await live.until("SELECT count(*)::int FROM dossier WHERE next_rung_at IS NOT NULL AND NOT overdue", 0)
    await live.until("SELECT count(*)::int FROM outbox", 0)
    mine = {story.id for story in stories}
    said = [(record, parse("sla.events", record.value)) for record in await live.published()]
    overdue = [(record, event) for record, event in said if event.name == "Overdue" and event.subject in mine]
    assert len(overdue) == 1000
    assert not any(event.data.provisional for _, event in overdue)
    return [record.timestamp / 1000 - due.timestamp() for record, _ in overdue]


async def test_a_thousand_due_together_are_told_within_two_seconds(live: Live):
    live.start("worker")
    live.start("api", "relay", "clockwork")
    await live.until("SELECT count(*) >= 24 FROM stream_caught_up", True)

    worst = []
    for _ in range(3):  # a machine that does other things may be slow once
        delays = await delays_of_a_thousand(live)
        assert min(delays) >= 0
        worst.append(max(delays))
        if worst[-1] <= on_this_machine(2.0):
            break

    assert min(worst) <= on_this_machine(2.0), f"{worst}\n{live.tail()}"


async def test_killed_processes_lose_no_rung_and_tell_none_twice(live: Live):
    worker, rest = live.start("worker"), live.start("relay", "clockwork")
    await live.until("SELECT count(*) >= 24 FROM stream_caught_up", True)
    due = utcnow() + timedelta(seconds=6)
    stories = await dossiers_due_at(live, due, 2000)

    await live.until("SELECT count(*) > 200 FROM dossier WHERE overdue", True)
    rest.send_signal(signal.SIGKILL)
    worker.send_signal(signal.SIGKILL)
    await asyncio.to_thread(rest.wait)
    await asyncio.to_thread(worker.wait)
    live.start("relay", "clockwork")
    live.start("worker")
    await live.until("SELECT count(*)::int FROM dossier WHERE overdue", 2000)
    await live.until("SELECT count(*)::int FROM outbox", 0)

    events = {}
    for record in await live.published():
        event = parse("sla.events", record.value)
        events[event.id] = event  # a relay that was killed may have published a row twice: the same event
    told = Counter(event.subject for event in events.values() if event.name == "Overdue")
    assert told == Counter(story.id for story in stories)
