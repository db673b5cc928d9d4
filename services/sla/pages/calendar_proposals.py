"""Pages of proposals: entering a calendar decision, seeing what it would move, and the second person's word."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from libs.clock import utcnow
from libs.db import transaction
from libs.errors import DomainError, NotFoundError
from libs.http import CatalogueDep, RuntimeDep
from libs.identity import Identity
from libs.ui import page
from services.sla.handlers import calendar_proposals as proposals
from services.sla.handlers.access import Reader
from services.sla.handlers.calendar_proposals import DECIDERS, Desk
from services.sla.handlers.calendar_view import proposal_json
from services.sla.pages import calendar_words as words
from services.sla.pages.calendar_decisions import errors_of, require_decider
from services.sla.pages.calendar_form import FIELDS, WORDS, draft_of
from services.sla.pages.common import ENV
from services.sla.store import calendar_proposals as store

router = APIRouter(prefix="/lich/de-xuat")
_DONE = {"duyet": "Đã duyệt; hạn của hồ sơ đang được tính lại", "tu-choi": "Đã ghi nhận không duyệt"}


@router.get("")
async def form_page(identity: Reader, unit: Annotated[str, Query(max_length=80)] = "") -> HTMLResponse:
    """Show the empty form."""
    return _form(identity, {"unit": unit.strip()})


@router.post("")
async def propose(
    request: Request, identity: Reader, runtime: RuntimeDep, catalogue: CatalogueDep
) -> Response:
    """Keep what the form says, or show it again with what is wrong."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        require_decider(identity)
        draft = draft_of(form)
        async with transaction(runtime.pool) as conn:
            number = await proposals.propose(conn, Desk(identity, catalogue, utcnow()), draft)
    except DomainError as error:
        return _form(identity, form, errors_of(error))
    return RedirectResponse(f"/sla/lich/de-xuat/{number}", status_code=303)


def _form(identity: Identity, form: dict[str, str], errors: list[DomainError] | None = None) -> HTMLResponse:
    return page(
        ENV,
        "calendar_form.html",
        status=errors[0].status if errors else 200,
        identity=identity,
        now=utcnow(),
        errors=errors or [],
        form=dict.fromkeys(FIELDS, "") | form,
        words=tuple(WORDS),
        may_decide=identity.has(*DECIDERS),
    )


@router.get("/{number}")
async def proposal_page(
    number: int,
    identity: Reader,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    xong: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Show a proposal, its preview as far as it has come, and the second person's buttons."""
    return await _proposal(number, identity, runtime, catalogue, done=_DONE.get(xong, ""))


@router.post("/{number}/{step}")
async def close(
    number: int, step: str, request: Request, identity: Reader, runtime: RuntimeDep, catalogue: CatalogueDep
) -> Response:
    """Approve, reject, or count the preview anew."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    desk = Desk(identity, catalogue, utcnow())
    try:
        require_decider(identity)
        async with transaction(runtime.pool) as conn:
            await _carry_out(conn, desk, number, step, form)
    except NotFoundError:
        raise
    except DomainError as error:
        return await _proposal(number, identity, runtime, catalogue, errors=errors_of(error))
    return RedirectResponse(f"/sla/lich/de-xuat/{number}?xong={step}", status_code=303)


async def _carry_out(conn: Any, desk: Desk, number: int, step: str, form: dict[str, str]) -> None:
    if step == "duyet":
        await proposals.approve(conn, desk, number)
    elif step == "tu-choi":
        await proposals.reject(conn, desk, number, form.get("reason", "")[:400])
    elif step == "tinh-lai":
        await proposals.renew_preview(conn, desk, number)
    else:
        raise NotFoundError("", "step_unknown", "Không có thao tác này")


async def _proposal(
    number: int, identity: Identity, runtime: Any, catalogue: Any, *, done: str = "",
    errors: list[DomainError] | None = None,
) -> HTMLResponse:  # fmt: skip
    proposal = await store.get(runtime.pool, number)
    if proposal is None:
        raise NotFoundError("id", "proposal_unknown", f"Không có đề xuất số {number}")
    return page(
        ENV,
        "calendar_proposal.html",
        status=errors[0].status if errors else 200,
        identity=identity,
        now=utcnow(),
        errors=errors or [],
        done=done,
        it=proposal_json(proposal, catalogue),
        decision=proposal.decision,
        acts=await store.acts(runtime.pool, proposal.decision.code),
        may_close=identity.has(*DECIDERS) and identity.staff_id != proposal.proposed_by,
        is_own=identity.staff_id == proposal.proposed_by,
        states=words.STATES,
        act_words=words.ACTS,
        kinds=words.KINDS,
        weekday_words=lambda numbers: words.weekdays([number - 1 for number in numbers]),
    )
