"""The pages of apology and re-appointment: how many dossiers stand how, and which."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from libs.clock import utcnow
from libs.errors import DomainError
from libs.ui import page
from services.sla.domain.apology import NAMES, ApologyState
from services.sla.domain.words import OUTCOMES, REASONS
from services.sla.handlers.access import Reader
from services.sla.handlers.apologies import Page, cursor_of, place_of, state_of
from services.sla.handlers.watching import ApologiesDep, ApologyCode
from services.sla.pages.common import ENV, STATES
from services.sla.pages.span import SpanForm

router = APIRouter(prefix="/xin-loi")
_PAGE = 50
FormDep = Annotated[SpanForm, Depends()]


@router.get("")
async def first_page(form: FormDep, identity: Reader, found: ApologiesDep) -> HTMLResponse:
    """Show the dossiers that are late without apology."""
    return await _page(ApologyState.LATE_WITHOUT, form, identity, found)


@router.get("/{state}")
async def state_page(
    state: ApologyCode, form: FormDep, identity: Reader, found: ApologiesDep
) -> HTMLResponse:
    """Show the dossiers in a state."""
    return await _page(state_of(state), form, identity, found)


async def _page(state: ApologyState, form: SpanForm, identity: Reader, found: ApologiesDep) -> HTMLResponse:
    span, now = form.span(), utcnow()
    listed, counts = Page([], None), dict.fromkeys(ApologyState, 0)
    try:
        counts = await found.counts(span, now)
        listed = await found.page(found.wanted(state, span, now), place_of(form.cursor), _PAGE)
    except DomainError as error:
        form.errors.append(error)
    following = cursor_of(listed.after)
    base = f"/sla/xin-loi/{state}"
    return page(
        ENV,
        "apologies.html",
        status=422 if form.errors else 200,
        identity=identity,
        now=now,
        errors=form.errors,
        form=form,
        state=state,
        names=NAMES,
        counts=counts,
        rows=listed.rows,
        outcomes=OUTCOMES,
        reasons=REASONS,
        states=STATES,
        name_of=found.rulebook.catalogue.name_of,
        next_page=f"{base}?{form.query(cursor=following)}" if following else "",
        first_page=f"{base}?{form.query()}" if form.cursor else "",
        export=span.query(),
        query=form.query(),
    )
