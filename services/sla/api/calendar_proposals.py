"""/calendar/proposals: entering a calendar decision, its preview, and the second person's word."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from libs.clock import utcnow
from libs.db import Connection
from libs.errors import NotFoundError
from libs.http import CatalogueDep, RuntimeDep
from libs.idempotency import OnceDep, run_once
from libs.identity import Identity, require
from libs.paging import Cursor, Limit, encode_cursor, read_cursor, whole
from services.sla.handlers import calendar_proposals as proposals
from services.sla.handlers.access import Reader
from services.sla.handlers.calendar_proposals import DECIDERS, Desk, Draft
from services.sla.handlers.calendar_view import proposal_json
from services.sla.store import calendar_proposals as store

router = APIRouter(prefix="/calendar/proposals", tags=["calendar"])
Decider = Annotated[Identity, Depends(require(*DECIDERS))]
Number = Annotated[int, Path(ge=1, le=2**62, description="Số đề xuất")]
State = Annotated[Literal["proposed", "approved", "rejected"] | None, Query(description="Tình trạng")]


class Rejection(BaseModel):
    """Why a proposal is not approved."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(min_length=1, max_length=400)]


def desk_of(identity: Decider, catalogue: CatalogueDep) -> Desk:
    """Return who acts, now."""
    return Desk(identity, catalogue, utcnow())


DeskDep = Annotated[Desk, Depends(desk_of)]


@router.get("")
async def listed(
    _identity: Reader,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    state: State = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return proposals, newest first."""
    (after,) = read_cursor(cursor, whole) or (None,)
    found = await store.listed(runtime.pool, state=state, after=after, limit=limit)
    items = [proposal_json(each, catalogue) for each in found]
    return {"items": items, "cursor": encode_cursor([found[-1].id]) if len(found) == limit else None}


@router.get("/{number}")
async def one(
    number: Number, _identity: Reader, runtime: RuntimeDep, catalogue: CatalogueDep
) -> dict[str, Any]:
    """Return a proposal with its preview as far as it has come."""
    proposal = await store.get(runtime.pool, number)
    if proposal is None:
        raise NotFoundError("id", "proposal_unknown", f"Không có đề xuất số {number}")
    return proposal_json(proposal, catalogue)


@router.post("", status_code=201)
async def propose(body: Draft, desk: DeskDep, runtime: RuntimeDep, once: OnceDep) -> Response:
    """Propose a decision; its preview is counted in the background."""

    async def effect(conn: Connection) -> Any:
        return await _shown(conn, desk, await proposals.propose(conn, desk, body))

    return await run_once(runtime.pool, once, effect, status=201)


@router.post("/{number}/approval")
async def approval(number: Number, desk: DeskDep, runtime: RuntimeDep, once: OnceDep) -> Response:
    """Approve another person's proposal: it is published, and every open dossier it touches is computed anew."""
    return await run_once(runtime.pool, once, _then_shown(desk, number, proposals.approve))


@router.post("/{number}/rejection")
async def rejection(
    number: Number, body: Rejection, desk: DeskDep, runtime: RuntimeDep, once: OnceDep
) -> Response:
    """Reject another person's proposal, with a reason."""

    async def close(conn: Connection, desk: Desk, number: int) -> Any:
        return await proposals.reject(conn, desk, number, body.reason)

    return await run_once(runtime.pool, once, _then_shown(desk, number, close))


@router.post("/{number}/preview")
async def preview(number: Number, desk: DeskDep, runtime: RuntimeDep, once: OnceDep) -> Response:
    """Count a proposal's preview anew, as of now."""
    return await run_once(runtime.pool, once, _then_shown(desk, number, proposals.renew_preview))


def _then_shown(
    desk: Desk, number: int, change: Callable[[Connection, Desk, int], Awaitable[Any]]
) -> Callable[[Connection], Awaitable[Any]]:
    async def effect(conn: Connection) -> Any:
        await change(conn, desk, number)
        return await _shown(conn, desk, number)

    return effect


async def _shown(conn: Connection, desk: Desk, number: int) -> Any:
    proposal = await store.get(conn, number)
    return proposal_json(proposal, desk.catalogue) if proposal else None
