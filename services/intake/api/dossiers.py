"""Dossiers at the counter: received, looked at, changed, given back."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel

from libs.db import Connection, transaction
from libs.http import RuntimeDep
from libs.idempotency import Once, OnceDep, run_once
from libs.identity import Identity
from libs.paging import etag
from libs.runtime import Runtime
from services.intake import metrics
from services.intake.api.access import Clerk, Contact, Reader, Ref, desk_of
from services.intake.api.bodies import (
    AnswerIn,
    CorrectionIn,
    ReasonIn,
    ReceptionIn,
    ReturnIn,
    VoidIn,
    WithdrawIn,
    change_of,
)
from services.intake.domain.life import Action
from services.intake.handlers import look
from services.intake.handlers.changes import Change, change
from services.intake.handlers.correct import correct
from services.intake.handlers.reception import Receipt, receive
from services.intake.handlers.views import local, whole

router = APIRouter(tags=["dossiers"])
IfMatch = Annotated[str | None, Header(alias="If-Match", description="ETag (seq) của bản đang xem")]


class ReceiptOut(BaseModel):
    """What the slip says; times in Asia/Ho_Chi_Minh."""

    id: UUID
    code: str
    received_at: str
    appointment_at: str | None
    late_at: str | None
    rule_set: str
    procedure_code: str
    receiving_unit: str
    competent_unit: str
    competent_name: str


def receipt_out(receipt: Receipt, name: str) -> dict[str, Any]:
    """Return a receipt as JSON has it."""
    return asdict(receipt) | {
        "id": str(receipt.id),
        "received_at": local(receipt.received_at),
        "appointment_at": local(receipt.appointment_at),
        "late_at": local(receipt.late_at),
        "competent_name": name,
    }


@router.post("/dossiers", status_code=201, response_model=ReceiptOut)
async def post_dossier(body: ReceptionIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep) -> Response:
    """Receive a dossier: answers with its code and appointment. The same Idempotency-Key: the same answer."""
    entry = body.entry()
    desk = desk_of(identity, runtime)

    async def effect(conn: Connection) -> dict[str, Any]:
        receipt = await receive(conn, desk, entry)
        return receipt_out(receipt, desk.catalogue.name_of(receipt.competent_unit))

    answer = await run_once(runtime.pool, once, effect, status=201)
    if "Idempotency-Replayed" not in answer.headers:
        metrics.RECEIVED.labels(entry.channel).inc()
    return answer


@router.get("/dossiers/{ref}")
async def get_dossier(ref: Ref, runtime: RuntimeDep, identity: Reader, response: Response) -> dict[str, Any]:
    """Return what the counter knows of a dossier, without the person; `ETag` is its seq."""
    desk = desk_of(identity, runtime)
    async with runtime.pool.acquire() as conn:
        found = await look.dossier(conn, desk, ref)
    response.headers["ETag"] = etag(found["seq"])
    return found


@router.get("/dossiers/{ref}/notes")
async def get_notes(ref: Ref, runtime: RuntimeDep, identity: Contact) -> dict[str, Any]:
    """Return the remarks about a dossier. Audited."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        return {"items": await look.notes(conn, desk, ref)}


@router.get("/people/{dossier_id}")
async def get_person(dossier_id: UUID, runtime: RuntimeDep, identity: Contact) -> dict[str, Any]:
    """Return an applicant's contact data. Audited."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        return await look.contact(conn, desk, dossier_id)


async def _change(
    runtime: Runtime, identity: Identity, once: Once, ref: UUID | str, what: Change
) -> Response:
    desk = desk_of(identity, runtime)

    async def effect(conn: Connection) -> dict[str, Any]:
        row = await change(conn, desk, ref, what)
        return whole(row, desk.catalogue, await look.owed(conn, row["id"]))

    return await run_once(runtime.pool, once, effect)


@router.post("/dossiers/{ref}/request-supplement")
async def post_request_supplement(
    ref: Ref, body: ReasonIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep
) -> Response:
    """Ask the applicant to complete the dossier (form 02)."""
    return await _change(runtime, identity, once, ref, change_of(Action.ASK_SUPPLEMENT, body))


@router.post("/dossiers/{ref}/supplement-provided")
async def post_supplement_provided(
    ref: Ref, body: AnswerIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep
) -> Response:
    """Note that the applicant brought what was asked for."""
    what = Change(action=Action.SUPPLEMENT_PROVIDED, request=body.request)
    return await _change(runtime, identity, once, ref, what)


@router.post("/dossiers/{ref}/payment-made")
async def post_payment_made(
    ref: Ref, body: AnswerIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep
) -> Response:
    """Note that the applicant met the financial obligation."""
    return await _change(
        runtime, identity, once, ref, Change(action=Action.PAYMENT_MADE, request=body.request)
    )


@router.post("/dossiers/{ref}/withdraw")
async def post_withdraw(
    ref: Ref, body: WithdrawIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep
) -> Response:
    """Let the applicant take the dossier back, as long as nothing was decided."""
    return await _change(runtime, identity, once, ref, change_of(Action.WITHDRAW, body))


@router.post("/dossiers/{ref}/void")
async def post_void(ref: Ref, body: VoidIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep) -> Response:
    """Cancel a mistaken receipt on the day it was given; its code is never given again."""
    return await _change(runtime, identity, once, ref, change_of(Action.VOID, body))


@router.post("/dossiers/{ref}/return-result")
async def post_return_result(
    ref: Ref, body: ReturnIn, runtime: RuntimeDep, identity: Clerk, once: OnceDep
) -> Response:
    """Note that the applicant has the result in hand."""
    return await _change(runtime, identity, once, ref, Change(action=Action.RETURN_RESULT, way=body.way))


@router.post("/dossiers/{ref}/correct")
async def post_correct(
    ref: Ref,
    body: CorrectionIn,
    runtime: RuntimeDep,
    identity: Clerk,
    once: OnceDep,
    if_match: IfMatch = None,
) -> Response:
    """Put a wrong entry right; needs If-Match with the seq that was looked at."""
    what = body.correction()
    desk = desk_of(identity, runtime)

    async def effect(conn: Connection) -> dict[str, Any]:
        row = await correct(conn, desk, ref, what, if_match=if_match)
        return whole(row, desk.catalogue, await look.owed(conn, row["id"]))

    return await run_once(runtime.pool, once, effect)
