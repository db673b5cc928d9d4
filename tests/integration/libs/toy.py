"""A service small enough to check exactly: it notes every event it applies and announces each once.

`python -m tests.integration.libs.toy worker|relay` runs its processes, as service routing.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Sequence
from uuid import UUID

from aiokafka.consumer.group_coordinator import GroupCoordinator
from fastapi import FastAPI

from contracts.envelope import DossierEvent
from contracts.intake import DossierWithdrawn
from contracts.routing import LegClaimed
from libs import outbox, pulse, watchdog
from libs.catalogue_feed import CatalogueFeed
from libs.catalogue_store import CatalogueMirror
from libs.clock import utcnow
from libs.db import Connection, transaction
from libs.http import build_app
from libs.ids import uuid7
from libs.process import ServiceParts, main
from libs.runtime import Runtime
from libs.stream import Pipeline

OFFICER = UUID("01a20136-e577-74d6-a9a8-3e9aafbe6fc8")
TABLE = """
CREATE TABLE toy (dossier uuid, emitter text, seq int, place bigint GENERATED ALWAYS AS IDENTITY, event_id uuid);
CREATE TABLE toy_said (dossier uuid PRIMARY KEY, seq int NOT NULL);
"""
TOPICS = ("intake.events", "sla.events")


def withdrawn(dossier: UUID | None = None, seq: int = 1) -> DossierWithdrawn:
    """Return a small event of intake."""
    now = utcnow()
    return DossierWithdrawn(
        id=uuid7(),
        time=now,
        recordedtime=now,
        subject=dossier or uuid7(),
        dossierseq=seq,
        data=DossierWithdrawn.Data(),
    )


async def note(conn: Connection, events: Sequence[DossierEvent]) -> None:
    """Note each event, and say something about it."""
    await conn.execute(
        "INSERT INTO toy (dossier, emitter, seq, event_id)"
        " SELECT d, e, s, i FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[]) WITH ORDINALITY"
        " AS x(d, e, s, i, n) ORDER BY n",
        [e.subject for e in events],
        [e.EMITTER for e in events],
        [e.dossierseq for e in events],
        [e.id for e in events],
    )


async def note_and_say(conn: Connection, events: Sequence[DossierEvent]) -> None:
    """Note each event, and announce it with a number drawn under the dossier's lock."""
    await note(conn, events)
    said = []
    rows = await conn.fetch(
        "INSERT INTO toy_said (dossier, seq) SELECT d, count(*) FROM unnest($1::uuid[]) d GROUP BY d ORDER BY d"
        " ON CONFLICT (dossier) DO UPDATE SET seq = toy_said.seq + excluded.seq RETURNING dossier, seq",
        [e.subject for e in events],
    )
    last = {row["dossier"]: row["seq"] for row in rows}
    count: dict[UUID, int] = {}
    for event in events:
        count[event.subject] = count.get(event.subject, 0) + 1
    for event in events:
        count[event.subject] -= 1
        said.append(claimed(event.subject, last[event.subject] - count[event.subject]))
    await outbox.put(conn, said)


def claimed(dossier: UUID, seq: int) -> LegClaimed:
    """Return a small event of routing."""
    now = utcnow()
    return LegClaimed(
        id=uuid7(),
        time=now,
        recordedtime=now,
        subject=dossier,
        dossierseq=seq,
        data=LegClaimed.Data(leg_no=1, officer=OFFICER),
    )


async def buggy(_conn: Connection, _events: Sequence[DossierEvent]) -> None:
    """Fail as our own bug would."""
    raise KeyError("a bug of ours")


async def hanging(_conn: Connection, _events: Sequence[DossierEvent]) -> None:
    """Never come back, as if waiting for a lock."""
    watchdog.STALL = 3
    await asyncio.Event().wait()


async def blocking(_conn: Connection, _events: Sequence[DossierEvent]) -> None:
    """Keep the event loop from turning."""
    watchdog.BLOCKED = 3
    time.sleep(60)  # noqa: ASYNC251 - the fault under test


MOOD = os.environ.get("TOY_HANDLER", "")
HANDLERS = {"": note_and_say, "buggy": buggy, "hanging": hanging, "blocking": blocking}


def pipeline(_runtime: Runtime) -> Pipeline:
    """Return the toy's pipeline."""
    return Pipeline(service="routing", topics=TOPICS, handler=HANDLERS.get(MOOD, note_and_say))


async def clockwork(runtime: Runtime) -> None:
    """Look twice a second, or only try."""
    while True:
        with contextlib.suppress(OSError):
            async with transaction(runtime.pool):
                if MOOD == "forlorn":
                    raise ConnectionError("never works")
        await asyncio.sleep(0.5)


def app(runtime: Runtime) -> FastAPI:
    """Return the toy's application: probes only."""
    return build_app(runtime, api=[])


PARTS = ServiceParts(
    name="routing", app=app, pipeline=pipeline, clockwork=clockwork, writes=("routing.events",)
)


async def never(*_: object) -> None:
    """Wait for an answer that does not come."""
    await asyncio.Event().wait()


def break_something() -> None:
    """Make this process what a test wants it to be."""
    if MOOD == "unread":
        watchdog.FIRST = 4
        CatalogueFeed._at_end = never
    if MOOD == "unjoined":
        watchdog.FIRST = 8
        GroupCoordinator.ensure_coordinator_known = never
    if MOOD == "blocked":
        watchdog.BLOCKED = 3
        CatalogueMirror.refresh = lambda *_: time.sleep(60)


if __name__ == "__main__":
    break_something()
    if MOOD == "impatient":
        pulse.LIMITS["relay"] = 5.0
    main(PARTS)
