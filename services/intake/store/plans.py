"""What an import will do and did: plans of dossiers, their rows and events, set-based."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from contracts.catalogue import Unit
from libs.db import Connection
from services.intake.domain.register.say import Plan
from services.intake.store.batches import SLOW

_FACTS = """
    state text, procedure_code text, procedure_version int, field text, channel text, receiving_unit text,
    competent_unit text, received_at timestamptz, appointment_at timestamptz, late_at timestamptz,
    declared_due_at timestamptz, rule_set text, calendar_version int, ended_at timestamptz, returned_at timestamptz
"""
_COLUMNS = ", ".join(line.split()[0] for line in _FACTS.replace("\n", " ").split(","))
_INSERT = f"""
INSERT INTO dossier (id, seq, origin, batch, code, recorded_at, {_COLUMNS})
SELECT d.dossier, 2, 'import', d.batch, d.code, $4, f.*
FROM import_dossier d, jsonb_to_record(d.facts) AS f({_FACTS})
WHERE d.batch = $1 AND d.ord > $2 AND d.ord <= $3
ON CONFLICT DO NOTHING RETURNING id
"""
_DONE = """
UPDATE import_dossier SET applied = true, facts = NULL, received = NULL, history = NULL, extras = NULL
WHERE batch = $1 AND ord > $2 AND ord <= $3 AND dossier = ANY($4)
"""
_KNOWN = """
SELECT d.code, d.origin, i.content FROM dossier d
LEFT JOIN import_dossier i ON i.code = d.code AND i.batch = d.batch AND i.applied
WHERE d.code = ANY($1) AND (d.state <> 'voided' OR d.origin = 'live')
"""
_VOIDED = """
SELECT code, count(*) AS times FROM dossier
WHERE code = ANY($1) AND state = 'voided' AND origin = 'import' GROUP BY code
"""
_VOID = """
WITH next AS (
    SELECT id FROM dossier WHERE batch = $1 AND state <> 'voided' AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE
)
UPDATE dossier d SET state = 'voided', seq = seq + 1, ended_at = $4 FROM next WHERE d.id = next.id
RETURNING d.id, d.seq
"""


_EXTRAS = (
    ("answers", "event", """
        INSERT INTO answer (dossier, event, kind, at)
        SELECT d, x.* FROM unnest($1::uuid[], $2::jsonb[]) AS r(d, j),
            jsonb_to_record(j) AS x(event uuid, kind text, at timestamptz) ON CONFLICT DO NOTHING"""),
    ("notes", "id", """
        INSERT INTO note (dossier, id, at, text)
        SELECT d, x.* FROM unnest($1::uuid[], $2::jsonb[]) AS r(d, j),
            jsonb_to_record(j) AS x(id uuid, at timestamptz, text text) ON CONFLICT DO NOTHING"""),
    ("officers", "id", """
        INSERT INTO legacy_officer (id, label)
        SELECT DISTINCT x.* FROM unnest($1::uuid[], $2::jsonb[]) AS r(d, j),
            jsonb_to_record(j) AS x(id uuid, label text) ON CONFLICT DO NOTHING"""),
)  # fmt: skip


async def known(conn: Connection, codes: Sequence[str]) -> dict[str, list[str] | None]:
    """Return the codes that are taken, with the content of their import; None for dossiers that were not imported."""
    return {r["code"]: r["content"] and list(r["content"]) for r in await conn.fetch(_KNOWN, codes)}


async def voided(conn: Connection, codes: Sequence[str]) -> dict[str, int]:
    """Return how often codes were imported and voided before."""
    return {r["code"]: r["times"] for r in await conn.fetch(_VOIDED, codes)}


async def put_plans(conn: Connection, batch: UUID, plans: Sequence[Plan], *, first: int) -> None:
    """Store plans, numbered from `first`."""
    await conn.copy_records_to_table(
        "import_dossier",
        columns=(
            "batch",
            "ord",
            "line",
            "code",
            "dossier",
            "content",
            "facts",
            "received",
            "history",
            "extras",
        ),
        records=[
            (
                batch,
                first + n,
                p.line,
                p.code,
                p.dossier,
                p.content,
                p.facts,
                p.received,
                p.history,
                p.extras or None,
            )
            for n, p in enumerate(plans)
        ],
    )


async def put_differences(
    conn: Connection, batch: UUID, rows: Sequence[tuple[int, str, str, datetime, datetime]]
) -> None:
    """Store deadlines that differ: (ord, code, procedure, declared, computed)."""
    if rows:
        await conn.copy_records_to_table(
            "import_difference",
            columns=("batch", "ord", "code", "procedure_code", "declared", "computed"),
            records=[(batch, *row) for row in rows],
        )


async def put_units(conn: Connection, batch: UUID, units: Sequence[Unit]) -> None:
    """Store the units a register brings along."""
    await conn.copy_records_to_table(
        "import_unit",
        columns=("batch", "code", "unit"),
        records=[(batch, unit.code, unit.model_dump_json().encode()) for unit in units],
    )


async def units(conn: Connection, batch: UUID) -> list[Unit]:
    """Return the units a register brings along."""
    rows = await conn.fetch("SELECT unit FROM import_unit WHERE batch = $1 ORDER BY code", batch)
    return [Unit.model_validate(row["unit"]) for row in rows]


async def next_plans(conn: Connection, batch: UUID, *, after: int, size: int) -> list[asyncpg.Record]:
    """Return the next plans to apply."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "SELECT ord, line, code, dossier, received, history, extras FROM import_dossier"
        " WHERE batch = $1 AND ord > $2 ORDER BY ord LIMIT $3",
        batch, after, size,
    )  # fmt: skip
    return rows


