"""What happens to a received dossier at the counter: asked, completed, paid, withdrawn, voided, given back."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from contracts.codes import Reason, ReturnWay
from contracts.envelope import Payload
from contracts.intake import (
    DossierVoided,
    DossierWithdrawn,
    IntakeEvent,
    IntakeSupplementRequested,
    PaymentMade,
    ResultReturned,
    SupplementProvided,
)
from libs import outbox
from libs.db import Connection
from libs.errors import NotFoundError
from libs.ids import uuid7
from libs.paging import require_match
from services.intake.domain.articles import article
from services.intake.domain.asked import PAYMENT, SUPPLEMENT, Answer, Answering, Request, answered
from services.intake.domain.life import Action, Standing, State, forbids, next_state
from services.intake.handlers.desk import Desk, Saying, forbid, say
from services.intake.store import asked, people, rows

_ANSWERS = {Action.SUPPLEMENT_PROVIDED: SUPPLEMENT, Action.PAYMENT_MADE: PAYMENT}
_RULES = {SUPPLEMENT: "supplement_appraisal", PAYMENT: "payment_pauses"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is done, and what the person says about it."""

    action: Action
    reason: Reason = Reason.OTHER
    ground: str | None = None
    note: str = ""
    request: UUID | None = None
    way: ReturnWay = ReturnWay.COUNTER


async def change(
    conn: Connection, desk: Desk, ref: UUID | str, what: Change, *, if_match: str | None = None
) -> Any:
    """Do one thing to a dossier and say so; return its new row.

    Raises NotFoundError outside the scope, ConflictError where its state forbids it, StaleError where
    `if_match` names an older `seq`.
    """
    row = await lock_standing(conn, desk, ref, what.action, if_match=if_match)
    note = await keep_note(conn, desk, row["id"], what.note)
    if what.action in _ANSWERS:
        what = await _answered(conn, desk, what, row)
    columns = _columns(desk, what.action, State(row["state"]))
    seq = await rows.update(conn, row["id"], columns)
    kind, data = _words(desk, what, note)
    event = say(kind, Saying(dossier=row["id"], seq=seq, at=desk.now, now=desk.now), data)
    await outbox.put(conn, [event])
    await _paired(conn, row["id"], event, what)
    return await rows.get(conn, row["id"], None)


async def lock_standing(
    conn: Connection, desk: Desk, ref: UUID | str, action: Action, *, if_match: str | None = None
) -> Any:
    """Lock a dossier's row and return it, where `action` is allowed on it; raises like `change`."""
    row = await rows.lock(conn, ref, desk.scope)
    if row is None:
        raise NotFoundError("", "unknown_dossier", "Không tìm thấy hồ sơ trong phạm vi của bạn")
    if if_match is not None:
        require_match(if_match, row["seq"])
    standing = Standing(
        state=State(row["state"]),
        received_at=row["received_at"],
        ready_at=row["ready_at"],
        ended=row["ending"] is not None,
        pause_source=article(row["rule_set"], "supplement_appraisal"),
    )
    forbid(forbids(action, standing, now=desk.now))
    return row


async def keep_note(conn: Connection, desk: Desk, dossier: UUID, text: str) -> UUID | None:
    """Store a remark, if there is one, and return its id."""
    if not text:
        return None
    note = uuid7()
    await people.put_note(conn, note=note, dossier=dossier, at=desk.now, staff=desk.staff, text=text)
    return note


def _columns(desk: Desk, action: Action, state: State) -> dict[str, Any]:
    columns: dict[str, Any] = {"state": next_state(action, state)}
    if action in {Action.WITHDRAW, Action.VOID}:
        columns["ended_at"] = desk.now
    if action is Action.RETURN_RESULT:
        columns["returned_at"] = desk.now
    return columns


def _words(desk: Desk, what: Change, note: UUID | None) -> tuple[type[IntakeEvent], Payload]:
    officer = desk.staff
    match what.action:
        case Action.ASK_SUPPLEMENT:
            data: Payload = IntakeSupplementRequested.Data(
                request=uuid7(), reason=what.reason, ground=what.ground, note=note, officer=officer
            )
            return IntakeSupplementRequested, data
        case Action.SUPPLEMENT_PROVIDED:
            return SupplementProvided, SupplementProvided.Data(request=what.request, officer=officer)
        case Action.PAYMENT_MADE:
            return PaymentMade, PaymentMade.Data(request=what.request, officer=officer)
        case Action.WITHDRAW:
            return DossierWithdrawn, DossierWithdrawn.Data(reason=what.reason, note=note, officer=officer)
        case Action.VOID:
            return DossierVoided, DossierVoided.Data(reason=what.reason, note=note, officer=officer)
        case Action.RETURN_RESULT:
            return ResultReturned, ResultReturned.Data(way=what.way, officer=officer)
        case _:
            raise ValueError(f"{what.action} has its own handler")


async def _answered(conn: Connection, desk: Desk, what: Change, row: Any) -> Change:
    """Name the request that is answered: the one given, else the latest open one.

    Raises ConflictError where nothing was asked, or the pause would end before it begins.
    """
    requests, answers = (await asked.all_of(conn, [row["id"]])).get(row["id"], ([], []))
    kind = _ANSWERS[what.action]
    source = article(row["rule_set"], _RULES[kind])
    answering = Answering(kind=kind, at=desk.now, request=what.request, source=source)
    request, problem = answered(requests, answers, answering)
    forbid(problem)
    return replace(what, request=request)


async def _paired(conn: Connection, dossier: UUID, event: IntakeEvent, what: Change) -> None:
    if what.action in _ANSWERS:
        answer = Answer(event=event.id, kind=_ANSWERS[what.action], at=event.time, request=what.request)
        await asked.put_answers(conn, [(dossier, answer)])
    if isinstance(event, IntakeSupplementRequested):
        data = event.data
        request = Request(
            request=data.request, kind="supplement", at=event.time, reason=data.reason, note=data.note
        )
        await asked.put_requests(conn, [(dossier, request)])
