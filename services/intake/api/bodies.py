"""What callers send. All text, so that the handlers' rules, not a parser, say what is wrong with it."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Channel, Ground, Reason, ReturnWay
from services.intake.domain.entry import Entry, Person, read_entry, read_person
from services.intake.domain.life import Action
from services.intake.domain.moments import read_moment
from services.intake.domain.problems import Problem
from services.intake.handlers.changes import Change
from services.intake.handlers.correct import Correction
from services.intake.handlers.desk import refuse

_NOTE = Field(default="", max_length=2000, description="Ghi chú; chỉ lưu tại bộ phận một cửa")


class _Loose(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore")


class ApplicantIn(_Loose):
    """The applicant."""

    full_name: str | None = None
    id_number: str | None = Field(None, description="Số định danh cá nhân, 12 chữ số")
    phone: str | None = None
    address: str | None = None
    email: str | None = None


class ReceptionIn(_Loose):
    """A dossier handed in. Times without an offset are Asia/Ho_Chi_Minh."""

    procedure_code: str | None = None
    channel: str | None = Field(None, description="counter | online | post")
    receiving_unit: str | None = None
    competent_unit: str | None = Field(None, description="Để trống: hệ thống tự xác định")
    applicant_commune: str | None = None
    parcel_commune: str | None = None
    submitted_at: str | None = None
    foreign_codes: list[str] = Field([], max_length=20)
    applicant: ApplicantIn = ApplicantIn()
    note: str = _NOTE

    def entry(self) -> Entry:
        """Return the checked entry, or raise every problem by field and rule."""
        entry, problems = read_entry(self.model_dump())
        if entry is None:
            refuse(problems)
        return entry


class ReasonIn(_Loose):
    """Why, by code; the words go into the note."""

    reason: Reason = Reason.OTHER
    ground: Ground | None = None
    note: str = _NOTE

    def change(self, action: Action) -> Change:
        """Return a change with this reason."""
        return Change(action=action, reason=self.reason, ground=self.ground, note=self.note.strip())


class WithdrawIn(ReasonIn):
    """Why the applicant takes the dossier back."""

    reason: Reason = Reason.APPLICANT_REQUEST


class VoidIn(ReasonIn):
    """Why the receipt was a mistake."""

    reason: Reason = Reason.MISTAKEN_ENTRY


class AnswerIn(_Loose):
    """What is answered; without `request`, the latest open one."""

    request: UUID | None = None


class ReturnIn(_Loose):
    """How the result was handed over."""

    way: ReturnWay = ReturnWay.COUNTER


class CorrectionIn(_Loose):
    """The new values; what is missing stays."""

    reason: Reason = Reason.MISTAKEN_ENTRY
    procedure_code: str | None = None
    channel: str | None = None
    competent_unit: str | None = None
    received_at: str | None = None
    applicant: ApplicantIn | None = None
    note: str = _NOTE

    def correction(self) -> Correction:
        """Return the checked correction, or raise every problem by field and rule."""
        problems: list[Problem] = []
        person = self._person(problems)
        received_at = read_moment(self.received_at) if self.received_at else None
        if self.received_at and received_at is None:
            problems.append(
                Problem("received_at", "iso_8601", "Thời điểm tiếp nhận không đúng dạng ISO 8601")
            )
        channel = Channel(self.channel) if self.channel in set(Channel) else None
        if self.channel and channel is None:
            problems.append(
                Problem("channel", "unknown", "Hình thức nộp là một trong: counter, online, post")
            )
        if problems:
            refuse(problems)
        return Correction(
            reason=self.reason,
            procedure_code=self.procedure_code or None,
            competent_unit=self.competent_unit or None,
            received_at=received_at,
            applicant=person,
            note=self.note.strip(),
            channel=channel,
        )

    def _person(self, problems: list[Problem]) -> Person | None:
        if self.applicant is None:
            return None
        person, wrong = read_person(self.applicant.model_dump())
        problems += wrong
        return person


class SearchIn(_Loose):
    """What is looked for: one of the four. In the body, so that no log or history holds it."""

    code: str | None = None
    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    cursor: str | None = None
    limit: int = Field(50, ge=1, le=200)
