"""Persons, remarks and the audit trail: the tables that hold what must never leave this schema."""

from datetime import datetime
from uuid import UUID

import asyncpg

from libs.db import Connection
from services.intake.domain.entry import Person
from services.intake.domain.people import sort_key, words

_PUT = """
INSERT INTO person AS p (dossier, full_name, words, sort_key, id_number, phone, address, email)
VALUES ($1, $2, $3, $4, nullif($5, ''), nullif($6, ''), nullif($7, ''), nullif($8, ''))
ON CONFLICT (dossier) DO UPDATE SET full_name = excluded.full_name, words = excluded.words,
    sort_key = excluded.sort_key, id_number = excluded.id_number, phone = excluded.phone,
    address = excluded.address, email = excluded.email
"""


async def put_person(conn: Connection, dossier: UUID, person: Person) -> None:
    """Store a dossier's applicant, or replace what was stored."""
    await conn.execute(
        _PUT,
        dossier,
        person.full_name,
        words(person.full_name),
        sort_key(person.full_name),
        person.id_number,
        person.phone,
        person.address,
        person.email,
    )


async def get_person(conn: Connection, dossier: UUID) -> asyncpg.Record | None:
    """Return a dossier's applicant. The caller audits the look."""
    return await conn.fetchrow(
        "SELECT full_name, id_number, phone, address, email FROM person WHERE dossier = $1", dossier
    )


async def put_note(
    conn: Connection, *, note: UUID, dossier: UUID, at: datetime, staff: UUID | None, text: str
) -> None:
    """Store a remark; events carry its id only."""
    await conn.execute(
        "INSERT INTO note (id, dossier, at, staff, text) VALUES ($1, $2, $3, $4, $5)",
        note,
        dossier,
        at,
        staff,
        text,
    )


async def get_notes(conn: Connection, dossier: UUID) -> list[asyncpg.Record]:
    """Return the remarks about a dossier, oldest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "SELECT id, at, staff, text FROM note WHERE dossier = $1 ORDER BY at, id", dossier
    )
    return rows


async def audit(  # noqa: PLR0913 - the columns of the row
    conn: Connection,
    *,
    at: datetime,
    staff: UUID,
    action: str,
    kind: str = "",
    dossier: UUID | None = None,
    found: int | None = None,
) -> None:
    """Write down who looked at what: never the words that were searched for."""
    await conn.execute(
        "INSERT INTO audit (at, staff, action, kind, dossier, found) VALUES ($1, $2, $3, nullif($4, ''), $5, $6)",
        at,
        staff,
        action,
        kind,
        dossier,
        found,
    )
