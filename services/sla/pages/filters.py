"""The page of saved filters: one's own and those of one's units."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from libs.db import transaction
from libs.errors import DomainError
from libs.http import RuntimeDep
from libs.identity import Identity
from libs.ui import page
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.filters import forget, save
from services.sla.handlers.late_access import person_of
from services.sla.handlers.late_asked import buckets_of, require_known
from services.sla.handlers.question import LateQuestion
from services.sla.handlers.rulebook import Rulebook
from services.sla.pages.common import ENV
from services.sla.pages.frozen import question_of
from services.sla.pages.late_form import page_query
from services.sla.store import filters

router = APIRouter(prefix="/bo-loc")
_MOST = 200
Short = Annotated[str, Form(max_length=200)]


@router.get("")
async def filters_page(
    request: Request, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> HTMLResponse:
    """Show saved filters, and the form to save the one the late list was just asked with."""
    return await _show(runtime, rulebook, identity, request.url.query, {}, [])


@router.post("", response_model=None)
async def save_filter(
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    name: Short = "",
    for_unit: Short = "",
    query: Annotated[str, Form(max_length=4_000)] = "",
) -> Response:
    """Save a filter."""
    typed = {"name": name, "for_unit": for_unit}
    try:
        asked, person = question_of(query), person_of(identity, rulebook)
        async with transaction(runtime.pool) as conn:
            await require_known(conn, rulebook, asked)
            await save(conn, name, for_unit.strip() or None, asked, person, buckets_of(runtime))
    except DomainError as error:
        return await _show(runtime, rulebook, identity, query, typed, [error])
    return RedirectResponse("/sla/bo-loc", status_code=303)


@router.post("/{own}/xoa")
async def forget_filter(
    own: UUID, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> RedirectResponse:
    """Forget a filter."""
    async with transaction(runtime.pool) as conn:
        await forget(conn, own, person_of(identity, rulebook), identity)
    return RedirectResponse("/sla/bo-loc", status_code=303)


async def _show(
    runtime: RuntimeDep,
    rulebook: Rulebook,
    identity: Identity,
    query: str,
    typed: dict[str, str],
    errors: list[DomainError],
) -> HTMLResponse:
    person = person_of(identity, rulebook)
    found = await filters.seen(runtime.pool, person.staff, person.scope, "", _MOST)
    return page(
        ENV,
        "filters.html",
        status=422 if errors else 200,
        identity=identity,
        now=person.now,
        errors=errors,
        query=query,
        typed={"name": "", "for_unit": ""} | typed,
        filters=[dict(each) | {"address": _address(each["query"])} for each in found],
        name_of=rulebook.catalogue.name_of,
    )


def _address(query: dict[str, str]) -> str:
    return f"/sla/?{page_query(LateQuestion.of_json(query))}"
