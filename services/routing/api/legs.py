"""Steps on legs: send, receive, return, complete, claim, release."""

from typing import Annotated

from fastapi import APIRouter, Body, Path
from fastapi.responses import Response
from pydantic import BaseModel

from contracts.codes import Medium, NoteId, Reason
from contracts.routing import Result
from services.routing.api.common import StepperDep
from services.routing.domain import legs

router = APIRouter(prefix="/dossiers/{code}/legs/{leg_no}", tags=["Công đoạn"])
LegNo = Annotated[int, Path(ge=1, le=99)]


class HandOver(BaseModel):
    """What changes hands."""

    medium: Medium = Medium.EFILE


class GiveBack(BaseModel):
    """Why a dossier goes back to the unit before."""

    reason: Reason
    note: NoteId | None = None


class Complete(BaseModel):
    """How a leg ends: the next one opens and is sent on at once; on the last, `result` also resolves the dossier."""

    send_on: bool = True
    result: Result | None = None


@router.post("/send", summary="Chuyển hồ sơ đến đơn vị của công đoạn")
async def send(step: StepperDep, leg_no: LegNo, body: Annotated[HandOver | None, Body()] = None) -> Response:
    """Send the dossier to the leg's unit; until receipt the sender holds it."""
    medium = (body or HandOver()).medium
    return await step.run(lambda dossier, act: legs.send(dossier, act, leg_no=leg_no, medium=medium))


@router.post("/receive", summary="Xác nhận đã nhận hồ sơ")
async def receive(
    step: StepperDep, leg_no: LegNo, body: Annotated[HandOver | None, Body()] = None
) -> Response:
    """Confirm receipt."""
    medium = (body or HandOver()).medium
    return await step.run(lambda dossier, act: legs.receive(dossier, act, leg_no=leg_no, medium=medium))


@router.post("/return", summary="Trả hồ sơ về đơn vị trước")
async def give_back(step: StepperDep, leg_no: LegNo, body: GiveBack) -> Response:
    """Send the dossier back to the unit before."""
    return await step.run(
        lambda dossier, act: legs.give_back(dossier, act, leg_no=leg_no, reason=body.reason, note=body.note)
    )


@router.post("/complete", summary="Hoàn thành công đoạn")
async def complete(
    step: StepperDep, leg_no: LegNo, body: Annotated[Complete | None, Body()] = None
) -> Response:
    """Finish the leg."""
    how = body or Complete()
    return await step.run(
        lambda dossier, act: legs.complete(
            dossier, act, leg_no=leg_no, send_on=how.send_on, result=how.result
        )
    )


@router.post("/claim", summary="Nhận thụ lý")
async def claim(step: StepperDep, leg_no: LegNo) -> Response:
    """Take the leg from the common queue."""
    return await step.run(lambda dossier, act: legs.claim(dossier, act, leg_no=leg_no))


@router.post("/release", summary="Trả về hàng chờ chung")
async def release(step: StepperDep, leg_no: LegNo) -> Response:
    """Give the leg back to the common queue."""
    return await step.run(lambda dossier, act: legs.release(dossier, act, leg_no=leg_no))
