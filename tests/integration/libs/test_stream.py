"""The one transaction, on a real PostgreSQL: shuffled, repeated, gapped, poisoned batches."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest

from contracts.envelope import DossierEvent
from libs import breaker, dead_letters
from libs.breaker import BreakerOpenError
from libs.db import Connection
from libs.errors import ConflictError, DomainError, NotFoundError
from libs.inbox_rules import Record
from libs.offsets import OffsetGapError
from libs.stream import Pipeline, apply_batch
from libs.unpark import settle_waiting
from tests.integration.libs import toy
from tests.integration.libs.conftest import Corner
from tests.unit.libs.events import dossier, event, record


def topic_of(events: Sequence[DossierEvent], start: int = 0) -> list[Record]:
    """Return records as one partition per topic would hold them."""
    at = {}
    found = []
    for one in events:
        came = record(one, at.setdefault(one.EMITTER, start))
        at[one.EMITTER] += 1
        found.append(came)
    return found


def garbage(offset: int, number: int = 1) -> Record:
    return Record("intake.events", 0, offset, str(dossier(number)).encode(), b'{"id": 1}')


def plain(handler=toy.note, **more) -> Pipeline:
    return Pipeline(service="routing", topics=toy.TOPICS, handler=handler, **more)


async def applied(corner: Corner) -> list[tuple[UUID, str, int]]:
    rows = await corner.pool.fetch("SELECT dossier, emitter, seq FROM toy ORDER BY place")
    return [tuple(row) for row in rows]


def picky(bad: set[UUID], error: type[Exception] = asyncpg.NotNullViolationError):
    """Return a handler that refuses some events, with the database's own error or ours."""

    async def handler(conn: Connection, events: Sequence[DossierEvent]) -> None:
        await toy.note(conn, events)
        if any(e.id in bad for e in events):
            if error is DomainError:
                raise DomainError("field", "rule", "…")
            await conn.execute("INSERT INTO stream_offset (grp) VALUES (NULL)")

    return handler


async def test_a_batch_applies_once_however_often_it_comes(corner: Corner):
    records = topic_of([event(n, "intake", seq) for seq in (1, 2) for n in range(50)])

    first = await apply_batch(corner.pool, plain(), records)
    again = await apply_batch(corner.pool, plain(), records)

    assert (first.applied, again.applied, again.redelivered) == (100, 0, 100)
    assert len(await applied(corner)) == 100


async def test_an_event_produced_twice_is_dropped(corner: Corner):
    one = event(1, "intake", 1)

    done = await apply_batch(corner.pool, plain(), topic_of([one, one]))

    assert (done.applied, done.dropped) == (1, 1)


async def test_a_gap_parks_and_its_filler_releases_in_the_same_transaction(corner: Corner):
    await apply_batch(corner.pool, plain(), topic_of([event(1, "intake", 3), event(1, "intake", 2)]))
    assert await applied(corner) == []
    assert await corner.pool.fetchval("SELECT count(*) FROM inbox WHERE reason = 'gap'") == 2

    await apply_batch(corner.pool, plain(), topic_of([event(1, "intake", 1)], start=2))

    assert [seq for _, _, seq in await applied(corner)] == [1, 2, 3]
    assert await corner.pool.fetchval("SELECT count(*) FROM inbox") == 0


async def test_a_hole_in_the_offsets_stops_everything(corner: Corner):
    with pytest.raises(OffsetGapError):
        await apply_batch(corner.pool, plain(), topic_of([event(1, "intake", 1)], start=5))

    assert await applied(corner) == []


@pytest.mark.parametrize("error", [asyncpg.NotNullViolationError, DomainError])
async def test_the_one_refused_event_is_found_and_only_its_dossier_waits(corner: Corner, error):
    events = [event(n, "intake", seq) for seq in (1, 2) for n in range(20)]
    bad = event(7, "intake", 1)

    done = await apply_batch(corner.pool, plain(picky({bad.id}, error)), topic_of(events))

    assert (done.applied, done.letters, done.parked) == (38, 1, 1)
    letter = (await dead_letters.list_letters(corner.pool))[0]
    assert (letter["dossier"], letter["seq"], letter["reason"]) == (dossier(7), 1, "poison")
    assert await corner.pool.fetchval("SELECT reason FROM inbox") == "held"


