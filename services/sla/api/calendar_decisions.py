"""/calendar/decisions: what was decided on the calendar, what it moved, and taking it back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response

from libs.clock import utcnow
from libs.http import CatalogueDep, RuntimeDep
from libs.idempotency import OnceDep, run_once
from libs.identity import Identity, require
from libs.paging import Cursor, Limit, encode_cursor, read_cursor, text
from libs.tables import Format, stream
from services.sla.handlers.access import Reader
from services.sla.handlers.calendar_proposals import DECIDERS, Desk, Withdrawal, propose_withdrawal
from services.sla.handlers.calendar_view import (
    MOVE_COLUMNS,
    chosen,
    decision_json,
    documents_of,
    move_rows,
    newest_of,
    place_of,
    proposal_json,
)
from services.sla.store import calendar_moves, recomputes
from services.sla.store import calendar_proposals as store

router = APIRouter(prefix="/calendar/decisions", tags=["calendar"])
Decider = Annotated[Identity, Depends(require(*DECIDERS))]
Code = Annotated[str, Path(max_length=80, description="Mã quyết định")]


@router.get("")
async def decisions(
    _identity: Reader,
    catalogue: CatalogueDep,
    unit: Annotated[str | None, Query(max_length=80, description="Lịch của đơn vị này")] = None,
    year: Annotated[int | None, Query(ge=2018, le=2100, description="Năm")] = None,
    withdrawn: Annotated[bool | None, Query(description="Chỉ quyết định đã rút, hoặc còn hiệu lực")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return calendar decisions by code, each in its newest version."""
    (after,) = read_cursor(cursor, text) or ("",)
    found = [
        each for each in chosen(catalogue, unit=unit, year=year, withdrawn=withdrawn) if each.code > after
    ]
    items = [decision_json(each, catalogue) for each in found[:limit]]
    return {"items": items, "cursor": encode_cursor([items[-1]["code"]]) if len(found) > limit else None}


@router.get("/{code}")
async def decision(
    code: Code, _identity: Reader, runtime: RuntimeDep, catalogue: CatalogueDep
) -> dict[str, Any]:
    """Return one decision: its days, who proposed and approved it when, and what its recomputations did."""
    found = newest_of(catalogue, code)
    proposals = await store.listed(runtime.pool, code=code, limit=100)
    return decision_json(found, catalogue) | {
        "documents": await documents_of(runtime.pool, found),
        "proposals": [proposal_json(each, catalogue) for each in proposals],
        "acts": [dict(act) for act in await store.acts(runtime.pool, code)],
        "recomputations": [dict(task) for task in await recomputes.latest(runtime.pool, 100, code)],
    }


@router.get("/{code}/moves", response_model=None)
async def moves(
    code: Code,
    identity: Reader,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    form: Annotated[Format, Query(alias="format", description="json, csv hoặc xlsx")] = Format.JSON,
    bom: Annotated[bool, Query(description="CSV bắt đầu bằng BOM, cho bảng tính")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response | dict[str, Any]:
    """Return the dossiers a decision moved, before and after, within the caller's units."""
    newest_of(catalogue, code)
    scope = identity.scope(catalogue)
    if form is not Format.JSON:
        rows = (
            tuple(move_rows([row], code)[0].values())
            async for row in calendar_moves.everything(runtime.pool, code, scope)
        )
        return stream(form, f"doi-han-{code}", MOVE_COLUMNS, rows, bom=bom)
    records = await calendar_moves.of_decision(runtime.pool, code, scope, place_of(cursor), limit)
    last = records[-1] if len(records) == limit else None
    place = encode_cursor([last["task"], last["dossier"]]) if last else None
    return {"items": move_rows(records, code), "cursor": place}


@router.post("/{code}/withdrawal", status_code=201)
async def withdrawal(
    code: Code,
    body: Withdrawal,
    identity: Decider,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    once: OnceDep,
) -> Response:
    """Propose to take a decision back; another person approves it, as with a new one."""
    desk = Desk(identity, catalogue, utcnow())

    async def effect(conn: Any) -> dict[str, Any]:
        number = await propose_withdrawal(conn, desk, code, body)
        proposal = await store.get(conn, number)
        return proposal_json(proposal, catalogue) if proposal else {}

    return await run_once(runtime.pool, once, effect, status=201)
