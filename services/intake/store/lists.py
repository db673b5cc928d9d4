"""Lists of the counter: today's receipts, results to collect, searches. Keyset-paged, scoped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from libs.db import Connection
from services.intake.store.rows import Scope, units_of

_VISIBLE = (
    "($1::text[] IS NULL OR d.receiving_unit = ANY($1) OR d.competent_unit = ANY($1) OR d.holder = ANY($1))"
)
_MINE = "d.receiving_unit IS NOT NULL AND ($1::text[] IS NULL OR d.receiving_unit = ANY($1))"
_PERSON = "p.full_name, p.phone, p.sort_key"


class Page(NamedTuple):
    """From which sort key on, and how many rows."""

    after: Sequence[Any] | None
    limit: int


async def received(
    conn: Connection, *, scope: Scope, since: datetime, until: datetime, page: Page
) -> list[asyncpg.Record]:
    """Return the dossiers received from `since` to before `until`, newest first."""
    at, dossier = page.after or (until, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        f"SELECT d.*, {_PERSON} FROM dossier d LEFT JOIN person p ON p.dossier = d.id"
        f" WHERE {_MINE} AND d.received_at >= $2 AND d.received_at < $3"
        "  AND ($5::uuid IS NULL OR (d.received_at, d.id) < ($4, $5))"
        " ORDER BY d.received_at DESC, d.id DESC LIMIT $6",
        units_of(scope), since, until, at, dossier, page.limit,
    )  # fmt: skip
    return rows


async def waiting(conn: Connection, *, scope: Scope, page: Page) -> list[asyncpg.Record]:
    """Return the dossiers handed in but not received yet, oldest first."""
    at, dossier = page.after or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        f"SELECT d.*, {_PERSON} FROM dossier d LEFT JOIN person p ON p.dossier = d.id"
        f" WHERE {_MINE} AND d.state = 'submitted'"
        "  AND ($2::timestamptz IS NULL OR (d.submitted_at, d.id) > ($2, $3::uuid))"
        " ORDER BY d.submitted_at, d.id LIMIT $4",
        units_of(scope), at, dossier, page.limit,
    )  # fmt: skip
    return rows


async def ready(conn: Connection, *, scope: Scope, page: Page) -> list[asyncpg.Record]:
    """Return the dossiers whose result waits to be collected, longest first."""
    at, dossier = page.after or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        f"SELECT d.*, {_PERSON} FROM dossier d LEFT JOIN person p ON p.dossier = d.id"
        f" WHERE {_MINE} AND d.ready_at IS NOT NULL AND d.returned_at IS NULL"
        "  AND d.state NOT IN ('voided', 'withdrawn')"
        "  AND ($2::timestamptz IS NULL OR (d.ready_at, d.id) > ($2, $3::uuid))"
        " ORDER BY d.ready_at, d.id LIMIT $4",
        units_of(scope), at, dossier, page.limit,
    )  # fmt: skip
    return rows


_SEARCHES = {
    "code": "d.code = $2",
    "name": "p.words @> $2::text[]",
    "phone": "p.phone = $2",
    "id_number": "p.id_number = $2",
}
SEARCH_KINDS = tuple(_SEARCHES)


async def search(
    conn: Connection, *, kind: str, wanted: str | list[str], scope: Scope, page: Page
) -> list[asyncpg.Record]:
    """Return the dossiers found by code, name (its folded words), phone or personal number, by name."""
    key, dossier = page.after or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        f"SELECT d.*, {_PERSON} FROM dossier d LEFT JOIN person p ON p.dossier = d.id"
        f" WHERE {_VISIBLE} AND {_SEARCHES[kind]}"
        r"  AND ($3::bytea IS NULL OR (coalesce(p.sort_key, '\x'), d.id) > ($3, $4::uuid))"
        r" ORDER BY coalesce(p.sort_key, '\x'), d.id LIMIT $5",
        units_of(scope), wanted, key, dossier, page.limit,
    )  # fmt: skip
    return rows


async def counts(conn: Connection, *, scope: Scope, since: datetime, until: datetime) -> asyncpg.Record:
    """Return how many dossiers were received in a span, wait for reception, and wait to be collected."""
    return await conn.fetchrow(
        f"SELECT (SELECT count(*) FROM dossier d WHERE {_MINE} AND received_at >= $2 AND received_at < $3"
        "          AND state <> 'voided') AS received,"
        f" (SELECT count(*) FROM dossier d WHERE {_MINE} AND state = 'submitted') AS waiting,"
        f" (SELECT count(*) FROM dossier d WHERE {_MINE} AND ready_at IS NOT NULL AND returned_at IS NULL"
        "   AND state NOT IN ('voided', 'withdrawn')) AS ready",
        units_of(scope), since, until,
    )  # fmt: skip


def key_of(row: asyncpg.Record, column: str) -> tuple[Any, UUID]:
    """Return a row's place in a list sorted by `column`."""
    return row[column], row["id"]
