"""STEPS: rows become the steps of a dossier in time order, or what is wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.codes import Reason
from contracts.intake import StepKind
from services.intake.domain.competence import Units, stands
from services.intake.domain.moments import read_moment, vn_day
from services.intake.domain.register.files import Row
from services.intake.domain.register.words import GROUND, Refusal, officer_id, shown

RANK = {
    StepKind.SENT: 25,
    StepKind.RECEIVED: 26,
    StepKind.SUPPLEMENT_REQUESTED: 30,
    StepKind.PAYMENT_REQUESTED: 30,
    StepKind.SUPPLEMENT_PROVIDED: 40,
    StepKind.PAYMENT_MADE: 40,
    StepKind.EXTENDED: 45,
    StepKind.STOPPED: 80,
    StepKind.WITHDRAWN: 80,
    StepKind.RESOLVED: 80,
    StepKind.RETURNED: 85,
}
"""Which of two steps at the same moment comes first: the ranks of the events they become."""
ENDINGS = frozenset({StepKind.RESOLVED, StepKind.WITHDRAWN, StepKind.STOPPED})
_NOT_AFTER = frozenset({StepKind.EXTENDED, StepKind.SUPPLEMENT_REQUESTED, StepKind.PAYMENT_REQUESTED})
_NEW_RULES = date(2025, 7, 1)
ANSWERS = {
    StepKind.SUPPLEMENT_PROVIDED: StepKind.SUPPLEMENT_REQUESTED,
    StepKind.PAYMENT_MADE: StepKind.PAYMENT_REQUESTED,
}
_KINDS = {kind.value: kind for kind in StepKind}
_REASONS = {reason.value: reason for reason in Reason}
_UNTIL = "until:"


@dataclass(slots=True)
class Step:
    """One step. `remark` is a reason in the register's own words: it is kept here, behind a note id."""

    at: datetime
    kind: StepKind
    line: int = 0
    unit: str = ""
    officer: UUID | None = None
    officer_label: str = ""
    reason: Reason | None = None
    ground: str = ""
    new_due_at: datetime | None = None
    remark: str = ""
    note: UUID | None = None

    @property
    def place(self) -> tuple[datetime, int, int]:
        """Return the step's place among its dossier's."""
        return self.at, RANK[self.kind], self.line

    def said(self) -> dict[str, Any]:
        """Return the step as HistoryImported has it, its values as they are."""
        step = {
            "at": self.at,
            "event": self.kind._value_,
            "unit": self.unit,
            "officer": self.officer,
            "reason": self.reason,
            "ground": self.ground,
            "note": self.note,
            "new_due_at": self.new_due_at,
        }
        return {key: value for key, value in step.items() if value}


def read_step(row: Row, *, code: str, units: Units) -> Step | Refusal:
    """Return the step in a row of STEPS, or why it is refused."""

    def refusal(field: str, rule: str, reason: str) -> Refusal:
        return Refusal("steps", row.line, code, field, rule, reason)

    if not row.cells:
        return refusal("", "columns", "Số ô khác với dòng tiêu đề")
    _, at_text, event, unit, officer, reason, ground = row.cells
    kind, at = _KINDS.get(event), read_moment(at_text)
    if kind is None:
        return refusal("event", "unknown", f"Không có loại sự kiện {shown(event)!r}")
    if at is None:
        return refusal("at", "iso_8601", f"Thời điểm {shown(at_text)!r} không đúng dạng ISO 8601")
    if unit and not stands(units.unit(unit), vn_day(at)):
        return refusal("unit", "unknown", f"Không có đơn vị {shown(unit)} tại ngày {vn_day(at):%d/%m/%Y}")
    if ground and not GROUND.match(ground):
        return refusal("ground", "shape", f"Căn cứ {shown(ground)!r} không đúng dạng, ví dụ ND-118-2025/19.5")
    step = Step(at=at, kind=kind, line=row.line, unit=unit, ground=ground)
    if officer:
        step.officer = officer_id(officer)
        step.officer_label = "" if str(step.officer) == officer.lower() else officer
    return _with_reason(step, reason) or refusal(
        "reason", "new_date_missing", "Gia hạn phải ghi ngày hẹn mới ở cột reason, ví dụ until:2022-05-06"
    )


def _with_reason(step: Step, text: str) -> Step | None:
    if step.kind is StepKind.EXTENDED:
        if not text.startswith(_UNTIL):
            return None
        until, _, text = text.removeprefix(_UNTIL).partition(";")
        step.new_due_at = read_moment(until.strip())
        if step.new_due_at is None or step.new_due_at <= step.at:
            return None
        text = text.strip()
    if text:
        step.reason = _REASONS.get(text.lower(), Reason.OTHER)
        step.remark = "" if text.lower() in _REASONS else text
    return step


def article_of(received_at: datetime) -> str:
    """Return what rules pauses and extensions of a dossier received at a moment."""
    return "NĐ 118/2025 Đ.19" if vn_day(received_at) >= _NEW_RULES else "NĐ 61/2018 Đ.19"


def _after_the_end(kind: StepKind, received_at: datetime) -> tuple[str, str] | None:
    """Return the rule a step breaks that comes after an ending, and its words; None where it may."""
    if kind in ENDINGS:
        return "two_endings", "Hồ sơ đã kết thúc ở một bước trước"
    if kind in _NOT_AFTER:
        return "after_end", f"Hồ sơ đã kết thúc ở một bước trước ({article_of(received_at)})"
    return None


def out_of_order(steps: Iterable[Step], *, code: str, received_at: datetime, now: datetime) -> Refusal | None:
    """Return what contradicts time in a dossier's sorted steps, or None.

    No step before the reception or in the future, no answer before its question, not two endings; nothing that
    would stop or move the clock once it has ended.
    """
    asked = dict.fromkeys(ANSWERS.values(), 0)
    ended = False
    for step in steps:

        def refusal(rule: str, reason: str, field: str = "at", line: int = step.line) -> Refusal:
            return Refusal("steps", line, code, field, rule, reason)

        if step.at < received_at:
            return refusal("before_reception", "Bước này xảy ra trước khi tiếp nhận hồ sơ")
        if step.at > now:
            return refusal("future", "Bước này ở tương lai")
        if ended and (wrong := _after_the_end(step.kind, received_at)):
            return refusal(*wrong, "event")
        ended = ended or step.kind in ENDINGS
        if step.kind in asked:
            asked[step.kind] += 1
        elif (question := ANSWERS.get(step.kind)) is not None:
            if asked[question] == 0:
                return refusal(
                    "answer_without_request", "Kết thúc tạm dừng trước khi bắt đầu: chưa có yêu cầu trước đó"
                )
            asked[question] -= 1
    return None
