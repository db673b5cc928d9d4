"""Dead letters and held dossiers: what an operator sees (list), mends (replay) and lets go on (resume)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from contracts.topics import parse_dossier_event
from libs import inbox, metrics
from libs.db import Connection, transaction
from libs.errors import ConflictError, NotFoundError
from libs.inbox_rules import NOTHING, Arrival, Progress, Wait
from libs.stream import Pipeline, explain
from libs.unpark import apply_waiting

_LIST = """
SELECT id, at, topic, part, record_offset, dossier, emitter, seq, event_id, reason, detail, state, settled_at
FROM dead_letter WHERE ($1::text IS NULL OR state = $1) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""
_WAITING = """
SELECT i.dossier, i.emitter, i.seq, i.event_id, i.topic, i.reason, i.detail, i.since
FROM inbox i WHERE $1::uuid IS NULL OR i.dossier = $1 ORDER BY i.since, i.dossier, i.emitter, i.seq LIMIT $2
"""
_SETTLE = """
UPDATE dead_letter SET state = $2, settled_by = $3, settled_at = now() WHERE id = ANY($1::bigint[])
"""
_LIFT = "DELETE FROM inbox_held WHERE dossier = $1"
_HOLD_IF_OPEN = """
INSERT INTO inbox_held (dossier) SELECT $1 WHERE EXISTS (SELECT FROM dead_letter WHERE dossier = $1 AND state = 'open')
ON CONFLICT (dossier) DO UPDATE SET since = inbox_held.since RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operator's act brought about."""

    applied: int
    still_held: bool


async def list_letters(
    conn: Connection, *, state: str | None = "open", before: int | None = None, limit: int = 100
) -> list[asyncpg.Record]:
    """Return dead letters, newest first; `before` is the id to go on below."""
    rows: list[asyncpg.Record] = await conn.fetch(_LIST, state, before, limit)
    return rows


async def list_waiting(
    conn: Connection, *, dossier: UUID | None = None, limit: int = 100
) -> list[asyncpg.Record]:
    """Return what waits in the inbox, oldest first, with the reason: gap, held, catalogue."""
    rows: list[asyncpg.Record] = await conn.fetch(_WAITING, dossier, limit)
    return rows


async def replay(
    pool: asyncpg.Pool, pipeline: Pipeline, letter_id: int, *, by: str, value: bytes | None = None
) -> Outcome:
    """Apply a dead letter again (after a fix, or with a mended `value`), then all that waited behind it.

    The hold stays while the dossier has other open letters. Raises NotFoundError, or ConflictError
    where it still cannot be applied; then nothing has changed.
    """
    async with transaction(pool) as conn:
        letter = await _open_letter(conn, letter_id)
        arrival = _arrival(letter, value)
        await _settle(conn, [letter_id], "replayed", by)
        await conn.execute(_LIFT, arrival.event.subject)
        verdict = await apply_waiting(conn, pipeline, [arrival.event.subject], [arrival])
        if arrival not in verdict.apply:
            why = verdict.letters[0].detail if verdict.letters else "the events before it are missing"
            raise ConflictError("id", "still_refused", f"Vẫn chưa áp dụng được: {why}")
        held = await conn.fetchval(_HOLD_IF_OPEN, arrival.event.subject)
        return Outcome(len(verdict.apply), bool(held))


async def resume(pool: asyncpg.Pool, pipeline: Pipeline, dossier: UUID, *, by: str) -> Outcome:
    """Give up a held dossier's open letters, step over their numbers, and apply what waited behind them."""
    async with transaction(pool) as conn:
        letters = await conn.fetch("SELECT * FROM dead_letter WHERE dossier = $1 AND state = 'open'", dossier)
        await _settle(conn, [row["id"] for row in letters], "skipped", by)
        await conn.execute(_LIFT, dossier)
        await _step_over(conn, dossier)
        verdict = await apply_waiting(conn, pipeline, [dossier])
        return Outcome(len(verdict.apply), bool(verdict.letters))


async def _step_over(conn: Connection, dossier: UUID) -> None:
    """Move each emitter's progress to just before the first event that waits for a held dossier."""
    state = await inbox.load(conn, await inbox.keys_of(conn, [dossier]))
    moved = {}
    for key, waiting in state.waiting.items():
        done, first = state.progress.get(key, NOTHING), min(waiting, default=0)
        if first > done.seq + 1:
            skipped = b"\0" * 8 * (first - 1 - done.seq)  # ids nobody knows; a late one of them is a fork
            recent = (done.recent + skipped)[-8 * 16 :]
            moved[key] = Progress(first - 1, done.event_id or waiting[first].event.id, recent)
    if moved:
        await inbox.move(conn, moved)


async def _open_letter(conn: Connection, letter_id: int) -> asyncpg.Record:
    row = await conn.fetchrow(
        "SELECT * FROM dead_letter WHERE id = $1 AND state = 'open' FOR UPDATE", letter_id
    )
    if row is None:
        raise NotFoundError("id", "letter_unknown", f"Không có thư lỗi {letter_id} đang chờ xử lý")
    return row


def _arrival(letter: asyncpg.Record, value: bytes | None) -> Arrival:
    raw = value if value is not None else letter["value"] or b""
    try:
        return Arrival(parse_dossier_event(letter["topic"], raw), letter["topic"], raw)
    except ValidationError as error:
        raise ConflictError("id", "still_unparsable", f"Vẫn không đọc được: {explain(error)}") from None


async def _settle(conn: Connection, ids: list[int], state: str, by: str) -> None:
    await conn.execute(_SETTLE, ids, state, by)


async def set_gauges(conn: Connection, service: str) -> None:
    """Count what waits and what is dead, for the metrics."""
    rows = await conn.fetch("SELECT reason, count(*) AS n, min(since) AS oldest FROM inbox GROUP BY reason")
    found: dict[str, tuple[int, datetime]] = {row["reason"]: (row["n"], row["oldest"]) for row in rows}
    for reason in Wait:
        number, oldest = found.get(reason, (0, None))
        metrics.EVENTS_PARKED.labels(service, reason).set(number)
        metrics.EVENTS_PARKED_OLDEST.labels(service, reason).set(oldest.timestamp() if oldest else 0)
    open_letters = await conn.fetchval("SELECT count(*) FROM dead_letter WHERE state = 'open'")
    metrics.DEAD_LETTERS_OPEN.labels(service).set(open_letters)
