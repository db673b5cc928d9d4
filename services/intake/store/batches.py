"""Import batches: the job's row, what was uploaded, what was refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from libs.db import Connection
from services.intake.domain.register.files import Row
from services.intake.domain.register.words import Refusal

_BUSY = """
SELECT * FROM import_batch WHERE state IN ('checking', 'applying', 'voiding')
ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_ORPHANS = """
INSERT INTO import_reject (batch, file, line, code, field, rule, reason)
SELECT $1, s.file, s.line, s.code, 'code', 'unknown_dossier', 'Không có hồ sơ này trong sổ (REGISTER)'
FROM import_line s WHERE s.batch = $1 AND s.file = 'steps' AND s.code <> '' AND NOT EXISTS (
    SELECT FROM import_line r WHERE r.batch = $1 AND r.file = 'register' AND r.code = s.code)
ORDER BY s.line
"""
_NAMELESS = """
INSERT INTO import_reject (batch, file, line, code, field, rule, reason)
SELECT batch, file, line, '', CASE WHEN cells = '{}' THEN '' ELSE 'code' END,
    CASE WHEN cells = '{}' THEN 'columns' ELSE 'required' END,
    CASE WHEN cells = '{}' THEN 'Số ô khác với dòng tiêu đề' ELSE 'Thiếu mã hồ sơ' END
FROM import_line WHERE batch = $1 AND file IN ('register', 'steps') AND code = '' ORDER BY file, line
"""
_CODE = 200
"""Longer than any code: an index entry must not be a whole page of somebody's prose."""
SLOW = 600.0
"""Seconds for statements over a whole register."""


async def create(
    conn: Connection, *, batch: UUID, source: str, scope: list[str] | None, staff: UUID, at: datetime
) -> None:
    """Open a batch."""
    await conn.execute(
        "INSERT INTO import_batch (id, source, scope, created_by, created_at) VALUES ($1, $2, $3, $4, $5)",
        batch, source, scope, staff, at,
    )  # fmt: skip


async def get(conn: Connection, batch: UUID) -> asyncpg.Record | None:
    """Return a batch's row, with the number of refused lines."""
    return await conn.fetchrow(
        "SELECT b.*, (SELECT count(*) FROM import_reject r WHERE r.batch = b.id) AS rejects"
        " FROM import_batch b WHERE id = $1",
        batch,
    )


async def recent(conn: Connection, *, before: Sequence[Any] | None, limit: int) -> list[asyncpg.Record]:
    """Return batches, newest first."""
    at, batch = before or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        "SELECT b.*, (SELECT count(*) FROM import_reject r WHERE r.batch = b.id) AS rejects FROM import_batch b"
        " WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid)"
        " ORDER BY created_at DESC, id DESC LIMIT $3",
        at, batch, limit,
    )  # fmt: skip
    return rows


async def lock(conn: Connection, batch: UUID) -> asyncpg.Record | None:
    """Lock a batch's row and return it."""
    return await conn.fetchrow("SELECT * FROM import_batch WHERE id = $1 FOR UPDATE", batch)


async def lock_busy(conn: Connection) -> asyncpg.Record | None:
    """Lock and return the oldest batch that has work to be done and that nobody works on."""
    return await conn.fetchrow(_BUSY)


async def abandon(conn: Connection, *, before: datetime) -> None:
    """Let batches that were opened before a moment and never applied be cleared away."""
    await conn.execute(
        "UPDATE import_batch SET state = 'voiding' WHERE state IN ('open', 'checked') AND created_at < $1",
        before,
    )


