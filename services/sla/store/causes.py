"""Causes of lateness: proposed by the clock, stated by persons, with their history and the notes behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from libs.db import Connection
from services.sla.domain.cause import Proposal
from services.sla.store.dossiers import COLUMNS, Row, row_of
from services.sla.store.late import Reader

_TAKE = f"""
SELECT id, {", ".join(COLUMNS)} FROM dossier
WHERE late_since IS NOT NULL AND late_since <= $1 AND uncaused AND cause_by IS DISTINCT FROM 'person'
ORDER BY late_since, id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
_PROPOSE = """
UPDATE dossier d SET cause = u.cause, responsible_unit = u.unit, responsible_leg = u.leg, cause_by = 'clock',
    uncaused = false, changed_at = CASE WHEN differs.so THEN greatest($5, d.changed_at) ELSE d.changed_at END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::smallint[]) AS u(id, cause, unit, leg),
LATERAL (SELECT (x.cause, x.responsible_unit, x.responsible_leg) IS DISTINCT FROM (u.cause, u.unit, u.leg) AS so
         FROM dossier x WHERE x.id = u.id) AS differs
WHERE d.id = u.id
"""
_STATE = """
UPDATE dossier SET cause = $2, responsible_unit = $3, responsible_leg = $4, cause_by = 'person', uncaused = false,
    seq = $6, revision = $7, changed_at = greatest($5, changed_at)
WHERE id = $1
"""
_CHANGE = """
INSERT INTO cause_change (dossier, at, staff, cause, responsible_unit, responsible_leg, cause_before, unit_before,
    leg_before, by_before, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_REKEY = """
UPDATE dossier d SET late_calendar = u.key, changed_at = greatest($4, d.changed_at)
FROM (SELECT x.id, k.key FROM dossier x
      JOIN unnest($1::text[], $2::text[], $3::text[]) AS k(unit, rule_set, key)
        ON x.reception_unit = k.unit AND x.rule_set = k.rule_set
      WHERE x.late_since IS NOT NULL AND x.ended_at IS NULL AND x.late_calendar <> k.key
      ORDER BY x.id LIMIT $5 FOR UPDATE OF x SKIP LOCKED) AS u
WHERE d.id = u.id
"""


@dataclass(frozen=True, slots=True)
class Stated:
    """The cause of a lateness as it stands; `by` is `clock` or `person`."""

    cause: str | None
    unit: str | None
    leg: int | None
    by: str | None


async def take_uncaused(conn: Connection, now: datetime, limit: int) -> list[Row]:
    """Lock and return late dossiers whose cause is still to be proposed, or proposed anew."""
    return [row_of(record) for record in await conn.fetch(_TAKE, now, limit)]


async def put_proposals(conn: Connection, proposals: Sequence[tuple[UUID, Proposal]], now: datetime) -> None:
    """Write proposals; what is as before leaves no trace."""
    await conn.execute(
        _PROPOSE,
        [own for own, _ in proposals],
        [each.cause.value for _, each in proposals],
        [each.unit for _, each in proposals],
        [each.leg for _, each in proposals],
        now,
    )


async def stated(reader: Reader, dossier: UUID) -> Stated:
    """Return the cause as it stands."""
    record = await reader.fetchrow(
        "SELECT cause, responsible_unit, responsible_leg, cause_by FROM dossier WHERE id = $1", dossier
    )
    return Stated(*record.values()) if record else Stated(None, None, None, None)


async def put_stated(conn: Connection, row: Row, to: Stated, *, at: datetime) -> None:
    """Write a person's cause; the row is locked and its `seq` and `revision` are drawn."""
    await conn.execute(_STATE, row.id, to.cause, to.unit, to.leg, at, row.seq, row.revision)


async def put_change(  # noqa: PLR0913 - what a change consists of
    conn: Connection,
    dossier: UUID,
    before: Stated,
    to: Stated,
    *,
    at: datetime,
    staff: UUID,
    note: UUID | None,
) -> None:
    """Keep a change."""
    was = (before.cause, before.unit, before.leg, before.by)
    await conn.execute(_CHANGE, dossier, at, staff, to.cause, to.unit, to.leg, *was, note)


async def changes(reader: Reader, dossier: UUID) -> Sequence[asyncpg.Record]:
    """Return every cause persons stated, oldest first."""
    rows: Sequence[asyncpg.Record] = await reader.fetch(
        "SELECT at, staff, cause, responsible_unit, responsible_leg, cause_before, unit_before, leg_before,"
        " by_before, note FROM cause_change WHERE dossier = $1 ORDER BY id",
        dossier,
    )
    return rows


async def put_note(
    conn: Connection, note: UUID, dossier: UUID | None, at: datetime, staff: UUID, text: str
) -> None:
    """Keep a free text: it stays in this schema."""
    await conn.execute("INSERT INTO note VALUES ($1, $2, $3, $4, $5)", note, dossier, at, staff, text)


async def notes(reader: Reader, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return texts by id. The caller audits the look."""
    rows = await reader.fetch("SELECT id, text FROM note WHERE id = ANY($1::uuid[])", sorted(set(ids)))
    return {row["id"]: row["text"] for row in rows}


async def audit(
    conn: Connection,
    *,
    at: datetime,
    staff: UUID,
    action: str,
    subject: UUID | None,
    found: int | None = None,
) -> None:
    """Write down who looked at texts, or wrote them."""
    await conn.execute(
        "INSERT INTO audit (at, staff, action, subject, found) VALUES ($1, $2, $3, $4, $5)",
        at,
        staff,
        action,
        subject,
        found,
    )


async def rekey(conn: Connection, keys: Sequence[tuple[str, str, str]], now: datetime, limit: int) -> int:
    """Give open dossiers the key of the calendar that counts them now; return how many were given one."""
    columns: list[list[Any]] = [[each[at] for each in keys] for at in range(3)]
    done: str = await conn.execute(_REKEY, *columns, now, limit)
    return int(done.rsplit(" ", 1)[1])
