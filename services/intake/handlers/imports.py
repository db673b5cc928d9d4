"""Legacy registers: opened, uploaded, checked, applied and voided. The long work is done by `jobs`."""

from collections.abc import AsyncIterable
from typing import Any
from uuid import UUID

import asyncpg

from contracts.catalogue import UnitItem
from contracts.topics import to_bytes
from libs.catalogue import Catalogue
from libs.db import Connection, transaction
from libs.errors import ConflictError, DomainError, NotFoundError
from libs.ids import derived_id, uuid7
from services.intake.domain.register.files import Row, RowReader, UnreadableFileError
from services.intake.domain.register.units import WithUnits
from services.intake.handlers.desk import Desk
from services.intake.store import batches, plans

_ROWS = 5000
_NEXT = {
    "check": ({"open", "checked"}, "checking"),
    "apply": ({"checked"}, "applying"),
    "void": ({"open", "checked", "applying", "applied", "voiding", "failed"}, "voiding"),
}


async def open_batch(conn: Connection, desk: Desk, *, source: str) -> UUID:
    """Open a batch for a register of the legacy system `source` and return its id."""
    batch = uuid7()
    scope = None if desk.scope is None else sorted(desk.scope)
    await batches.create(conn, batch=batch, source=source, scope=scope, staff=desk.staff, at=desk.now)
    return batch


async def upload(pool: asyncpg.Pool, batch: UUID, file: str, body: AsyncIterable[bytes]) -> int:
    """Stage a file's rows as they stream in, replacing what was uploaded before; return their number.

    Memory stays flat. Raises DomainError for a file that cannot be read as a whole.
    """
    async with transaction(pool) as conn:
        _require(await batches.lock(conn, batch), {"open", "checked"})
        await batches.note(conn, batch, state="open")
        await batches.clear_file(conn, batch, file)
    reader, rows, total = RowReader(file), list[Row](), 0
    try:
        async for piece in body:
            rows += reader.feed(piece)
            if len(rows) >= _ROWS:
                total += await _stage(pool, batch, file, rows)
                rows = []
        rows += reader.end()
    except UnreadableFileError as error:
        async for _ in body:  # the sender reads no answer before it has sent everything
            pass
        raise DomainError(file, "unreadable", str(error)) from None
    total += await _stage(pool, batch, file, rows)
    if reader.ignored:
        async with transaction(pool) as conn:
            await batches.note(conn, batch, ignored_columns=reader.ignored)
    return total


async def _stage(pool: asyncpg.Pool, batch: UUID, file: str, rows: list[Row]) -> int:
    async with transaction(pool) as conn:
        if not await batches.put_rows(conn, batch, file, rows):
            raise ConflictError("", "wrong_state", "Đợt nhập này không còn nhận tệp")
    return len(rows)


async def proceed(conn: Connection, batch: UUID, what: str, catalogue: Catalogue) -> Any:
    """Let a batch be checked, applied or voided: a job takes it up. Asking twice changes nothing."""
    states, following = _NEXT[what]
    row = await batches.lock(conn, batch)
    if row is not None and row["state"] in {following, {"apply": "applied", "void": "voided"}.get(what)}:
        return await batches.get(conn, batch)
    _require(row, states)
    if what == "apply":
        lacking = WithUnits(catalogue, await plans.units(conn, batch)).lacking
        if lacking:
            text = f"Danh mục còn thiếu {len(lacking)} đơn vị của đợt nhập, ví dụ {lacking[0].code}"
            raise ConflictError("units", "units_missing", text)
    await batches.note(conn, batch, state=following, after_code="", problem="")
    return await batches.get(conn, batch)


async def status(conn: Connection, batch: UUID, catalogue: Catalogue) -> tuple[Any, int]:
    """Return a batch's row and how many of its units the catalogue still lacks."""
    row = await batches.get(conn, batch)
    if row is None:
        raise NotFoundError("batch", "unknown_batch", "Không có đợt nhập này")
    lacking = WithUnits(catalogue, await plans.units(conn, batch)).lacking
    return row, len(lacking)


async def missing_units(conn: Connection, desk: Desk, batch: UUID) -> bytes:
    """Return the units the catalogue lacks as catalogue items, one per line, for their owner to publish."""
    lacking = WithUnits(desk.catalogue, await plans.units(conn, batch)).lacking
    items = [
        UnitItem(
            id=derived_id(batch, f"unit {unit.code}"),
            time=desk.now,
            recordedtime=desk.now,
            subject=f"unit/{unit.code}/{unit.version}",
            data=unit,
        )
        for unit in lacking
    ]
    return b"".join(to_bytes(item) + b"\n" for item in items)


def _require(row: Any, states: set[str]) -> None:
    if row is None:
        raise NotFoundError("batch", "unknown_batch", "Không có đợt nhập này")
    if row["state"] not in states:
        raise ConflictError(
            "", "wrong_state", f"Đợt nhập đang ở bước {row['state']}, không thể thực hiện việc này"
        )
