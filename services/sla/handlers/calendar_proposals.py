"""A calendar decision's way into force: proposed by one person, approved or rejected by another, then published."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.catalogue import (
    CalendarDay,
    CalendarDecision,
    CalendarDecisionItem,
    DecisionOrigin,
    PublicName,
    WeeklyHours,
)
from contracts.codes import Role, UnitCode
from libs.catalogue import Catalogue
from libs.catalogue_store import publish_items
from libs.clock import VN
from libs.db import Connection
from libs.errors import ConflictError, DomainError, ForbiddenError, NotFoundError
from libs.identity import Identity
from libs.ids import uuid7
from services.sla.handlers.calendar_rules import Known, check, check_withdrawal
from services.sla.store import calendar_proposals as store
from services.sla.store.calendar_proposals import Act, Proposal

DECIDERS = (Role.SUPERVISOR, Role.OPERATOR, Role.ADMIN)
"""Who may enter a decision, and who may approve another's: within the units of their role, the country with "*"."""
PREVIEW_HOLDS = timedelta(hours=4)
"""For so long what a preview counted may be approved: dossiers come and go meanwhile."""
_COUNTRY = "VN"


class Withdrawal(BaseModel):
    """The document by which a decision is taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    document: PublicName
    decided_on: date


class Draft(BaseModel):
    """A decision as a person enters it; its code is given by the register of proposals."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    document: PublicName
    decided_on: date | None = None
    unit: UnitCode | None = None
    days: tuple[CalendarDay, ...] = ()
    weekly: tuple[WeeklyHours, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    replaces: tuple[UnitCode, ...] = ()
    provisional: bool = False

    def decision(self, number: int, today: date) -> CalendarDecision:
        """Return the decision it becomes when approved."""
        year = min([day.date for day in self.days] + [self.valid_from or today]).year
        given = self.model_dump() | {"version": 1, "origin": DecisionOrigin.DECISION}
        given |= {"weekly": self.weekly or None, "replaces": self.replaces or None}
        try:
            return CalendarDecision(code=f"{self.unit or _COUNTRY}.{year}.D{number}", **given)
        except ValidationError:  # a unit's code with as many parts as a code may have
            return CalendarDecision(code=f"{_COUNTRY}.{year}.D{number}", **given)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts, when, and by which catalogue."""

    identity: Identity
    catalogue: Catalogue
    now: datetime

    def act(self, name: str, note: str | None = None) -> Act:
        """Return a line for what is kept for ever."""
        return Act(name, self.now, self.identity.staff_id, self.identity.username, note)

    def may_decide_for(self, unit: str | None) -> None:
        """Raise ForbiddenError where the person's units do not reach."""
        if unit is not None:
            self.identity.require_unit(self.catalogue, unit)
        elif self.identity.scope(self.catalogue) is not None:
            raise ForbiddenError(
                "unit", "outside_scope", "Quyết định cho cả nước cần người phụ trách cả nước"
            )

    async def known(self, conn: Connection) -> Known:
        """Return what decisions are held against: the catalogue, and what was approved a moment ago."""
        approved = await store.standing(conn, "approved")
        newest: dict[str, CalendarDecision] = {}
        for each in (*self.catalogue.all_calendar_decisions, *approved):
            held = newest.get(each.code)
            if held is None or held.version < each.version:
                newest[each.code] = each
        return Known(self.catalogue, tuple(newest.values()), self.now.astimezone(VN).date())


async def propose(conn: Connection, desk: Desk, draft: Draft) -> int:
    """Keep a proposal and return its number; ManyErrors with all that is wrong with it."""
    desk.may_decide_for(draft.unit)
    await store.serialise(conn)
    known = await desk.known(conn)
    number = await store.next_number(conn)
    decision = draft.decision(number, known.today)
    check(decision, known)
    await _add(conn, desk, number, decision, withdraws=False)
    return number


async def propose_withdrawal(conn: Connection, desk: Desk, code: str, by: Withdrawal) -> int:
    """Propose to take a decision in force back; return the proposal's number."""
    await store.serialise(conn)
    known = await desk.known(conn)
    held = next((each for each in known.decisions if each.code == code), None)
    if held is None:
        raise NotFoundError("code", "decision_unknown", f"Không có quyết định {code}")
    desk.may_decide_for(held.unit)
    check_withdrawal(held, code, known)
    if any(each.code == code for each in await store.standing(conn, "proposed")):
        raise ConflictError("code", "already_proposed", f"Đã có đề xuất rút quyết định {code}")
    if by.decided_on > known.today:
        raise DomainError("decided_on", "decided_in_future", "Ngày của văn bản ở tương lai")
    number = await store.next_number(conn)
    change = {"version": held.version + 1, "withdrawn": True, "origin": DecisionOrigin.DECISION}
    decision = held.model_copy(update=change | by.model_dump())
    await _add(conn, desk, number, decision, withdraws=True)
    return number


async def _add(
    conn: Connection, desk: Desk, number: int, decision: CalendarDecision, *, withdraws: bool
) -> None:
    act = desk.act("proposed")
    await store.add(conn, number, decision, act, withdraws=withdraws)
    await store.note(conn, number, act)


async def approve(conn: Connection, desk: Desk, number: int) -> Proposal:
    """Publish a proposal; by another person than proposed it, who has seen the preview."""
    proposal = await _open(conn, desk, number)
    if proposal.preview_done_at is None:
        raise ConflictError("preview", "preview_missing", "Chưa tính xong số hồ sơ bị ảnh hưởng")
    if proposal.is_stale(desk.now - PREVIEW_HOLDS):
        raise ConflictError(
            "preview",
            "preview_stale",
            f"Số hồ sơ bị ảnh hưởng được tính đã hơn {PREVIEW_HOLDS // timedelta(hours=1)} giờ trước,"
            " hãy tính lại rồi duyệt",
        )
    known = await desk.known(conn)
    decision = proposal.decision
    if proposal.withdraws:
        held = next((each for each in known.decisions if each.code == decision.code), None)
        check_withdrawal(held, decision.code, known)
    else:
        check(decision, known)
    await publish_items(conn, [item_of(decision, desk.now)])
    await _close(conn, desk, proposal, "approved", None)
    await store.forget_previews(conn)
    return proposal


async def reject(conn: Connection, desk: Desk, number: int, reason: str) -> Proposal:
    """End a proposal without publishing it; by another person than proposed it."""
    proposal = await _open(conn, desk, number)
    if not reason.strip():
        raise DomainError("reason", "required", "Hãy ghi lý do không duyệt")
    await _close(conn, desk, proposal, "rejected", reason.strip())
    return proposal


async def renew_preview(conn: Connection, desk: Desk, number: int) -> None:
    """Let the preview of an open proposal be counted anew."""
    proposal = await store.lock(conn, number)
    if proposal is None or proposal.state != "proposed":
        raise _unknown(number)
    desk.may_decide_for(proposal.decision.unit)
    await store.forget_previews(conn, number)


async def _open(conn: Connection, desk: Desk, number: int) -> Proposal:
    """Lock a proposal that this person may close."""
    await store.serialise(conn)
    proposal = await store.lock(conn, number)
    if proposal is None:
        raise _unknown(number)
    if proposal.state != "proposed":
        raise ConflictError("state", "already_closed", f"Đề xuất {number} đã được xử lý")
    desk.may_decide_for(proposal.decision.unit)
    if proposal.proposed_by == desk.identity.staff_id:
        raise ForbiddenError(
            "approved_by", "second_person", "Người duyệt hoặc từ chối phải khác người đề xuất"
        )
    return proposal


async def _close(conn: Connection, desk: Desk, proposal: Proposal, state: str, reason: str | None) -> None:
    act = desk.act(state, reason)
    await store.close(conn, proposal.id, state, act)
    await store.note(conn, proposal.id, act.with_counts(proposal))


def item_of(decision: CalendarDecision, now: datetime) -> CalendarDecisionItem:
    """Return what is published of a decision."""
    key = f"calendar/{decision.code}/{decision.version}"
    return CalendarDecisionItem(id=uuid7(), time=now, recordedtime=now, subject=key, data=decision)


def _unknown(number: int) -> NotFoundError:
    return NotFoundError("id", "proposal_unknown", f"Không có đề xuất số {number}")
