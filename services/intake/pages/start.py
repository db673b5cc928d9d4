"""The start page: today's receipts of the units, what waits, and a quick search."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from libs.clock import utcnow
from libs.db import transaction
from libs.http import RuntimeDep
from libs.identity import SignedIn
from libs.paging import encode_cursor, moment, own_id, read_cursor
from libs.ui import page
from services.intake.handlers import look
from services.intake.pages.common import CONTACT_ROLES, ENV, PAGE, Contact, desk_of
from services.intake.store import lists
from services.intake.store.lists import Page

router = APIRouter()
Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/", response_class=HTMLResponse)
async def start(runtime: RuntimeDep, identity: SignedIn, cursor: Cursor = None) -> HTMLResponse:
    """Show today's receipts."""
    desk = desk_of(identity, runtime)
    since, until = look.day_bounds(desk.now)
    async with transaction(runtime.pool) as conn:
        rows = await look.today(conn, desk, Page(read_cursor(cursor, moment, own_id), PAGE))
        counts = await lists.counts(conn, scope=desk.scope, since=since, until=until)
    return _shown(rows, "received_at", cursor, "start.html", identity=identity, desk=desk, counts=counts)


@router.get("/results-ready", response_class=HTMLResponse)
async def results_ready(runtime: RuntimeDep, identity: Contact, cursor: Cursor = None) -> HTMLResponse:
    """Show the results that wait to be collected."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        rows = await look.ready(conn, desk, Page(read_cursor(cursor, moment, own_id), PAGE))
    return _shown(rows, "ready_at", cursor, "results_ready.html", identity=identity, desk=desk)


@router.get("/submissions", response_class=HTMLResponse)
async def submissions(runtime: RuntimeDep, identity: Contact, cursor: Cursor = None) -> HTMLResponse:
    """Show what was handed in from afar and waits for reception."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        rows = await look.waiting(conn, desk, Page(read_cursor(cursor, moment, own_id), PAGE))
    return _shown(rows, "submitted_at", cursor, "submissions.html", identity=identity, desk=desk)


def _shown(rows: list[Any], column: str, cursor: str | None, template: str, **values: Any) -> HTMLResponse:
    last = rows[-1] if len(rows) == PAGE else None
    following = encode_cursor([last[column].isoformat(), str(last["id"])]) if last else ""
    catalogue = values["desk"].catalogue
    return page(
        ENV,
        template,
        now=utcnow(),
        rows=rows,
        following=following,
        cursor=cursor,
        named=values["identity"].has(*CONTACT_ROLES),
        unit_name=catalogue.name_of,
        procedure_name=look.procedure_name(catalogue),
        **values,
    )
