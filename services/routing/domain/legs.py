"""Steps with legs: send, receive, return, claim, release, complete. Each returns what is then said."""

from uuid import UUID

from contracts.codes import Medium, NoteId, Reason
from contracts.routing import (
    DossierResolved,
    LegClaimed,
    LegCompleted,
    LegReceived,
    LegReleased,
    LegReturned,
    LegSent,
    Result,
)
from services.routing.domain.acting import Act, require_at_hand, require_leg, require_open
from services.routing.domain.dossier import Dossier
from services.routing.domain.process import open_leg
from services.routing.domain.say import Say, conflict


def send(dossier: Dossier, act: Act, *, leg_no: int, medium: Medium = Medium.EFILE) -> list[Say]:
    """Send the dossier to a leg's unit: a leg that came back, or the next one once the leg before is done."""
    require_open(dossier)
    act.require_unit(dossier.holder)
    if leg_no not in dossier.legs:
        return _open_next(dossier, act, leg_no)
    leg = require_leg(dossier, leg_no)
    if dossier.under_way_to is not None:
        raise conflict("leg_no", "leg.already_sent", f"Hồ sơ đang trên đường tới {dossier.under_way_to}")
    if dossier.holder == leg.unit:
        raise conflict("leg_no", "leg.already_there", f"Đơn vị {leg.unit} đang giữ hồ sơ")
    data = LegSent.Data(
        leg_no=leg_no, from_unit=dossier.holder, to_unit=leg.unit, medium=medium, officer=act.staff
    )
    return [Say(LegSent, act.at, data)]


def _open_next(dossier: Dossier, act: Act, leg_no: int) -> list[Say]:
    if leg_no - 1 in dossier.legs and dossier.legs[leg_no - 1].completed_at is None:
        raise conflict("leg_no", "leg.before_open", f"Công đoạn {leg_no - 1} chưa hoàn thành")
    if leg_no != max(dossier.legs, default=0) + 1 or not _has_leg(dossier, act, leg_no):
        raise conflict("leg_no", "leg.unknown", f"Quy trình không có công đoạn {leg_no} ở bước này")
    return open_leg(dossier, leg_no, at=act.at, on=act.today, book=act.book)


def _has_leg(dossier: Dossier, act: Act, leg_no: int) -> bool:
    return dossier.head is not None and any(leg.leg_no == leg_no for leg in act.book.legs_of(dossier.head))


def receive(dossier: Dossier, act: Act, *, leg_no: int, medium: Medium = Medium.EFILE) -> list[Say]:
    """Confirm receipt of a dossier that is under way to the leg's unit."""
    require_open(dossier, may_wait=True)
    leg = require_leg(dossier, leg_no)
    act.require_unit(leg.unit)
    if dossier.under_way_to != leg.unit:
        raise conflict("leg_no", "leg.not_under_way", "Không có bàn giao nào đang chờ xác nhận")
    data = LegReceived.Data(leg_no=leg_no, unit=leg.unit, medium=medium, officer=act.staff)
    return [Say(LegReceived, act.at, data)]


def give_back(
    dossier: Dossier, act: Act, *, leg_no: int, reason: Reason, note: NoteId | None = None
) -> list[Say]:
    """Send the dossier back to the unit before, received or still under way."""
    require_open(dossier)
    leg = require_leg(dossier, leg_no)
    act.require_unit(leg.unit)
    before = dossier.unit_before(leg_no)
    if leg.unit not in {dossier.holder, dossier.under_way_to}:
        raise conflict("leg_no", "leg.not_here", f"Đơn vị {leg.unit} không giữ hồ sơ")
    if before == leg.unit:
        raise conflict("leg_no", "leg.nowhere_to_return", "Không có đơn vị nào trước đó để trả lại")
    data = LegReturned.Data(
        leg_no=leg_no, from_unit=leg.unit, to_unit=before, reason=reason, note=note, officer=act.staff
    )
    return [Say(LegReturned, act.at, data)]


def claim(dossier: Dossier, act: Act, *, leg_no: int) -> list[Say]:
    """Take a leg from the common queue."""
    require_open(dossier, may_wait=True)
    leg = require_leg(dossier, leg_no)
    act.require_unit(leg.unit)
    if leg.officer is not None:
        raise conflict("leg_no", "leg.assigned", "Công đoạn đã có người thụ lý")
    return [Say(LegClaimed, act.at, LegClaimed.Data(leg_no=leg_no, officer=act.staff))]


def release(dossier: Dossier, act: Act, *, leg_no: int) -> list[Say]:
    """Give a leg back to the common queue: one's own, or as a supervisor anybody's."""
    require_open(dossier, may_wait=True)
    leg = require_leg(dossier, leg_no)
    act.require_unit(leg.unit)
    holder: UUID | None = leg.officer
    if holder is None or (holder != act.staff and not act.is_supervisor):
        raise conflict("leg_no", "leg.not_yours", "Công đoạn không do người này thụ lý")
    return [Say(LegReleased, act.at, LegReleased.Data(leg_no=leg_no, officer=holder))]


def complete(
    dossier: Dossier, act: Act, *, leg_no: int, send_on: bool = True, result: Result | None = None
) -> list[Say]:
    """Finish a leg; the next one is opened and sent on at once, unless `send_on` is false.

    With `result`, the last leg also resolves the dossier.
    """
    require_open(dossier)
    leg = require_leg(dossier, leg_no)
    act.require_unit(leg.unit)
    require_at_hand(dossier, leg)
    data = LegCompleted.Data(leg_no=leg_no, unit=leg.unit, officer=act.staff)
    said = [Say(LegCompleted, act.at, data)]
    if _has_leg(dossier, act, leg_no + 1):
        if result is not None:
            raise conflict("result", "leg.remaining", f"Còn công đoạn {leg_no + 1} chưa thực hiện")
        return said + (
            open_leg(dossier, leg_no + 1, at=act.at, on=act.today, book=act.book) if send_on else []
        )
    return said + ([_resolved(dossier, act, result)] if result is not None else [])


def resolve(dossier: Dossier, act: Act, *, result: Result = Result.GRANTED) -> list[Say]:
    """State the decision; the clock ends. The last leg, if still open, is completed by it."""
    require_open(dossier)
    act.require_unit(dossier.competent_unit)
    leg = dossier.leg
    if leg is not None:
        require_at_hand(dossier, leg)
        return complete(dossier, act, leg_no=leg.no, result=result)
    if _has_leg(dossier, act, max(dossier.legs, default=0) + 1):
        raise conflict("code", "leg.remaining", "Còn công đoạn chưa thực hiện")
    return [_resolved(dossier, act, result)]


def _resolved(dossier: Dossier, act: Act, result: Result) -> Say:
    act.require_unit(dossier.competent_unit)
    data = DossierResolved.Data(unit=dossier.competent_unit, result=result, officer=act.staff)
    return Say(DossierResolved, act.at, data)
