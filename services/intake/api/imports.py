"""Legacy registers over HTTP: a batch is opened, uploaded to, checked, applied, and may be voided."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, StringConstraints

from libs.db import Connection, transaction
from libs.http import RuntimeDep
from libs.idempotency import OnceDep, run_once
from libs.paging import Cursor, Limit, encode_cursor, moment, own_id, read_cursor
from libs.runtime import Runtime
from services.intake.api.access import Importer, desk_of
from services.intake.handlers import imports
from services.intake.handlers.views import local
from services.intake.store import batches

router = APIRouter(tags=["imports"])
_COUNTS = (
    "rows", "steps", "units", "checked", "accepted", "skipped", "refused", "rejects", "differing", "applied", "voided",
)  # fmt: skip
_PAGE = 5000
Fetch = Callable[[Connection, int], Awaitable[list[asyncpg.Record]]]


class BatchIn(BaseModel):
    """`source` names the legacy system: the same source and code give the same dossier id."""

    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")] | None = None


def batch_out(row: Any, units_missing: int = 0) -> dict[str, Any]:
    """Return a batch as JSON has it."""
    return {
        "batch": str(row["id"]),
        "source": row["source"],
        "state": row["state"],
        "created_at": local(row["created_at"]),
        "applied_at": local(row["applied_at"]),
        "problem": row["problem"],
        "ignored_columns": list(row["ignored_columns"]),
        "units_missing": units_missing,
        **{name: row[name] for name in _COUNTS},
    }


@router.post("/imports", status_code=201)
async def post_import(body: BatchIn, runtime: RuntimeDep, identity: Importer, once: OnceDep) -> Response:
    """Open a batch."""
    desk = desk_of(identity, runtime)

    async def effect(conn: Connection) -> dict[str, Any]:
        batch = await imports.open_batch(conn, desk, source=body.source or runtime.settings.import_source)
        return batch_out(await batches.get(conn, batch))

    return await run_once(runtime.pool, once, effect, status=201)


@router.get("/imports")
async def get_imports(
    runtime: RuntimeDep, _identity: Importer, cursor: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    """Return the batches, newest first."""
    before = read_cursor(cursor, moment, own_id)
    found = await batches.recent(runtime.pool, before=before, limit=limit)
    last = found[-1] if len(found) == limit else None
    following = encode_cursor([last["created_at"].isoformat(), str(last["id"])]) if last else None
    return {"items": [batch_out(row) for row in found], "next_cursor": following}


@router.get("/imports/{batch}")
async def get_import(batch: UUID, runtime: RuntimeDep, _identity: Importer) -> dict[str, Any]:
    """Return how far a batch is: `checked` of `rows`, then `applied` of `accepted`."""
    async with runtime.pool.acquire() as conn:
        return batch_out(*await imports.status(conn, batch, runtime.catalogue))


async def _proceed(runtime: Runtime, batch: UUID, what: str) -> dict[str, Any]:
    async with transaction(runtime.pool) as conn:
        return batch_out(await imports.proceed(conn, batch, what, runtime.catalogue))


@router.post("/imports/{batch}/check", status_code=202)
async def post_check(batch: UUID, runtime: RuntimeDep, _identity: Importer) -> dict[str, Any]:
    """Check everything that was uploaded; works in the background until `state` is `checked`."""
    return await _proceed(runtime, batch, "check")


@router.post("/imports/{batch}/apply", status_code=202)
async def post_apply(batch: UUID, runtime: RuntimeDep, _identity: Importer) -> dict[str, Any]:
    """Say the accepted dossiers; works in the background, over restarts, until `state` is `applied`."""
    return await _proceed(runtime, batch, "apply")


@router.post("/imports/{batch}/void", status_code=202)
async def post_void(batch: UUID, runtime: RuntimeDep, _identity: Importer) -> dict[str, Any]:
    """Void every dossier of a batch; works in the background until `state` is `voided`."""
    return await _proceed(runtime, batch, "void")


@router.get("/imports/{batch}/units")
async def get_units(batch: UUID, runtime: RuntimeDep, identity: Importer) -> Response:
    """Return the units the catalogue lacks, one UnitItem per line, for `PUT /routing/api/v1/catalogue`."""
    desk = desk_of(identity, runtime)
    async with runtime.pool.acquire() as conn:
        lines = await imports.missing_units(conn, desk, batch)
    return Response(lines, media_type="application/x-ndjson")


@router.get("/imports/{batch}/rejects")
async def get_rejects(batch: UUID, runtime: RuntimeDep, _identity: Importer) -> StreamingResponse:
    """Return every refused line as CSV: file, line, code, field, rule, reason."""

    async def fetch(conn: Connection, after: int) -> list[asyncpg.Record]:
        return await batches.rejects(conn, batch, after=after, limit=_PAGE)

    columns = ("file", "line", "code", "field", "rule", "reason")
    return StreamingResponse(_csv(runtime, fetch, "id", columns), media_type="text/csv; charset=utf-8")


@router.get("/imports/{batch}/differences")
async def get_differences(batch: UUID, runtime: RuntimeDep, _identity: Importer) -> StreamingResponse:
    """Return the dossiers whose declared deadline is not the computed one (which rules), as CSV."""

    async def fetch(conn: Connection, after: int) -> list[asyncpg.Record]:
        return await batches.differences(conn, batch, after=after, limit=_PAGE)

    columns = ("code", "procedure_code", "declared", "computed")
    return StreamingResponse(_csv(runtime, fetch, "ord", columns), media_type="text/csv; charset=utf-8")


async def _csv(runtime: Runtime, fetch: Fetch, key: str, columns: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield a table page by page; no transaction stays open between pages."""
    after, text = 0, io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    while True:
        async with runtime.pool.acquire() as conn:
            rows = await fetch(conn, after)
        writer.writerows([_cell(row[name]) for name in columns] for row in rows)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
        if len(rows) < _PAGE:
            return
        after = rows[-1][key]


def _cell(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(local(value)) if isinstance(value, datetime) else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
