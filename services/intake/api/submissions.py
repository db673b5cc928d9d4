"""Dossiers handed in from afar: submitted, then received or refused at the counter."""

from typing import Any

from fastapi import APIRouter, Response

from libs.db import Connection
from libs.http import RuntimeDep
from libs.idempotency import OnceDep, run_once
from services.intake.api.access import Clerk, Ref, desk_of
from services.intake.api.bodies import ReasonIn, ReceptionIn
from services.intake.api.dossiers import ReceiptOut, receipt_out
from services.intake.handlers.reception import receive_submitted, refuse_submitted, submit

router = APIRouter(tags=["submissions"])


@router.post("/submissions", status_code=201)
async def post_submission(body: ReceptionIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep) -> Response:
    """Take in a dossier filed online or by post; the law's clock does not run before it is received."""
    entry = body.entry()
    desk = desk_of(identity, runtime)

    async def effect(conn: Connection) -> dict[str, Any]:
        return {"id": str(await submit(conn, desk, entry)), "state": "submitted"}

    return await run_once(runtime.pool, once, effect, status=201)


@router.post("/dossiers/{ref}/receive", response_model=ReceiptOut)
async def post_receive(ref: Ref, runtime: RuntimeDep, identity: Clerk, once: OnceDep) -> Response:
    """Formally receive a submitted dossier: it gets its code and appointment."""
    desk = desk_of(identity, runtime)

    async def effect(conn: Connection) -> dict[str, Any]:
        receipt = await receive_submitted(conn, desk, ref)
        return receipt_out(receipt, desk.catalogue.name_of(receipt.competent_unit))

    return await run_once(runtime.pool, once, effect)


@router.post("/dossiers/{ref}/refuse")
async def post_refuse(
    ref: Ref, body: ReasonIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep
) -> Response:
    """Refuse a submitted dossier (form 03)."""
    desk = desk_of(identity, runtime)

    async def effect(conn: Connection) -> dict[str, Any]:
        dossier = await refuse_submitted(
            conn, desk, ref, reason=body.reason, ground=body.ground, note=body.note.strip()
        )
        return {"id": str(dossier), "state": "refused"}

    return await run_once(runtime.pool, once, effect)
