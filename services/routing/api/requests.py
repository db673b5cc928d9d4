"""Steps that ask (supplement, payment, consultation), extend, refuse, stop and resolve."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query
from fastapi.responses import Response
from pydantic import BaseModel

from contracts.codes import Ground, Moment, NoteId, Reason, StaffId, UnitCode
from contracts.routing import Result
from libs.ids import uuid7
from services.routing.api.common import ReferenceDep, StepperDep
from services.routing.domain import apology, asking, ending, legs
from services.routing.domain.acting import Act
from services.routing.domain.dossier import Dossier
from services.routing.domain.say import Rule, Say

router = APIRouter(prefix="/dossiers/{code}", tags=["Yêu cầu và kết thúc"])


class Because(BaseModel):
    """Why, by code; the words lie behind `note`."""

    reason: Reason
    ground: Ground | None = None
    note: NoteId | None = None

    @property
    def why(self) -> asking.Why:
        """Return the reason in the domain's form."""
        return asking.Why(reason=self.reason, ground=self.ground, note=self.note)


class Payment(Because):
    """What the applicant has to meet."""

    reason: Reason = Reason.FINANCIAL_OBLIGATION


class Consultation(BaseModel):
    """Whom to ask, until when."""

    unit: UnitCode
    answer_by: Moment
    note: NoteId | None = None


class Answer(BaseModel):
    """That the agency has answered."""

    note: NoteId | None = None


class Letter(Because):
    """A letter of apology: who answers for the delay, and who signed (an opaque id; by default the caller)."""

    responsible_unit: UnitCode
    signed_by: StaffId | None = None

    @property
    def letter(self) -> apology.Letter:
        """Return the letter in the domain's form."""
        return apology.Letter(why=self.why, responsible=self.responsible_unit, signed_by=self.signed_by)


class Extension(Letter):
    """A letter of apology with the new appointment."""

    new_due_at: Moment


class Decision(BaseModel):
    """What was decided."""

    result: Result = Result.GRANTED


@router.post("/supplement-requests", status_code=201, summary="Yêu cầu bổ sung hồ sơ")
async def ask_supplement(step: StepperDep, reference: ReferenceDep, body: Because) -> Response:
    """Ask the applicant to complete the dossier; later than the rule set gives, the answer holds a warning."""
    request = uuid7()
    warnings: list[dict[str, Any]] = []

    def decide(dossier: Dossier, act: Act) -> list[Say]:
        said = asking.ask_supplement(dossier, act, request=request, why=body.why)
        warning = asking.late_notice(dossier, last_day=reference.last_notice(dossier), today=act.today)
        if warning is not None:
            warnings.append(_shown(warning))
        return said

    return await step.run(decide, status=201, request=request, warnings=warnings)


@router.delete("/supplement-requests/{request}", summary="Rút yêu cầu bổ sung")
async def cancel_supplement(
    step: StepperDep, request: UUID, reason: Annotated[Reason, Query()] = Reason.MISTAKEN_ENTRY
) -> Response:
    """Take a request back; it counts as never made."""
    return await step.run(
        lambda dossier, act: asking.cancel_supplement(dossier, act, request=request, reason=reason)
    )


@router.post("/payment-requests", status_code=201, summary="Yêu cầu thực hiện nghĩa vụ tài chính")
async def ask_payment(step: StepperDep, body: Annotated[Payment | None, Body()] = None) -> Response:
    """Tell the applicant what to pay."""
    request, why = uuid7(), (body or Payment()).why
    return await step.run(
        lambda dossier, act: asking.ask_payment(dossier, act, request=request, why=why),
        status=201,
        request=request,
    )


@router.post("/consultations", status_code=201, summary="Lấy ý kiến cơ quan khác")
async def consult(step: StepperDep, body: Consultation) -> Response:
    """Ask another agency for its opinion by a moment."""
    request = uuid7()
    return await step.run(
        lambda dossier, act: asking.consult(
            dossier, act, request=request, unit=body.unit, answer_by=body.answer_by, note=body.note
        ),
        status=201,
        request=request,
    )


@router.post("/consultations/{request}/answer", summary="Ghi nhận ý kiến trả lời")
async def answer(step: StepperDep, request: UUID, body: Annotated[Answer | None, Body()] = None) -> Response:
    """Record that the agency has answered."""
    note = body.note if body else None
    return await step.run(lambda dossier, act: asking.answer(dossier, act, request=request, note=note))


@router.post("/extensions", status_code=201, summary="Xin lỗi và gia hạn")
async def extend(step: StepperDep, body: Extension) -> Response:
    """Extend the time limit once, with an apology, at least a day before it runs out."""
    return await step.run(
        lambda dossier, act: apology.extend(dossier, act, body.letter, new_due_at=body.new_due_at), status=201
    )


@router.post("/apologies", status_code=201, summary="Xin lỗi, không gia hạn")
async def apologise(step: StepperDep, body: Letter) -> Response:
    """Send a letter of apology without a new date, once; later than the rule set says, the answer holds a warning."""
    warnings: list[dict[str, Any]] = []

    def decide(dossier: Dossier, act: Act) -> list[Say]:
        said = apology.apologise(dossier, act, body.letter)
        warning = apology.late_letter(dossier, act)
        if warning is not None:
            warnings.append(_shown(warning))
        return said

    return await step.run(decide, status=201, warnings=warnings)


@router.post("/refuse", summary="Từ chối giải quyết sau thẩm định")
async def refuse(step: StepperDep, body: Because) -> Response:
    """Refuse in writing; the clock ends."""
    return await step.run(lambda dossier, act: ending.refuse(dossier, act, why=body.why))


@router.post("/stop", summary="Dừng giải quyết hồ sơ")
async def stop(step: StepperDep, body: Because) -> Response:
    """Stop for good (form 05)."""
    return await step.run(lambda dossier, act: ending.stop(dossier, act, why=body.why))


@router.post("/resolve", summary="Có kết quả giải quyết")
async def resolve(step: StepperDep, body: Annotated[Decision | None, Body()] = None) -> Response:
    """State the decision; the clock ends."""
    result = (body or Decision()).result
    return await step.run(lambda dossier, act: legs.resolve(dossier, act, result=result))


def _shown(rule: Rule) -> dict[str, str]:
    shown = {"field": rule.field, "rule": rule.rule, "message": rule.message}
    return shown | ({"source": rule.source} if rule.source else {})
