"""Who sits at which desk."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from contracts.codes import Role, UnitCode
from contracts.routing import LegRole
from libs.db import Connection
from libs.http import CatalogueDep, runtime_of
from libs.idempotency import OnceDep, run_once
from libs.identity import Identity, require
from services.routing.store import desks

router = APIRouter(tags=["Bàn xử lý"])


class Officer(BaseModel):
    """One officer at the desks of some roles in a unit; absent ones get no new work."""

    staff: UUID
    unit: UnitCode
    roles: Annotated[tuple[LegRole, ...], Field(min_length=1)] = tuple(LegRole)
    absent: bool = False


class Officers(BaseModel):
    """Officers to register; those already known are updated."""

    officers: Annotated[tuple[Officer, ...], Field(max_length=5000)]


@router.post("/officers", summary="Đăng ký cán bộ vào bàn xử lý")
async def register(
    request: Request,
    once: OnceDep,
    catalogue: CatalogueDep,
    body: Officers,
    identity: Annotated[Identity, Depends(require(Role.ADMIN, Role.SUPERVISOR))],
) -> Response:
    """Register officers; new legs go to the desk with the least open work."""
    for officer in body.officers:
        identity.require_unit(catalogue, officer.unit, "officers.unit")
    rows = [(o.unit, str(role), o.staff, o.absent) for o in body.officers for role in o.roles]

    async def effect(conn: Connection) -> dict[str, Any]:
        return {"desks": await desks.register(conn, rows)}

    return await run_once(runtime_of(request).pool, once, effect)
