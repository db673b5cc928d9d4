"""One dossier: where it is, who held it, and the steps the person may take now."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from contracts.codes import Role
from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.db import transaction
from libs.errors import DomainError, NotFoundError
from libs.http import CatalogueDep, RuntimeDep
from libs.identity import Identity, SignedIn
from libs.runtime import Runtime
from libs.ui import page
from services.routing.domain.asking import rules_of
from services.routing.domain.dossier import Dossier, Leg
from services.routing.domain.fold import fold
from services.routing.handlers.access import reference_of
from services.routing.handlers.commands import Commands, Order
from services.routing.handlers.refusals import keeping
from services.routing.pages import words
from services.routing.pages.letter import letters_of
from services.routing.pages.steps import STEPS, step_of
from services.routing.store import dossiers, finding

router = APIRouter(prefix="/ho-so")
_MAY_ACT = (Role.OFFICER, Role.SUPERVISOR, Role.CLERK)


@router.get("/{code}")
async def show(
    code: str,
    identity: SignedIn,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    xong: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Show the dossier."""
    return await _page(code, identity, runtime, catalogue, done=STEPS[xong][1] if xong in STEPS else "")


@router.post("/{code}/{step}")
async def act(
    code: str, step: str, request: Request, identity: SignedIn, runtime: RuntimeDep, catalogue: CatalogueDep
) -> Response:
    """Carry out what a form asks for; what is refused is shown above the same page."""
    form = {name.partition(".")[0]: str(value) for name, value in (await request.form()).items()}
    try:
        _require_role(identity)
        wanted = step_of(step, form)
        order = Order(code=code, identity=identity, if_match=form.get("etag"))
        commands = Commands(reference_of(request))
        async with keeping(runtime.pool, commands), transaction(runtime.pool) as conn:
            await commands.carry_out(conn, order, wanted)
    except NotFoundError:
        raise
    except DomainError as error:
        return await _page(code, identity, runtime, catalogue, errors=[error], tried=step, typed=form)
    return RedirectResponse(f"/routing/ho-so/{code}?xong={step}", status_code=303)


def _require_role(identity: Identity) -> None:
    if not identity.has(*_MAY_ACT):
        raise DomainError("", "role_missing", "Tài khoản chỉ được xem")


async def _page(
    code: str, identity: Identity, runtime: Runtime, catalogue: Catalogue, **said: Any
) -> HTMLResponse:
    now = utcnow()
    said = {"done": "", "errors": (), "tried": "", "typed": {}} | said
    async with runtime.pool.acquire() as conn:
        dossier_id = await finding.find(conn, code, identity.scope(catalogue))
        if dossier_id is None:
            raise NotFoundError("code", "dossier_unknown", f"Không có hồ sơ {code}")
        row = await dossiers.read(conn, dossier_id)
        clock = await finding.clock_of(conn, dossier_id)
    dossier = fold(row.facts)
    return page(
        words.ENV,
        "dossier.html",
        letters=letters_of(dossier, catalogue),
        grounds=_grounds(dossier),
        typed={"reason": "", "ground": "", "responsible_unit": dossier.competent_unit, "new_due_at": ""}
        | said.pop("typed"),
        status=said["errors"][0].status if said["errors"] else 200,
        identity=identity,
        now=now,
        code=code,
        etag=f'"{row.seq}"',
        dossier=dossier,
        clock=_clock(clock, now),
        facts=_facts(dossier, catalogue),
        legs=[_leg(leg, catalogue) for _, leg in sorted(dossier.legs.items())],
        custody=[_held(held, catalogue) for held in dossier.custody],
        requests=[_request(r) for r in dossier.requests.values()],
        may=_may(dossier, identity, catalogue),
        words=words,
        **said,
    )


def _clock(clock: Any, now: datetime) -> dict[str, Any]:
    due = clock["due_current"] or clock["appointment_at"]
    late = clock["late_at"] is not None and clock["late_at"] <= now
    return {
        "due": due,
        "days": words.days_to(due, now),
        "late": late,
        "wait_expired": clock["wait_expired_at"],
    }


def _facts(dossier: Dossier, catalogue: Catalogue) -> list[tuple[str, str]]:
    head = dossier.head
    if head is None:
        return []
    names = {procedure.code: procedure.name for procedure in catalogue.procedures()}
    ending = words.ENDINGS.get(dossier.ending.kind, "") if dossier.ending else ""
    return [
        ("Thủ tục", names.get(head.procedure_code, head.procedure_code)),
        ("Nơi tiếp nhận", catalogue.name_of(head.event.data.receiving_unit)),
        ("Cơ quan giải quyết", catalogue.name_of(dossier.competent_unit)),
        ("Tình trạng", ending or words.STAGES[dossier.stage]),
        ("Đang giữ", catalogue.name_of(dossier.holder) if dossier.is_open else "–"),
        ("Đang chuyển đến", catalogue.name_of(dossier.under_way_to) if dossier.under_way_to else "–"),
    ]


def _leg(leg: Leg, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "no": leg.no,
        "role": words.ROLES.get(leg.role, leg.role),
        "unit": catalogue.name_of(leg.unit),
        "opened_at": leg.opened_at,
        "due_at": leg.due_at,
        "completed_at": leg.completed_at,
    }


def _grounds(dossier: Dossier) -> dict[str, str]:
    """Return the articles by which a supplement or a payment stops the clock: what its form begins with."""
    rules = rules_of(dossier)
    if rules is None:
        return {"supplement": "", "payment": ""}
    asked = {"supplement": "supplement_appraisal", "payment": "payment_pauses"}
    return {kind: rules.basis(rule).ground or "" for kind, rule in asked.items()}


def _held(held: Any, catalogue: Catalogue) -> dict[str, Any]:
    return {"unit": catalogue.name_of(held.unit), "since": held.since, "until": held.until}


def _request(request: Any) -> dict[str, Any]:
    state = "Đã rút" if request.cancelled else "Đã trả lời" if request.answered_at else "Đang chờ"
    return {
        "kind": words.ASKS[request.kind],
        "at": request.at,
        "answered_at": request.answered_at,
        "state": state,
    }


def _may(dossier: Dossier, identity: Identity, catalogue: Catalogue) -> dict[str, Any]:
    """Return which forms to show. Only a hint: every step is checked again when it is asked for."""
    leg, scope = dossier.leg, identity.scope(catalogue)
    here = dossier.is_open and identity.has(*_MAY_ACT)
    mine = here and leg is not None and (scope is None or leg.unit in scope)
    unit = leg.unit if leg else ""
    at_hand = mine and dossier.under_way_to is None and dossier.holder == unit
    idle = dossier.open_request is None
    return {
        "leg_no": leg.no if leg else None,
        "receive": mine and dossier.under_way_to == unit,
        "claim": mine and leg is not None and leg.officer is None,
        "release": mine and leg is not None and leg.officer == identity.staff_id,
        "work": at_hand and idle,
        "give_back": mine and idle and leg is not None and dossier.unit_before(leg.no) != unit,
        "end": here and (scope is None or dossier.competent_unit in scope),
    }