async def note(conn: Connection, batch: UUID, **columns: Any) -> None:
    """Write columns of a batch."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
    await conn.execute(f"UPDATE import_batch SET {sets} WHERE id = $1", batch, *columns.values())


async def clear_file(conn: Connection, batch: UUID, file: str) -> None:
    """Forget what was uploaded of a file."""
    await conn.execute("DELETE FROM import_line WHERE batch = $1 AND file = $2", batch, file, timeout=SLOW)
    await conn.execute(f"UPDATE import_batch SET {_counter(file)} = 0 WHERE id = $1", batch)


async def put_rows(conn: Connection, batch: UUID, file: str, rows: Sequence[Row]) -> bool:
    """Stage rows of a file; return whether the batch still takes any."""
    name = _counter(file)
    open_still = await conn.fetchval(
        f"UPDATE import_batch SET {name} = {name} + $2 WHERE id = $1 AND state = 'open' RETURNING true",
        batch, len(rows),
    )  # fmt: skip
    if not open_still:
        return False
    await conn.copy_records_to_table(
        "import_line",
        columns=("batch", "file", "line", "code", "cells"),
        records=[
            (batch, file, row.line, row.cells[0][:_CODE] if row.cells else "", row.cells) for row in rows
        ],
    )
    return True


def _counter(file: str) -> str:
    return {"register": "rows", "steps": "steps", "units": "units"}[file]


async def rows_of(conn: Connection, batch: UUID, file: str) -> list[Row]:
    """Return all staged rows of a (small) file."""
    found = await conn.fetch(
        "SELECT line, cells FROM import_line WHERE batch = $1 AND file = $2 ORDER BY line", batch, file
    )
    return [Row(r["line"], list(r["cells"])) for r in found]


async def chunk(conn: Connection, batch: UUID, *, after: str, size: int) -> list[asyncpg.Record]:
    """Return the staged rows of the next `size` (or a few more) register rows and their steps, by code."""
    last = await conn.fetchval(
        "SELECT max(code) FROM (SELECT code FROM import_line WHERE batch = $1 AND file = 'register' AND code > $2"
        " ORDER BY code LIMIT $3) x",
        batch, after, size,
    )  # fmt: skip
    if last is None:
        return []
    rows: list[asyncpg.Record] = await conn.fetch(
        "SELECT file, line, code, cells FROM import_line"
        " WHERE batch = $1 AND file IN ('register', 'steps') AND code > $2 AND code <= $3 ORDER BY code, file, line",
        batch, after, last,
    )  # fmt: skip
    return rows


async def begin_check(conn: Connection, batch: UUID) -> int:
    """Forget an earlier check, refuse the rows without a code, and return how many of REGISTER those are."""
    for table in ("import_reject", "import_difference", "import_dossier", "import_unit"):
        await conn.execute(f"DELETE FROM {table} WHERE batch = $1", batch, timeout=SLOW)
    await conn.execute("ANALYZE import_line", timeout=SLOW)
    await conn.execute(_NAMELESS, batch, timeout=SLOW)
    number: int = await conn.fetchval(
        "SELECT count(*) FROM import_reject WHERE batch = $1 AND file = 'register'", batch, timeout=SLOW
    )
    return number


async def refuse_orphans(conn: Connection, batch: UUID) -> None:
    """Refuse the steps of dossiers that are not in the register."""
    await conn.execute(_ORPHANS, batch, timeout=SLOW)


async def put_rejects(conn: Connection, batch: UUID, refusals: Sequence[Refusal]) -> None:
    """Store refused rows, in their order."""
    if refusals:
        await conn.copy_records_to_table(
            "import_reject",
            columns=("batch", "file", "line", "code", "field", "rule", "reason"),
            records=[(batch, *refusal) for refusal in refusals],
        )


async def rejects(conn: Connection, batch: UUID, *, after: int, limit: int) -> list[asyncpg.Record]:
    """Return refused rows after an id."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "SELECT id, file, line, code, field, rule, reason FROM import_reject"
        " WHERE batch = $1 AND id > $2 ORDER BY id LIMIT $3",
        batch, after, limit,
    )  # fmt: skip
    return rows


async def differences(conn: Connection, batch: UUID, *, after: int, limit: int) -> list[asyncpg.Record]:
    """Return dossiers whose declared deadline is not the computed one, by their place in the register."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "SELECT ord, code, procedure_code, declared, computed FROM import_difference"
        " WHERE batch = $1 AND ord > $2 ORDER BY ord LIMIT $3",
        batch, after, limit,
    )  # fmt: skip
    return rows


async def drop_lines(conn: Connection, batch: UUID) -> None:
    """Delete the staged rows: what was refused is kept, with its reasons."""
    await conn.execute("DELETE FROM import_line WHERE batch = $1", batch, timeout=SLOW)