async def insert_dossiers(conn: Connection, batch: UUID, *, after: int, upto: int, at: datetime) -> set[UUID]:
    """Insert the rows of planned dossiers; return the ids of those whose code was still free."""
    return {r["id"] for r in await conn.fetch(_INSERT, batch, after, upto, at)}


async def put_events(conn: Connection, rows: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Put finished events (topic, key, value) into the outbox, in this order."""
    await conn.copy_records_to_table("outbox", columns=("topic", "key", "value"), records=rows)


async def mark_applied(conn: Connection, batch: UUID, *, after: int, upto: int, dossiers: set[UUID]) -> None:
    """Note which plans were carried out, and forget what is only needed for that."""
    await conn.execute(_DONE, batch, after, upto, list(dossiers))


async def put_extras(conn: Connection, rows: Sequence[tuple[UUID, dict[str, list[dict[str, Any]]]]]) -> None:
    """Store answers, remarks and officers' labels of applied dossiers."""
    for table, key, statement in _EXTRAS:
        pairs = {(d, item[key]): item for d, extras in rows for item in extras.get(table, ())}
        if pairs:
            await conn.execute(statement, [d for d, _ in pairs], list(pairs.values()))


async def outbox_length(conn: Connection, *, upto: int) -> int:
    """Return how many events wait for the relay, counted up to a number."""
    number: int = await conn.fetchval("SELECT count(*) FROM (SELECT FROM outbox LIMIT $1) x", upto)
    return number


async def void_next(
    conn: Connection, batch: UUID, *, after: UUID, size: int, at: datetime
) -> list[asyncpg.Record]:
    """Void the next dossiers of a batch and return their ids and new `seq`, by id."""
    rows = await conn.fetch(_VOID, batch, after, size, at)
    return sorted(rows, key=lambda row: row["id"])


async def drop(conn: Connection, batch: UUID) -> None:
    """Delete the plans of a voided batch: its codes are free again."""
    await conn.execute("DELETE FROM import_dossier WHERE batch = $1", batch, timeout=SLOW)
