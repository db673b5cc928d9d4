"""Who acts on a dossier, when, and what every step asks first."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.routing.domain.dossier import Dossier, Leg, Stage
from services.routing.domain.process import Rulebook
from services.routing.domain.say import ForeignStepError, Rule, conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A person's step: `at` never lies before what is already known of the dossier; `today` is Việt Nam's date of it.

    `scope` holds the units the person works for (None: all); `due_at` and `late_at` are sla's newest.
    `letter_by` is the last day for a letter of apology or an extension, None where nobody can say.
    """

    staff: UUID
    scope: frozenset[str] | None
    at: datetime
    today: date
    book: Rulebook
    due_at: datetime | None = None
    late_at: datetime | None = None
    letter_by: date | None = None
    is_supervisor: bool = False

    def require_unit(self, unit: str) -> None:
        """Raise unless the person works for a unit."""
        if self.scope is not None and unit not in self.scope:
            raise ForeignStepError(Rule("unit", "outside_scope", f"Việc này thuộc đơn vị {unit}"))


_OVER = {
    Stage.UNKNOWN: "Chưa có thông tin tiếp nhận của hồ sơ",
    Stage.ENDED: "Hồ sơ đã kết thúc",
    Stage.VOIDED: "Hồ sơ đã bị hủy tiếp nhận",
}


def require_open(dossier: Dossier, *, may_wait: bool = False, source: str = "") -> None:
    """Raise unless the dossier is being worked on (`may_wait`: or waits for the applicant).

    `source` is the article that rules the step which is refused.
    """
    stage = dossier.stage
    if stage in _OVER:
        raise conflict("code", f"dossier.{stage}", _OVER[stage], source)
    if stage is Stage.WAITING and not may_wait:
        message = "Hồ sơ đang chờ người nộp bổ sung hoặc thực hiện nghĩa vụ tài chính"
        raise conflict("code", "dossier.waiting", message, source)


def require_leg(dossier: Dossier, leg_no: int) -> Leg:
    """Return the leg being worked on, which must be this one."""
    leg = dossier.legs.get(leg_no)
    if leg is None:
        raise conflict("leg_no", "leg.not_opened", f"Công đoạn {leg_no} chưa bắt đầu")
    if leg.completed_at is not None:
        raise conflict("leg_no", "leg.completed", f"Công đoạn {leg_no} đã hoàn thành")
    return leg


def require_at_hand(dossier: Dossier, leg: Leg) -> None:
    """Raise unless the leg's unit has the dossier in its hands."""
    if dossier.under_way_to is not None or dossier.holder != leg.unit:
        raise conflict("leg_no", "leg.not_received", f"Đơn vị {leg.unit} chưa xác nhận nhận hồ sơ")