async def test_an_operator_replays_after_the_fix_and_the_rest_follows(corner: Corner):
    bad = event(7, "intake", 1)
    events = [event(7, "intake", seq) for seq in (1, 2, 3)] + [event(7, "routing", 1)]
    await apply_batch(corner.pool, plain(picky({bad.id})), topic_of(events))
    letter = (await dead_letters.list_letters(corner.pool))[0]

    with pytest.raises(ConflictError):
        await dead_letters.replay(corner.pool, plain(picky({bad.id})), letter["id"], by="op")
    done = await dead_letters.replay(corner.pool, plain(), letter["id"], by="op")

    assert (done.applied, done.still_held) == (4, False)
    assert [seq for _, emitter, seq in await applied(corner) if emitter == "intake"] == [1, 2, 3]
    assert await corner.pool.fetchval("SELECT count(*) FROM inbox") == 0
    with pytest.raises(NotFoundError):
        await dead_letters.replay(corner.pool, plain(), letter["id"], by="op")


async def test_an_operator_lets_a_dossier_go_on_behind_its_letter(corner: Corner):
    bad = event(7, "intake", 1)
    events = [event(7, "intake", seq) for seq in (1, 2, 3)]
    pipeline = plain(picky({bad.id}))
    await apply_batch(corner.pool, pipeline, topic_of(events))

    done = await dead_letters.resume(corner.pool, pipeline, dossier(7), by="op")

    assert (done.applied, done.still_held) == (2, False)
    assert await corner.pool.fetchval("SELECT state FROM dead_letter") == "skipped"
    await apply_batch(corner.pool, pipeline, topic_of([event(7, "intake", 4)], start=3))
    assert [seq for _, _, seq in await applied(corner)] == [2, 3, 4]


async def test_a_parked_event_that_is_refused_does_not_take_the_arriving_one_with_it(corner: Corner):
    bad = event(1, "intake", 2)
    pipeline = plain(picky({bad.id}))
    await apply_batch(corner.pool, pipeline, topic_of([event(1, "intake", 3), bad]))

    await apply_batch(corner.pool, pipeline, topic_of([event(1, "intake", 1)], start=2))

    assert [seq for _, _, seq in await applied(corner)] == [1]
    assert [r["seq"] for r in await dead_letters.list_letters(corner.pool)] == [2]
    assert [r["seq"] for r in await dead_letters.list_waiting(corner.pool)] == [3]


async def test_an_unreadable_record_is_a_letter_and_holds_its_dossier(corner: Corner):
    records = [garbage(0, number=1), record(event(1, "intake", 1), 1), record(event(2, "intake", 1), 2)]

    done = await apply_batch(corner.pool, plain(), records)

    assert (done.applied, done.letters, done.parked) == (1, 1, 1)
    letter = (await dead_letters.list_letters(corner.pool))[0]
    assert letter["reason"] == "unparsable"
    assert "DossierWithdrawn" not in letter["detail"] or "{" not in letter["detail"]


async def test_a_record_under_a_foreign_key_contradicts_the_contract(corner: Corner):
    came = record(event(1, "intake", 1))
    moved = Record(came.topic, 0, 0, str(dossier(2)).encode(), came.value)

    await apply_batch(corner.pool, plain(), [moved])

    assert (await dead_letters.list_letters(corner.pool))[0]["reason"] == "contract"


async def test_too_many_letters_in_a_row_stop_the_worker_and_write_nothing_more(corner: Corner):
    pipeline = plain()
    await apply_batch(corner.pool, pipeline, [garbage(n, number=n) for n in range(15)])

    with pytest.raises(BreakerOpenError):
        await apply_batch(corner.pool, pipeline, [garbage(n, number=n) for n in range(15, 30)])

    assert await corner.pool.fetchval("SELECT count(*) FROM dead_letter") == 15
    async with corner.pool.acquire() as conn:
        assert await breaker.load(conn, "routing", pipeline.breaker)
        await breaker.close(conn, "routing", patience=1000)
        assert not await breaker.load(conn, "routing", pipeline.breaker)
    await apply_batch(corner.pool, pipeline, [garbage(n, number=n) for n in range(15, 30)])
    assert await corner.pool.fetchval("SELECT count(*) FROM dead_letter") == 30


