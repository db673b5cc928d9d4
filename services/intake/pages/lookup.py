"""Search results and one dossier, with what can be done to it."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.codes import Role
from libs.db import transaction
from libs.errors import DomainError
from libs.http import RuntimeDep
from libs.identity import SignedIn
from libs.ui import page
from services.intake.domain.life import Action
from services.intake.handlers import look
from services.intake.handlers.changes import Change, change
from services.intake.handlers.reception import receive_submitted
from services.intake.pages.common import ENV, PAGE, Clerk, Contact, PersonReader, desk_of, errors_of
from services.intake.store.lists import Page

router = APIRouter()
KINDS = (("code", "Mã hồ sơ"), ("name", "Họ tên"), ("phone", "Số điện thoại"), ("id_number", "Số định danh"))
_DONE = {action.value: action for action in (
    Action.SUPPLEMENT_PROVIDED, Action.PAYMENT_MADE, Action.WITHDRAW, Action.VOID, Action.RETURN_RESULT,
)}  # fmt: skip


@router.post("/search", response_class=HTMLResponse)
async def search(
    runtime: RuntimeDep,
    identity: Contact,
    kind: Annotated[str, Form()] = "code",
    text: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Show what was found. The form posts, so that no address or log holds a name."""
    desk = desk_of(identity, runtime)
    rows, errors = [], []
    try:
        async with transaction(runtime.pool) as conn:
            wanted = {kind: text} if kind in dict(KINDS) else {}
            rows = await look.search(conn, desk, wanted, Page(None, PAGE))
    except DomainError as error:
        errors = errors_of(error)
    return page(
        ENV,
        "search.html",
        identity=identity,
        now=desk.now,
        rows=rows,
        kinds=KINDS,
        kind=kind,
        text=text,
        problem=errors[0].message if errors else "",
        unit_name=desk.catalogue.name_of,
        procedure_name=look.procedure_name(desk.catalogue),
    )


@router.get("/dossiers/{dossier}", response_class=HTMLResponse)
async def dossier_page(dossier: UUID, runtime: RuntimeDep, identity: SignedIn) -> HTMLResponse:
    """Show one dossier, without the person."""
    desk = desk_of(identity, runtime)
    async with runtime.pool.acquire() as conn:
        found = await look.dossier_row(conn, desk, dossier)
        owed = await look.owed(conn, dossier)
    return page(
        ENV,
        "dossier.html",
        identity=identity,
        now=desk.now,
        row=found,
        owed=owed,
        key=str(uuid4()),
        can_change=identity.has(Role.CLERK),
        unit_name=desk.catalogue.name_of,
        procedure_name=look.procedure_name(desk.catalogue),
    )


@router.get("/dossiers/{dossier}/lien-he", response_class=HTMLResponse)
async def contact_page(dossier: UUID, runtime: RuntimeDep, identity: PersonReader) -> HTMLResponse:
    """Show whom to call about a dossier, for officials of its units and inspectors. Audited."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        row = await look.dossier_row(conn, desk, dossier)
        person = await look.contact(conn, desk, dossier)
    return page(ENV, "contact.html", identity=identity, now=desk.now, row=row, person=person)


@router.post("/dossiers/{dossier}/{action}", response_class=HTMLResponse)
async def act(dossier: UUID, action: str, runtime: RuntimeDep, identity: Clerk) -> Response:
    """Do one thing to a dossier and show it again. A second click finds the state changed and changes nothing."""
    desk = desk_of(identity, runtime)
    try:
        async with transaction(runtime.pool) as conn:
            if action == Action.RECEIVE:
                await receive_submitted(conn, desk, dossier)
            elif action in _DONE:
                await change(conn, desk, dossier, Change(action=_DONE[action]))
    except DomainError as error:
        return page(
            ENV,
            "refused.html",
            status=error.status,
            identity=identity,
            now=desk.now,
            problems=errors_of(error),
            dossier=dossier,
        )
    target = "slips" if action == Action.RECEIVE else "dossiers"
    return RedirectResponse(f"/intake/{target}/{dossier}", status_code=303)
