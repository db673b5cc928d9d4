"""Requests to the applicant and the answers to them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from services.intake.domain.asked import Answer, Request, still_open

_REQUESTS = """
INSERT INTO request AS r (dossier, request, kind, at, reason, note)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::uuid[])
ON CONFLICT (dossier, request) DO NOTHING
"""
_CANCELLED = """
UPDATE request r SET cancelled_at = x.at FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS x(dossier, request, at)
WHERE r.dossier = x.dossier AND r.request = x.request
"""
_ANSWERS = """
INSERT INTO answer (dossier, event, kind, at, request)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[]) ON CONFLICT DO NOTHING
"""


async def put_requests(conn: Connection, rows: Sequence[tuple[UUID, Request]]) -> None:
    """Store requests of dossiers; one that is known stays as it is."""
    if rows:
        columns = [
            (d, r.request, r.kind, r.at, r.reason, r.note)
            for d, r in sorted(rows, key=lambda x: (x[0], x[1].request))
        ]
        await conn.execute(_REQUESTS, *map(list, zip(*columns, strict=True)))


async def cancel_requests(conn: Connection, rows: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """Mark requests as taken back: (dossier, request, moment). Their emitter's order puts them after the asking."""
    if rows:
        await conn.execute(_CANCELLED, *map(list, zip(*sorted(rows), strict=True)))


async def put_answers(conn: Connection, rows: Sequence[tuple[UUID, Answer]]) -> None:
    """Store answers of applicants."""
    if rows:
        columns = [(d, a.event, a.kind, a.at, a.request) for d, a in rows]
        await conn.execute(_ANSWERS, *map(list, zip(*columns, strict=True)))


async def all_of(
    conn: Connection, dossiers: Iterable[UUID]
) -> dict[UUID, tuple[list[Request], list[Answer]]]:
    """Return what was asked of the applicants of these dossiers, and what they brought."""
    found: dict[UUID, tuple[list[Request], list[Answer]]] = {}
    for row in await conn.fetch("SELECT * FROM request WHERE dossier = ANY($1)", list(dossiers)):
        found.setdefault(row["dossier"], ([], []))[0].append(
            Request(
                request=row["request"],
                kind=row["kind"],
                at=row["at"],
                cancelled=row["cancelled_at"] is not None,
                note=row["note"],
                reason=row["reason"],
            )
        )
    if found:
        for row in await conn.fetch("SELECT * FROM answer WHERE dossier = ANY($1)", list(found)):
            found[row["dossier"]][1].append(
                Answer(event=row["event"], kind=row["kind"], at=row["at"], request=row["request"])
            )
    return found


async def open_requests(conn: Connection, dossiers: Iterable[UUID]) -> dict[UUID, list[Request]]:
    """Return what the applicants of these dossiers still owe."""
    found = await all_of(conn, dossiers)
    return {dossier: still_open(requests, answers) for dossier, (requests, answers) in found.items()}