async def test_a_success_closes_the_count(corner: Corner):
    pipeline = plain()
    await apply_batch(corner.pool, pipeline, [garbage(n, number=n) for n in range(15)])

    await apply_batch(corner.pool, pipeline, topic_of([event(99, "intake", 1)], start=15))

    assert await corner.pool.fetchval("SELECT letters FROM breaker") == 0


async def test_an_event_waits_for_its_item_of_the_catalogue(corner: Corner):
    known: set[str] = set()
    pipeline = plain(missing=lambda e: None if "procedure/1/1" in known else "procedure/1/1")
    await apply_batch(corner.pool, pipeline, topic_of([event(1, "intake", 1), event(1, "intake", 2)]))
    waits = await dead_letters.list_waiting(corner.pool)
    assert [(r["reason"], r["detail"]) for r in waits] == [("catalogue", "procedure/1/1"), ("gap", "")]

    known.add("procedure/1/1")
    number = await settle_waiting(corner.pool, pipeline)

    assert number == 2
    assert [seq for _, _, seq in await applied(corner)] == [1, 2]


async def test_a_fault_of_ours_stores_nothing_and_comes_out(corner: Corner):
    async def broken(conn: Connection, events: Sequence[DossierEvent]) -> None:
        await toy.note(conn, events)
        raise KeyError("our bug")

    with pytest.raises(KeyError):
        await apply_batch(corner.pool, plain(broken), topic_of([event(1, "intake", 1)]))

    assert await applied(corner) == []
    assert await corner.pool.fetchval("SELECT sum(next_offset)::int FROM stream_offset") is None


async def test_a_lost_connection_is_tried_again_in_place(corner: Corner):
    tries = 0

    async def flaky(conn: Connection, events: Sequence[DossierEvent]) -> None:
        nonlocal tries
        tries += 1
        await toy.note(conn, events)
        if tries < 3:
            await conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    await apply_batch(corner.pool, plain(flaky), topic_of([event(1, "intake", 1)]))

    assert tries == 3
    assert len(await applied(corner)) == 1


async def test_two_owners_of_a_partition_apply_each_record_once(corner: Corner):
    records = topic_of([event(n, "intake", 1) for n in range(200)])
    halves = [records[n : n + 20] for n in range(0, 200, 20)]

    async def owner() -> None:
        for half in halves:
            await apply_batch(corner.pool, plain(), half)

    await asyncio.gather(owner(), owner())

    assert len(await applied(corner)) == 200


async def test_the_bookkeeping_is_four_statements_a_batch(corner: Corner):
    said: list[str] = []

    async def nothing(conn: Connection, events: Sequence[DossierEvent]) -> None:
        pass

    await apply_batch(corner.pool, plain(nothing), topic_of([event(1, "intake", 1)]))
    records = topic_of([event(n, "intake", 2 if n == 1 else 1) for n in range(500)], start=1)
    for holder in corner.pool._holders:
        if holder._con is not None:
            holder._con.add_query_logger(lambda q: said.append(q.query.strip()))

    await apply_batch(corner.pool, plain(nothing), records)

    ours = [q for q in said if not q.startswith(("BEGIN", "COMMIT", "SELECT pg_notify", "SELECT revision"))]
    assert len(ours) == 4, ours


async def test_hundreds_of_dossiers_that_waited_are_settled_together_but_for_the_refused_one(corner: Corner):
    known: set[str] = set()
    bad = event(7, "intake", 1)
    events = [event(n, "intake", seq) for seq in (1, 2) for n in range(700)]
    pipeline = plain(picky({bad.id}), missing=lambda e: None if known else "unit/X/1")
    await apply_batch(corner.pool, pipeline, topic_of(events))
    assert await corner.pool.fetchval("SELECT count(*) FROM inbox") == 1400

    known.add("unit/X/1")
    number = await settle_waiting(corner.pool, pipeline)

    assert number == 1398
    assert [r["seq"] for r in await dead_letters.list_letters(corner.pool)] == [1]
    assert [(r["seq"], r["dossier"]) for r in await dead_letters.list_waiting(corner.pool)] == [
        (2, dossier(7))
    ]
