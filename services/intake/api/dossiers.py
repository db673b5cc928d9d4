"""Dossiers at the counter: received and looked at."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from libs.db import Connection, transaction
from libs.http import RuntimeDep
from libs.idempotency import OnceDep, run_once
from libs.paging import etag
from services.intake import metrics
from services.intake.api.access import Clerk, Contact, PersonReader, Reader, Ref, desk_of
from services.intake.api.bodies import ReceptionIn
from services.intake.handlers import look
from services.intake.handlers.reception import Receipt, receive
from services.intake.handlers.views import local

router = APIRouter(tags=["dossiers"])


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
async def get_person(dossier_id: UUID, runtime: RuntimeDep, identity: PersonReader) -> dict[str, Any]:
    """Return an applicant's contact data. Audited."""
    desk = desk_of(identity, runtime)
    async with transaction(runtime.pool) as conn:
        return await look.contact(conn, desk, dossier_id)
