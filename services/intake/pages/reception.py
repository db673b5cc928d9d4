"""The reception form and the slip it ends in."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.catalogue import UnitKind
from contracts.codes import Level
from libs.catalogue import Catalogue
from libs.db import Connection, transaction
from libs.errors import DomainError
from libs.http import RuntimeDep
from libs.idempotency import Once, run_once
from libs.runtime import Runtime
from libs.ui import page
from services.intake import metrics
from services.intake.domain.entry import read_entry
from services.intake.domain.moments import vn_day
from services.intake.handlers import look
from services.intake.handlers.desk import Desk, refuse
from services.intake.handlers.reception import receive
from services.intake.pages.common import ENV, Clerk, Contact, FieldError, Values, choices, desk_of, errors_of

router = APIRouter()
_COUNTERS = {UnitKind.PEOPLES_COMMITTEE, UnitKind.SERVICE_CENTRE}
_PERSON = ("full_name", "id_number", "phone", "address", "email")
_FIELDS = (
    "procedure_code",
    "channel",
    "receiving_unit",
    "competent_unit",
    "parcel_commune",
    "applicant_commune",
    "note",
    *_PERSON,
)
_MANY = 400
CHANNELS = (("counter", "Trực tiếp"), ("post", "Bưu chính công ích"), ("online", "Trực tuyến"))


@router.get("/reception", response_class=HTMLResponse)
async def form(runtime: RuntimeDep, identity: Clerk, unit: str = "") -> HTMLResponse:
    """Show the empty form."""
    desk = desk_of(identity, runtime)
    return _form(desk, identity, {"receiving_unit": unit, "channel": "counter", "key": str(uuid4())}, ())


@router.post("/reception", response_class=HTMLResponse)
async def post_form(request: Request, runtime: RuntimeDep, identity: Clerk) -> Response:
    """Receive what was typed and go on to the slip; or say what is wrong and keep what was typed."""
    desk = desk_of(identity, runtime)
    typed = await request.form()
    given = {name: str(typed.get(name, "")) for name in (*_FIELDS, "key")}
    try:
        dossier = await _received(runtime, desk, given)
    except DomainError as error:
        return _form(desk, identity, given, errors_of(error), status=error.status)
    return RedirectResponse(f"/intake/slips/{dossier}", status_code=303)


async def _received(runtime: Runtime, desk: Desk, given: Values) -> str:
    body = {name: given[name] for name in _FIELDS if name not in _PERSON}
    entry, problems = read_entry(body | {"applicant": {name: given[name] for name in _PERSON}})
    if entry is None:
        refuse(problems)

    async def effect(conn: Connection) -> dict[str, str]:
        return {"id": str((await receive(conn, desk, entry)).id)}

    digest = hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).digest()
    once = Once(str(desk.staff), "POST /intake/reception", given["key"][:200] or None, digest)
    answer = await run_once(runtime.pool, once, effect)
    metrics.RECEIVED.labels(entry.channel).inc()
    return str(orjson.loads(answer.body)["id"])


def _form(
    desk: Desk, identity: Any, given: Values, errors: "tuple[()] | list[FieldError]", *, status: int = 200
) -> HTMLResponse:
    catalogue, on = desk.catalogue, vn_day(desk.now)
    valid = (catalogue.procedure(p.code, on) for p in catalogue.procedures())
    procedures = [(p.code, f"{p.name} ({p.code})") for p in valid if p is not None]
    counters, communes = counters_of(desk), communes_of(desk)
    return page(
        ENV,
        "reception.html",
        status=status,
        identity=identity,
        now=desk.now,
        errors=errors,
        given={name: given.get(name, "") for name in (*_FIELDS, "key")},
        procedures=choices(procedures, "— Chọn thủ tục —"),
        counters=choices(counters, "— Chọn nơi tiếp nhận —") if len(counters) != 1 else counters,
        communes=choices(communes, "— Không —"),
        channels=CHANNELS,
    )


def counters_of(desk: Desk) -> list[tuple[str, str]]:
    """Return where the person may receive: units of today with an agency code; none for a whole country."""
    if desk.scope is None or len(desk.scope) > _MANY * 10:
        return []
    found = [u for code in desk.scope if (u := _today(desk.catalogue, code, desk)) and u.kind in _COUNTERS]
    return sorted(((u.code, u.name) for u in found if u.agency_code), key=lambda pair: pair[1])[:_MANY]


def communes_of(desk: Desk) -> list[tuple[str, str]]:
    """Return the communes of the person's provinces."""
    if desk.scope is None:
        return []
    provinces = {u.province for code in desk.scope if (u := desk.catalogue.unit(code))}
    below = desk.catalogue.subtree(provinces) or frozenset()
    found = [u for code in below if (u := _today(desk.catalogue, code, desk)) and u.level is Level.COMMUNE]
    return sorted((u.code, u.name) for u in found if u.kind is UnitKind.PEOPLES_COMMITTEE)[: _MANY * 2]


def _today(catalogue: Catalogue, code: str, desk: Desk) -> Any:
    unit, on = catalogue.unit(code), vn_day(desk.now)
    stands = unit and unit.valid_from <= on and (unit.valid_to is None or on <= unit.valid_to)
    return unit if stands else None


@router.get("/slips/{dossier}", response_class=HTMLResponse)
async def slip(dossier: UUID, runtime: RuntimeDep, identity: Contact) -> HTMLResponse:
    """Show the receipt with its appointment, to be printed. The look at the person is audited."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        found = await look.slip(conn, desk, dossier)
    return page(
        ENV, "slip.html", identity=identity, now=desk.now, slip=found, unit_name=desk.catalogue.name_of
    )
