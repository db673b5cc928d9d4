"""Lists of the counter: today, waiting for reception, ready to collect, and the audited search."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from libs.clock import utcnow
from libs.db import transaction
from libs.http import RuntimeDep
from libs.paging import Cursor, Limit, encode_cursor, moment, own_id, read_cursor
from services.intake.api.access import Auditor, Contact, desk_of
from services.intake.api.bodies import SearchIn
from services.intake.handlers import look
from services.intake.handlers.desk import Desk
from services.intake.store import receipts
from services.intake.store.lists import SEARCH_KINDS, Page

router = APIRouter(tags=["lists"])


def _page(cursor: str | None, limit: int) -> Page:
    return Page(read_cursor(cursor, moment, own_id), limit)


def _answer(found: list[Any], desk: Desk, column: str, limit: int) -> dict[str, Any]:
    last = found[-1] if len(found) == limit else None
    following = encode_cursor([last[column].isoformat(), str(last["id"])]) if last else None
    return {"items": look.listed(found, desk), "next_cursor": following}


@router.get("/today")
async def get_today(
    runtime: RuntimeDep, identity: Contact, cursor: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    """Return the dossiers received today in the caller's units, newest first."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        return _answer(await look.today(conn, desk, _page(cursor, limit)), desk, "received_at", limit)


@router.get("/submissions")
async def get_submissions(
    runtime: RuntimeDep, identity: Contact, cursor: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    """Return the dossiers handed in but not received yet, oldest first."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        return _answer(await look.waiting(conn, desk, _page(cursor, limit)), desk, "submitted_at", limit)


@router.get("/results-ready")
async def get_results_ready(
    runtime: RuntimeDep, identity: Contact, cursor: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    """Return the results ready but not collected (`ready_at`: since when), longest first."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        return _answer(await look.ready(conn, desk, _page(cursor, limit)), desk, "ready_at", limit)


@router.post("/dossiers/search")
async def post_search(body: SearchIn, runtime: RuntimeDep, identity: Contact) -> dict[str, Any]:
    """Search by code, name, phone or personal number. What was searched stands nowhere; that it was, does."""
    desk = desk_of(identity, runtime)
    after = read_cursor(body.cursor, bytes.fromhex, own_id)
    wanted = {kind: getattr(body, kind) or "" for kind in SEARCH_KINDS}
    async with transaction(runtime.pool) as conn:
        found = await look.search(conn, desk, wanted, Page(after, body.limit))
    last = found[-1] if len(found) == body.limit else None
    following = encode_cursor([(last["sort_key"] or b"").hex(), str(last["id"])]) if last else None
    return {"items": look.listed(found, desk), "next_cursor": following}


@router.get("/receipts/gaps")
async def get_gaps(
    runtime: RuntimeDep,
    _identity: Auditor,
    days: Annotated[int, Query(ge=1, le=3660, description="Số ngày gần đây")] = 31,
) -> dict[str, Any]:
    """Return the agencies and days whose receipt numbers have a gap: an empty list, or our bug."""
    today, _ = look.day_bounds(utcnow())
    since = today - timedelta(days=days - 1)
    async with runtime.pool.acquire() as conn:
        found = await receipts.gaps(conn, since=since.date(), since_moment=since)
    return {"items": [dict(row) | {"day": row["day"].isoformat()} for row in found]}
