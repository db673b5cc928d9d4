"""Pages of frozen lists: made from the late list, listed, verified, downloaded, asked about."""

from typing import Annotated
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.codes import Role
from law.moments import vn_date
from libs.clock import utcnow
from libs.db import transaction
from libs.errors import DomainError
from libs.http import RuntimeDep
from libs.paging import encode_cursor
from libs.ui import page
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.freezing import digest_of, finish, gather
from services.sla.handlers.late_access import Freezer, before_of, find_frozen, person_of
from services.sla.handlers.late_asked import Asked
from services.sla.handlers.question import LateQuestion
from services.sla.pages.common import ENV
from services.sla.pages.late_form import page_query
from services.sla.store import frozen

router = APIRouter(prefix="/danh-sach-chot")
_PAGE = 50


def question_of(query: str) -> LateQuestion:
    """Return the question a hidden field carries; raises DomainError for one that was tampered with."""
    try:
        return LateQuestion.of_json(dict(parse_qsl(query)))
    except ValueError:
        raise DomainError("", "query", "Bộ lọc không hợp lệ") from None


@router.post("")
async def freeze_list(
    identity: Freezer,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    query: Annotated[str, Form(max_length=4_000)] = "",
) -> RedirectResponse:
    """Freeze a list and show it."""
    listing = Asked(runtime, rulebook, identity)
    made = await gather(runtime.pool, listing, question_of(query), person_of(identity, rulebook))
    async with transaction(runtime.pool) as conn:
        await finish(conn, made)
    return RedirectResponse(f"/sla/danh-sach-chot/{made.id}", status_code=303)


@router.get("")
async def lists_page(
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    """Show frozen lists, the newest first."""
    scope = identity.scope(rulebook.catalogue)
    found = await frozen.page(runtime.pool, scope, before_of(cursor), _PAGE)
    following = encode_cursor([found[-1].year, found[-1].number]) if len(found) == _PAGE else ""
    return page(
        ENV,
        "frozen_lists.html",
        identity=identity,
        now=utcnow(),
        lists=found,
        next_page=f"/sla/danh-sach-chot?cursor={following}" if following else "",
        first_page="/sla/danh-sach-chot" if cursor else "",
    )


@router.get("/{own}")
async def list_page(own: UUID, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep) -> HTMLResponse:
    """Show a frozen list, verified just now."""
    made = await find_frozen(runtime, rulebook, identity, own)
    computed = await digest_of(runtime.pool, made)
    now = utcnow()
    return page(
        ENV,
        "frozen_list.html",
        identity=identity,
        now=now,
        made=made,
        computed=computed,
        query=page_query(LateQuestion.of_json(made.query)),
        can_ask=identity.has(Role.INSPECTOR),
        today=vn_date(now),
    )
