"""Late lists frozen: rows over one state of the database, then number and SHA-256, which make them a list.

Rows without their list (a crash between the two transactions) belong to nothing and are seen by nobody.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

from law.moments import vn_date
from libs.db import Connection, Pool
from libs.ids import uuid7
from libs.tables import BOM, csv_lines
from services.sla.handlers.late_asked import Asked
from services.sla.handlers.late_list import COLUMNS, LateList
from services.sla.handlers.question import LateQuestion
from services.sla.handlers.stating import Person
from services.sla.store import causes, frozen
from services.sla.store.frozen import FrozenList
from services.sla.store.late_filter import LateFilter

_CHUNK = 1_000


async def gather(pool: Pool, listing: Asked, asked: LateQuestion, person: Person) -> FrozenList:
    """Write the rows a question asks for, over one state of the database; `finish` makes them a list.

    Raises DomainError as the list itself does.
    """
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read"):
        listed, wanted = await listing.list_of(asked, person.now, conn)
        own = uuid7()
        header = BOM + next(csv_lines(COLUMNS, ()))
        digest = hashlib.sha256(header.encode())
        dossiers = await _write(conn, own, listed, wanted, digest)
    return FrozenList(
        id=own,
        year=vn_date(person.now).year,
        number=0,
        frozen_at=person.now,
        staff=person.staff,
        units=person.scope,
        query=asked.as_json(),
        as_of=wanted.as_of,
        dossiers=dossiers,
        header=header,
        sha256=digest.hexdigest(),
    )


async def finish(conn: Connection, made: FrozenList) -> FrozenList:
    """Make gathered rows a list in the open transaction; return it with its number."""
    await causes.audit(
        conn, at=made.frozen_at, staff=made.staff, action="freeze", subject=made.id, found=made.dossiers
    )
    return replace(made, number=await frozen.put_list(conn, made))


async def _write(
    conn: Connection, own: UUID, listed: LateList, wanted: LateFilter, digest: "hashlib._Hash"
) -> int:
    written, pending = 0, list[tuple[UUID, str]]()
    async for row in listed.rows(wanted):
        line = next(csv_lines([row[name] for name in COLUMNS], ()))
        digest.update(line.encode())
        pending.append((row["id"], line))
        if len(pending) == _CHUNK:
            await frozen.put_rows(conn, own, written + 1, pending)
            written, pending = written + len(pending), []
    await frozen.put_rows(conn, own, written + 1, pending)
    return written + len(pending)


async def content(pool: Pool, made: FrozenList) -> AsyncIterator[bytes]:
    """Yield the file of a list: the same bytes each time, those the SHA-256 was taken of."""
    pending = [made.header]
    async for line in frozen.lines(pool, made.id):
        pending.append(line)
        if len(pending) >= _CHUNK:
            yield "".join(pending).encode()
            pending = []
    yield "".join(pending).encode()


async def digest_of(pool: Pool, made: FrozenList) -> str:
    """Return the SHA-256 of a list as it lies in the database now."""
    digest = hashlib.sha256()
    async for part in content(pool, made):
        digest.update(part)
    return digest.hexdigest()
