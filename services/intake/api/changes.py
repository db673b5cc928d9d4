"""What is done to a dossier at the counter. `If-Match` (the seq that was seen) is asked for by corrections only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response

from libs.db import Connection
from libs.http import RuntimeDep
from libs.idempotency import Once, OnceDep, run_once
from libs.runtime import Runtime
from services.intake.api.access import Clerk, Ref, desk_of
from services.intake.api.bodies import AnswerIn, CorrectionIn, ReasonIn, ReturnIn, VoidIn, WithdrawIn
from services.intake.domain.life import Action
from services.intake.handlers import look
from services.intake.handlers.changes import Change, change
from services.intake.handlers.correct import correct
from services.intake.handlers.desk import Desk
from services.intake.handlers.views import whole

router = APIRouter(tags=["dossiers"], prefix="/dossiers/{ref}")
IfMatch = Annotated[str | None, Header(alias="If-Match", description="ETag (seq) của bản đang xem")]


@dataclass(frozen=True, slots=True)
class Call:
    """A clerk's call about one dossier."""

    ref: UUID | str
    desk: Desk
    runtime: Runtime
    once: Once
    if_match: str | None

    async def answer(self, effect: Callable[[Connection], Awaitable[Any]]) -> Response:
        """Run `effect`, which returns the dossier's row, once; answer with the dossier as it then is."""

        async def told(conn: Connection) -> dict[str, Any]:
            row = await effect(conn)
            return whole(row, self.desk.catalogue, await look.owed(conn, row["id"]))

        return await run_once(self.runtime.pool, self.once, told)

    async def change(self, what: Change) -> Response:
        """Do one thing to the dossier."""
        return await self.answer(lambda conn: change(conn, self.desk, self.ref, what, if_match=self.if_match))


def call_of(ref: Ref, runtime: RuntimeDep, identity: Clerk, once: OnceDep, if_match: IfMatch = None) -> Call:
    """Return the call a request makes."""
    return Call(ref, desk_of(identity, runtime), runtime, once, if_match)


CallDep = Annotated[Call, Depends(call_of)]


@router.post("/request-supplement")
async def post_request_supplement(call: CallDep, body: ReasonIn) -> Response:
    """Ask the applicant to complete the dossier (form 02)."""
    return await call.change(body.change(Action.ASK_SUPPLEMENT))


@router.post("/supplement-provided")
async def post_supplement_provided(call: CallDep, body: AnswerIn) -> Response:
    """Note that the applicant brought what was asked for."""
    return await call.change(Change(action=Action.SUPPLEMENT_PROVIDED, request=body.request))


@router.post("/payment-made")
async def post_payment_made(call: CallDep, body: AnswerIn) -> Response:
    """Note that the applicant met the financial obligation."""
    return await call.change(Change(action=Action.PAYMENT_MADE, request=body.request))


@router.post("/withdraw")
async def post_withdraw(call: CallDep, body: WithdrawIn) -> Response:
    """Let the applicant take the dossier back, as long as nothing was decided."""
    return await call.change(body.change(Action.WITHDRAW))


@router.post("/void")
async def post_void(call: CallDep, body: VoidIn) -> Response:
    """Cancel a mistaken receipt on the day it was given; its code is never given again."""
    return await call.change(body.change(Action.VOID))


@router.post("/return-result")
async def post_return_result(call: CallDep, body: ReturnIn) -> Response:
    """Note that the applicant has the result in hand."""
    return await call.change(Change(action=Action.RETURN_RESULT, way=body.way))


@router.post("/correct")
async def post_correct(call: CallDep, body: CorrectionIn) -> Response:
    """Put a wrong entry right; needs If-Match with the seq that was seen."""
    what = body.correction()
    return await call.answer(lambda conn: correct(conn, call.desk, call.ref, what, if_match=call.if_match))
