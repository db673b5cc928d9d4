"""Pages of calendar decisions: what holds, what is proposed, what each moved."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from libs.catalogue import Catalogue
from libs.clock import VN, utcnow
from libs.db import transaction
from libs.errors import DomainError, ManyErrors, NotFoundError
from libs.http import CatalogueDep, RuntimeDep
from libs.identity import Identity
from libs.paging import encode_cursor
from libs.runtime import Runtime
from libs.ui import page
from libs.ui.formats import read_day
from services.sla.handlers.access import Reader
from services.sla.handlers.calendar_proposals import DECIDERS, Desk, Withdrawal, propose_withdrawal
from services.sla.handlers.calendar_view import (
    chosen,
    decision_json,
    documents_of,
    newest_of,
    place_of,
    proposal_json,
)
from services.sla.pages import calendar_words as words
from services.sla.pages.common import ENV
from services.sla.store import calendar_moves, recomputes
from services.sla.store import calendar_proposals as store

router = APIRouter(prefix="/lich/quyet-dinh")
_ROWS = 50


class Ask(NamedTuple):
    """Which decision is asked for, by whom."""

    code: str
    identity: Identity
    runtime: Runtime
    catalogue: Catalogue


@router.get("")
async def decisions_page(
    identity: Reader,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    unit: Annotated[str, Query(max_length=80)] = "",
    year: Annotated[str, Query(max_length=4)] = "",
) -> HTMLResponse:
    """Show open proposals, and the decisions of a year."""
    now = utcnow()
    number = int(year) if year.isascii() and year.isdigit() else now.astimezone(VN).year
    found = chosen(catalogue, unit=unit.strip() or None, year=number)
    proposals = await store.listed(runtime.pool, state="proposed", limit=200)
    return page(
        ENV,
        "calendar_decisions.html",
        identity=identity,
        now=now,
        unit=unit.strip(),
        year=number,
        decisions=[decision_json(each, catalogue) | {"decided_on": each.decided_on} for each in found],
        proposals=[proposal_json(each, catalogue) for each in proposals],
        may_decide=identity.has(*DECIDERS),
        kinds=words.KINDS,
    )


@router.get("/{code}")
async def decision_page(
    code: str,
    identity: Reader,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> HTMLResponse:
    """Show one decision: its days, its history, and the dossiers it moved."""
    return await _decision(Ask(code, identity, runtime, catalogue), cursor=cursor)


@router.post("/{code}/rut")
async def withdraw(
    code: str, request: Request, identity: Reader, runtime: RuntimeDep, catalogue: CatalogueDep
) -> Response:
    """Propose to take a decision back."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        require_decider(identity)
        desk = Desk(identity, catalogue, utcnow())
        async with transaction(runtime.pool) as conn:
            number = await propose_withdrawal(conn, desk, code, _withdrawal(form))
    except NotFoundError:
        raise
    except DomainError as error:
        return await _decision(Ask(code, identity, runtime, catalogue), errors=[error], form=form)
    return RedirectResponse(f"/sla/lich/de-xuat/{number}", status_code=303)


def require_decider(identity: Identity) -> None:
    """Raise DomainError for a person whose role does not decide on calendars."""
    if not identity.has(*DECIDERS):
        raise DomainError("", "role_missing", "Tài khoản không có quyền đề xuất hoặc duyệt lịch làm việc")


def errors_of(error: DomainError) -> list[DomainError]:
    """Return every rule that said no."""
    return list(error.errors) if isinstance(error, ManyErrors) else [error]


def _withdrawal(form: dict[str, str]) -> Withdrawal:
    try:
        on = read_day(form.get("decided_on", ""))
    except ValueError:
        on = None
    document = form.get("document", "").strip()
    if on is None:
        raise DomainError("decided_on", "required", "Hãy ghi ngày của văn bản, dạng ngày/tháng/năm")
    if not document:
        raise DomainError("document", "required", "Hãy ghi số và tên văn bản cho rút quyết định")
    return Withdrawal(document=document[:400], decided_on=on)


async def _decision(
    ask: Ask,
    *,
    cursor: str = "",
    errors: list[DomainError] | None = None,
    form: dict[str, str] | None = None,
) -> HTMLResponse:
    code, identity, runtime, catalogue = ask
    decision = newest_of(catalogue, code)
    after = place_of(cursor)
    moves = await calendar_moves.of_decision(runtime.pool, code, identity.scope(catalogue), after, _ROWS + 1)
    more = len(moves) > _ROWS
    place = encode_cursor([moves[_ROWS - 1]["task"], moves[_ROWS - 1]["dossier"]]) if more else ""
    open_ones = [
        each for each in await store.listed(runtime.pool, code=code, limit=10) if each.state == "proposed"
    ]
    return page(
        ENV,
        "calendar_decision.html",
        status=errors[0].status if errors else 200,
        identity=identity,
        now=utcnow(),
        errors=errors or [],
        form=form or {},
        it=decision_json(decision, catalogue),
        decision=decision,
        documents=await documents_of(runtime.pool, decision),
        acts=await store.acts(runtime.pool, code),
        tasks=await recomputes.latest(runtime.pool, 20, code),
        moves=moves[:_ROWS],
        next_page=f"/sla/lich/quyet-dinh/{code}?cursor={place}" if more else "",
        open_proposal=open_ones[0].id if open_ones else None,
        may_decide=identity.has(*DECIDERS),
        kinds=words.KINDS,
        act_words=words.ACTS,
        name_of=catalogue.name_of,
        weekday_words=lambda numbers: words.weekdays([number - 1 for number in numbers]),
    )
