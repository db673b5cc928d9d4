"""The inbox's tables: progress per dossier and emitter, what waits, what is held. Set-based throughout."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts.topics import parse_dossier_event
from libs.db import Connection
from libs.inbox_rules import Arrival, Key, Letter, Progress, State, Verdict, Wait

_LOAD = """
SELECT k.dossier, k.emitter, p.seq, p.event_id, p.recent, h.dossier IS NOT NULL AS held,
       EXISTS (SELECT FROM inbox i WHERE i.dossier = k.dossier AND i.emitter = k.emitter) AS waits
FROM unnest($1::uuid[], $2::text[]) AS k(dossier, emitter)
LEFT JOIN inbox_progress p ON p.dossier = k.dossier AND p.emitter = k.emitter
LEFT JOIN inbox_held h ON h.dossier = k.dossier
"""
_WAITING = """
SELECT i.topic, i.value FROM inbox i
JOIN unnest($1::uuid[], $2::text[]) AS k(dossier, emitter) ON i.dossier = k.dossier AND i.emitter = k.emitter
"""
_MOVE = """
INSERT INTO inbox_progress (dossier, emitter, seq, event_id, recent)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::bytea[])
ON CONFLICT (dossier, emitter) DO UPDATE
SET seq = excluded.seq, event_id = excluded.event_id, recent = excluded.recent
"""
_PARK = """
INSERT INTO inbox (dossier, emitter, seq, event_id, topic, value, reason, detail)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::bytea[], $7::text[], $8::text[])
ON CONFLICT (dossier, emitter, seq) DO UPDATE SET reason = excluded.reason, detail = excluded.detail
"""
_UNPARK = """
DELETE FROM inbox i USING unnest($1::uuid[], $2::text[], $3::int[]) AS k(dossier, emitter, seq)
WHERE i.dossier = k.dossier AND i.emitter = k.emitter AND i.seq = k.seq
"""
_LETTERS = """
INSERT INTO dead_letter (topic, part, record_offset, key, value, dossier, emitter, seq, event_id, reason, detail)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[], $5::bytea[], $6::uuid[], $7::text[],
                     $8::int[], $9::uuid[], $10::text[], $11::text[])
"""
_KEYS = """
SELECT dossier, emitter FROM inbox_progress WHERE dossier = ANY($1::uuid[])
UNION SELECT dossier, emitter FROM inbox WHERE dossier = ANY($1::uuid[])
UNION SELECT dossier, emitter FROM dead_letter WHERE dossier = ANY($1::uuid[]) AND state = 'open'
"""
_HOLD = "INSERT INTO inbox_held (dossier) SELECT DISTINCT unnest($1::uuid[]) ON CONFLICT DO NOTHING"


async def load(conn: Connection, keys: Iterable[Key]) -> State:
    """Return what the tables say about `keys`: one statement, and one more only where something waits."""
    wanted = list(keys)
    if not wanted:
        return State()
    state, waits = State(), []
    for row in await conn.fetch(_LOAD, [d for d, _ in wanted], [e for _, e in wanted]):
        key = (row["dossier"], row["emitter"])
        if row["seq"] is not None:
            state.progress[key] = Progress(row["seq"], row["event_id"], row["recent"])
        if row["held"]:
            state.held.add(row["dossier"])
        if row["waits"]:
            waits.append(key)
    if waits:
        await _load_waiting(conn, state, waits)
    return state


async def _load_waiting(conn: Connection, state: State, keys: list[Key]) -> None:
    for row in await conn.fetch(_WAITING, [d for d, _ in keys], [e for _, e in keys]):
        arrival = Arrival(parse_dossier_event(row["topic"], row["value"]), row["topic"], row["value"])
        state.waiting.setdefault(arrival.key, {})[arrival.event.dossierseq] = arrival


async def keys_of(conn: Connection, dossiers: Sequence[UUID]) -> list[Key]:
    """Return every key of some dossiers that has progress, something waiting, or an open dead letter."""
    rows = await conn.fetch(_KEYS, list(dossiers))
    return [(row["dossier"], row["emitter"]) for row in rows]


async def store(conn: Connection, verdict: Verdict) -> None:
    """Write a verdict: one statement for the progress, and one more for each rare kind that occurred."""
    if verdict.moved:
        await move(conn, verdict.moved)
    if verdict.unpark:
        gone = [(*a.key, a.event.dossierseq) for a in verdict.unpark]
        await conn.execute(_UNPARK, *_transpose(gone))
    if verdict.park:
        await conn.execute(_PARK, *_transpose(_parked(*entry) for entry in verdict.park.values()))
    if verdict.letters:
        await conn.execute(_LETTERS, *_transpose(map(_letter, verdict.letters)))
        held = {letter.dossier for letter in verdict.letters if letter.dossier is not None}
        await conn.execute(_HOLD, sorted(held))


async def move(conn: Connection, progress: Mapping[Key, Progress]) -> None:
    """Set the progress of some dossiers and emitters."""
    rows = [(d, e, p.seq, p.event_id, p.recent) for (d, e), p in progress.items()]
    await conn.execute(_MOVE, *_transpose(rows))


def _transpose(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _parked(arrival: Arrival, why: Wait, detail: str) -> tuple[Any, ...]:
    event = arrival.event
    where = (event.subject, event.EMITTER, event.dossierseq, event.id)
    return *where, arrival.topic, arrival.value, why, detail


def _letter(letter: Letter) -> tuple[Any, ...]:
    record, arrival = letter.record, letter.arrival
    place = (record.part, record.offset, record.key) if record else (None, None, None)
    value = arrival.value if arrival else record.value if record else None
    event = arrival.event if arrival else None
    about = (letter.dossier, letter.emitter, event.dossierseq if event else None, event.id if event else None)
    return letter.topic, *place, value, *about, letter.fault, letter.detail
