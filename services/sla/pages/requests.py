"""Pages of "explain by <date>": the inspector's side and the unit's."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from contracts.codes import Role
from law.moments import vn_date
from libs.db import transaction
from libs.errors import DomainError, ManyErrors, NotFoundError
from libs.http import RuntimeDep
from libs.identity import Identity
from libs.paging import encode_cursor
from libs.ui import page
from libs.ui.formats import read_day
from services.sla.domain.cause_words import CAUSES, cause_name
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.late_access import STATERS, Asker, Stater, person_of, place_of, unknown_request
from services.sla.handlers.requests import Asking, answer, ask, state_of
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.stating import read_notes
from services.sla.pages.cause import Text, Typed, finding_of
from services.sla.pages.common import ENV
from services.sla.store import requests

router = APIRouter(prefix="/giai-trinh")
_PAGE, _ITEMS = 50, 200
STATES = {
    "open": ("Chờ giải trình", "wait"),
    "overdue": ("Quá hạn giải trình", "late"),
    "answered": ("Đã giải trình", "done"),
}


@router.get("")
async def requests_page(
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    codes: Annotated[list[str], Query(max_length=1_000, description="Hồ sơ đã chọn")] = [],  # noqa: B006 - never changed
) -> HTMLResponse:
    """Show requests to the caller's units, and to inspectors the form to ask, about the dossiers chosen before."""
    typed = {"codes": "\n".join(codes)} if codes else {}
    return await _list(runtime, rulebook, identity, state if state in STATES else "", cursor, typed, [])


@router.post("", response_model=None)
async def ask_unit(  # noqa: PLR0913, PLR0917 - one argument per field
    identity: Asker,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    unit: Text = "",
    due_on: Text = "",
    text: Text = "",
    codes: Annotated[str, Form(max_length=60_000)] = "",
    list_: Annotated[str, Form(alias="list", max_length=40)] = "",
) -> Response:
    """Send a request and show it."""
    typed = {"unit": unit, "due_on": due_on, "text": text, "codes": codes}
    person = person_of(identity, rulebook)
    try:
        asking = Asking(
            unit=unit.strip(), due_on=_day(due_on), text=text, codes=tuple(dict.fromkeys(codes.split())),
            list=_list_id(list_),
        )  # fmt: skip
        async with transaction(runtime.pool) as conn:
            made = await ask(conn, asking, person)
    except DomainError as error:
        many = error.errors if isinstance(error, ManyErrors) else (error,)
        return await _list(runtime, rulebook, identity, "", None, typed, list(many))
    return RedirectResponse(f"/sla/giai-trinh/{made['id']}", status_code=303)


def _list_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFoundError("list", "list_unknown", f"Không có danh sách {text}") from None


def _day(text: str) -> date:
    try:
        found = read_day(text)
    except ValueError:
        found = None
    if found is None:
        raise DomainError("due_on", "day", "Ngày phải theo dạng ngày/tháng/năm, ví dụ 31/12/2026")
    return found


async def _list(  # noqa: PLR0913, PLR0917 - what the page is made of
    runtime: RuntimeDep,
    rulebook: Rulebook,
    identity: Identity,
    state: str,
    cursor: str | None,
    typed: Typed,
    errors: list[DomainError],
) -> HTMLResponse:
    person = person_of(identity, rulebook)
    today = vn_date(person.now)
    found = await requests.page(runtime.pool, person.scope, today, state or None, place_of(cursor), _PAGE)
    following = encode_cursor([found[-1]["asked_at"], found[-1]["id"]]) if len(found) == _PAGE else ""
    return page(
        ENV,
        "requests.html",
        status=422 if errors else 200,
        identity=identity,
        now=person.now,
        errors=errors,
        typed={"unit": "", "due_on": "", "text": "", "codes": ""} | typed,
        counts=await requests.counts(runtime.pool, person.scope, today),
        requests=[dict(each) | {"state": state_of(each, today)} for each in found],
        states=STATES,
        state=state,
        can_ask=identity.has(Role.INSPECTOR),
        name_of=rulebook.catalogue.name_of,
        next_page=f"/sla/giai-trinh?state={state}&cursor={following}" if following else "",
        first_page=f"/sla/giai-trinh?state={state}" if cursor else "",
    )


@router.get("/{own}")
async def request_page(
    own: UUID,
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    after: Annotated[str, Query(max_length=80)] = "",
) -> HTMLResponse:
    """Show a request with its dossiers and answers."""
    return await _one(runtime, rulebook, identity, own, after, {}, [])


@router.post("/{own}", response_model=None)
async def answer_one(  # noqa: PLR0913, PLR0917 - one argument per field
    own: UUID,
    identity: Stater,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    code: Text = "",
    cause: Text = "",
    responsible_unit: Text = "",
    text: Text = "",
) -> Response:
    """Answer for one dossier and show the request again."""
    typed = {
        "code": code, "cause": cause, "responsible_unit": responsible_unit, "leg_no": "", "text": text,
    }  # fmt: skip
    person = person_of(identity, rulebook)
    try:
        async with transaction(runtime.pool) as conn:
            await answer(conn, own, code, finding_of(typed), person)
    except DomainError as error:
        return await _one(runtime, rulebook, identity, own, "", typed, [error])
    return RedirectResponse(f"/sla/giai-trinh/{own}", status_code=303)


async def _one(  # noqa: PLR0913, PLR0917 - what the page is made of
    runtime: RuntimeDep,
    rulebook: Rulebook,
    identity: Identity,
    own: UUID,
    after: str,
    typed: Typed,
    errors: list[DomainError],
) -> HTMLResponse:
    person = person_of(identity, rulebook)
    found = await requests.get(runtime.pool, own, person.scope)
    if found is None:
        raise unknown_request()
    items = await requests.items(runtime.pool, own, after, _ITEMS)
    texts: dict[Any, str] = {}
    if identity.has(*STATERS):
        ids = [each["note"] for each in (found, *items) if each["note"]]
        async with transaction(runtime.pool) as conn:
            texts = await read_notes(conn, ids, person, action="explain-notes", subject=own)
    return page(
        ENV,
        "request.html",
        status=422 if errors else 200,
        identity=identity,
        now=person.now,
        errors=errors,
        asked=dict(found) | {"state": state_of(found, vn_date(person.now))},
        items=items,
        texts=texts,
        typed={"code": "", "cause": "", "responsible_unit": "", "text": ""} | typed,
        states=STATES,
        can_answer=identity.has(*STATERS),
        choices=[("", "Chọn nguyên nhân"), *((each.value, text) for each, text in CAUSES.items())],
        cause_name=cause_name,
        name_of=rulebook.catalogue.name_of,
        next_page=f"/sla/giai-trinh/{own}?after={items[-1]['code']}" if len(items) == _ITEMS else "",
        first_page=f"/sla/giai-trinh/{own}" if after else "",
    )
