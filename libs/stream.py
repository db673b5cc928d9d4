"""A batch of Kafka records becomes rows: the ONE transaction, and what happens when it fails.

Handlers never see Kafka: they get an open transaction and typed events, new ones only, in order.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from contracts.envelope import DossierEvent
from contracts.topics import parse_dossier_event
from libs import breaker, inbox, metrics, offsets
from libs.breaker import Breaker, BreakerOpenError
from libs.db import POISON, Connection, retrying, transaction
from libs.errors import DomainError
from libs.inbox_rules import (
    NOTHING,
    Arrival,
    Fault,
    Key,
    Letter,
    Missing,
    Progress,
    Record,
    Verdict,
    Wait,
    nothing_missing,
    sort_batch,
)

Handler = Callable[[Connection, Sequence[DossierEvent]], Awaitable[None]]
"""Applies events inside the batch's transaction: set-based, ids sorted, outbox rows in the same transaction.

It gets only new events, each dossier's and emitter's in order without a gap, emitters interleaved in any way.
"""
REFUSED: tuple[type[Exception], ...] = (*POISON, DomainError, ValidationError)
"""What a handler raises because of the event itself; anything else is a fault or our bug, and stops the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What one service makes of the topics it hears. One per process.

    `missing` names the catalogue item an event needs and the service does not know yet (the event then
    waits in the inbox), or None. `version` is raised whenever `topics` change: a worker with other topics
    must not take the old one's place in the consumer group. `look_every`: seconds between two looks at what
    is applied, which a clockwork may wait for.
    """

    service: str
    topics: tuple[str, ...]
    handler: Handler
    missing: Missing = nothing_missing
    version: int = 1
    look_every: float = 1.0
    breaker: Breaker = field(default_factory=Breaker)

    @property
    def group(self) -> str:
        """Return the name the offsets are kept under."""
        return self.service


@dataclass(slots=True)
class Applied:
    """What became of some records."""

    applied: int = 0
    redelivered: int = 0
    dropped: int = 0
    parked: int = 0
    letters: int = 0

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            self.applied + other.applied,
            self.redelivered + other.redelivered,
            self.dropped + other.dropped,
            self.parked + other.parked,
            self.letters + other.letters,
        )


def never() -> bool:
    """Say that nobody asked to stop."""
    return False


async def apply_batch(
    pool: asyncpg.Pool, pipeline: Pipeline, records: Sequence[Record], *, stop: Callable[[], bool] = never
) -> Applied:
    """Apply records in their order: each exactly once, however often it is called with the same ones.

    Everything is one transaction. A record that the handler refuses is found by bisection and becomes a dead
    letter. Transient errors are tried again in place for two minutes or until `stop()`. Raises
    BreakerOpenError, OffsetGapError, and whatever else a handler raises; then nothing of the failing
    transaction is stored.
    """
    began = time.perf_counter()
    try:
        done = await retrying(
            lambda: _apply_once(pool, pipeline, records, careful=len(records) == 1), stop=stop
        )
    except REFUSED:
        half = len(records) // 2
        if half == 0:
            raise
        left = await apply_batch(pool, pipeline, records[:half], stop=stop)
        return left + await apply_batch(pool, pipeline, records[half:], stop=stop)
    except BreakerOpenError:
        await breaker.open_now(pool, pipeline.group)
        raise
    metrics.BATCH_SECONDS.labels(pipeline.service).observe(time.perf_counter() - began)
    return done


async def _apply_once(
    pool: asyncpg.Pool, pipeline: Pipeline, records: Sequence[Record], *, careful: bool
) -> Applied:
    row = pipeline.breaker.letters
    async with transaction(pool) as conn:
        start = await offsets.lock(conn, pipeline.group, {(r.topic, r.part) for r in records})
        fresh, after, redelivered = offsets.contiguous(records, start)
        if not fresh:
            return Applied(redelivered=redelivered)
        items = [read(record) for record in fresh]
        state = await inbox.load(conn, dict.fromkeys(a.key for a in items if isinstance(a, Arrival)))
        before = dict(state.progress)
        verdict = sort_batch(items, state, pipeline.missing, row)
        await run_handler(conn, pipeline, verdict, before if careful else None)
        await settle(conn, pipeline, verdict)
        await offsets.store(conn, pipeline.group, after)
    pipeline.breaker.letters = verdict.letters_in_row
    _count(verdict)
    return Applied(len(verdict.apply), redelivered, verdict.dropped, len(verdict.park), len(verdict.letters))


async def settle(conn: Connection, pipeline: Pipeline, verdict: Verdict) -> None:
    """Store a verdict, or raise BreakerOpenError where too many letters follow one another."""
    if verdict.worst_row >= pipeline.breaker.patience and verdict.letters:
        raise BreakerOpenError(f"{verdict.worst_row} dead letters without a success between them")
    await inbox.store(conn, verdict)
    if verdict.letters or (verdict.apply and pipeline.breaker.letters):
        await breaker.note(conn, pipeline.group, verdict.letters_in_row)


async def run_handler(
    conn: Connection, pipeline: Pipeline, verdict: Verdict, before: dict[Key, Progress] | None
) -> None:
    """Call the handler with what can be applied; with `before`, one by one, so that one may be refused.

    One by one all events must be of one dossier; `before` is its progress before them.
    """
    if before is None:
        if verdict.apply:
            await pipeline.handler(conn, [arrival.event for arrival in verdict.apply])
        return
    for place, arrival in enumerate(verdict.apply):
        try:
            async with conn.transaction():
                await pipeline.handler(conn, [arrival.event])
        except REFUSED as error:
            refuse_from(verdict, place, before, error)
            return


def refuse_from(verdict: Verdict, place: int, before: dict[Key, Progress], error: BaseException) -> None:
    """Turn the event at `place` into a dead letter; what follows it waits on, held."""
    bad, rest = verdict.apply[place], verdict.apply[place + 1 :]
    del verdict.apply[place:]
    verdict.moved = {}
    for arrival in verdict.apply:
        done = verdict.moved.get(arrival.key, before.get(arrival.key, NOTHING))
        verdict.moved[arrival.key] = done.after(arrival.event)
    for arrival in rest:
        if arrival.record is None:
            verdict.unpark.remove(arrival)
        else:
            verdict.park[arrival.key, arrival.event.dossierseq] = (arrival, Wait.HELD, "")
    detail = explain(error)
    verdict.reject(Letter(bad.topic, Fault.POISON, detail, bad.record, bad, dossier=bad.event.subject))


def read(record: Record) -> Arrival | Letter:
    """Return the event in a record, or a dead letter that says what is wrong with the record."""
    value = record.value or b""
    try:
        event = parse_dossier_event(record.topic, value)
    except ValidationError as error:
        return Letter(record.topic, Fault.UNPARSABLE, explain(error), record, dossier=_dossier_of(record))
    if record.key != str(event.subject).encode():
        detail = "the record's key is not the event's subject"
        return Letter(record.topic, Fault.CONTRACT, detail, record, dossier=_dossier_of(record))
    return Arrival(event, record.topic, value, record)


def explain(error: BaseException) -> str:
    """Return what is wrong, without any value of the data."""
    if isinstance(error, ValidationError):
        parts = [
            f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors(include_input=False)[:5]
        ]
        return "; ".join(parts)
    if isinstance(error, DomainError):
        return f"{type(error).__name__}: {error.field} {error.rule}"
    constraint = getattr(error, "constraint_name", None) or getattr(error, "column_name", None) or ""
    return f"{type(error).__name__} {constraint}".strip()


def _dossier_of(record: Record) -> UUID | None:
    try:
        return UUID((record.key or b"").decode())
    except ValueError:
        return None


def _count(verdict: Verdict) -> None:
    names: dict[tuple[str, str], int] = {}
    for arrival in verdict.apply:
        label = (arrival.topic, arrival.event.name)
        names[label] = names.get(label, 0) + 1
    for (topic, name), number in names.items():
        metrics.EVENTS_CONSUMED.labels(topic, name).inc(number)
    for letter in verdict.letters:
        metrics.EVENTS_DEAD_LETTER.labels(letter.topic, letter.fault).inc()


def as_records(rows: Iterable[tuple[str, int, int, bytes | None, bytes | None]]) -> list[Record]:
    """Return records from tuples (topic, partition, offset, key, value); for tests and loaders."""
    return [Record(*row) for row in rows]
