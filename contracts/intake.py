"""What intake says: dossiers as they come in, are mended, given back, or taken over from a register."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.codes import (
    BatchId,
    Channel,
    Count,
    DossierCode,
    FieldCode,
    ForeignCode,
    Ground,
    Moment,
    NoteId,
    Origin,
    Partition,
    ProcedureCode,
    Reason,
    RequestId,
    ReturnWay,
    RuleSetCode,
    Service,
    StaffId,
    UnitCode,
    Version,
)
from contracts.envelope import DossierEvent, Frozen, Payload


class IntakeEvent(DossierEvent):
    """Base of intake's events."""

    TOPIC: ClassVar[str] = "intake.events"
    EMITTER: ClassVar[Service] = Service.INTAKE
    source: Literal["/motcua/intake"] = "/motcua/intake"


class DossierSubmitted(IntakeEvent):
    """An applicant handed a dossier in (online, by post); nobody has formally received it yet."""

    RANK: ClassVar[int] = 0

    class Data(Payload):
        """What was handed in, and where."""

        procedure_code: ProcedureCode
        channel: Channel
        receiving_unit: UnitCode

    type: Literal["vn.motcua.intake.DossierSubmitted.v1"] = "vn.motcua.intake.DossierSubmitted.v1"
    data: Data


class DossierReceived(IntakeEvent):
    """A dossier was formally received: from `time` on the law's clock runs.

    `appointment_at` is what the slip says. `declared_due_at` is the legacy register's own deadline; it rules
    only where `procedure_version` is missing (a procedure the catalogue lacks), judged by date.
    """

    RANK: ClassVar[int] = 10

    class Data(Payload):
        """The dossier as received, with the versions of the reference data that were used."""

        code: DossierCode
        foreign_codes: tuple[ForeignCode, ...] = ()
        procedure_code: ProcedureCode
        procedure_version: Version | None = None
        field: FieldCode
        channel: Channel
        receiving_unit: UnitCode
        competent_unit: UnitCode
        applicant_commune: UnitCode | None = None
        parcel_commune: UnitCode | None = None
        submitted_at: Moment | None = None
        appointment_at: Moment | None = None
        declared_due_at: Moment | None = None
        rule_set: RuleSetCode
        calendar_version: Count = 0
        received_by: StaffId | None = None
        origin: Origin = Origin.LIVE
        batch: BatchId | None = None

    type: Literal["vn.motcua.intake.DossierReceived.v1"] = "vn.motcua.intake.DossierReceived.v1"
    data: Data


class DossierRefused(IntakeEvent):
    """A submitted dossier was refused at the counter (form 03)."""

    RANK: ClassVar[int] = 80

    class Data(Payload):
        """Why."""

        reason: Reason
        ground: Ground | None = None
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.intake.DossierRefused.v1"] = "vn.motcua.intake.DossierRefused.v1"
    data: Data


class IntakeSupplementRequested(IntakeEvent):
    """The counter asked the applicant to complete the dossier (form 02), before or at reception."""

    RANK: ClassVar[int] = 30

    class Data(Payload):
        """What is asked, by code."""

        request: RequestId
        reason: Reason
        ground: Ground | None = None
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.intake.IntakeSupplementRequested.v1"] = (
        "vn.motcua.intake.IntakeSupplementRequested.v1"
    )
    data: Data


class SupplementProvided(IntakeEvent):
    """The applicant brought what was asked for; the dossier is complete again."""

    RANK: ClassVar[int] = 40

    class Data(Payload):
        """Which request it answers; without one, the latest open request."""

        request: RequestId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.intake.SupplementProvided.v1"] = "vn.motcua.intake.SupplementProvided.v1"
    data: Data


class PaymentMade(IntakeEvent):
    """The applicant met the financial obligation that was asked for."""

    RANK: ClassVar[int] = 40

    class Data(Payload):
        """Which request it answers; without one, the latest open request."""

        request: RequestId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.intake.PaymentMade.v1"] = "vn.motcua.intake.PaymentMade.v1"
    data: Data


class DossierWithdrawn(IntakeEvent):
    """The applicant took the dossier back before a decision."""

    RANK: ClassVar[int] = 80

    class Data(Payload):
        """Why."""

        reason: Reason = Reason.APPLICANT_REQUEST
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.intake.DossierWithdrawn.v1"] = "vn.motcua.intake.DossierWithdrawn.v1"
    data: Data


class DossierCorrected(IntakeEvent):
    """A wrong entry was put right. What is given is the new value; what is missing stays."""

    RANK: ClassVar[int] = 20

    class Data(Payload):
        """The corrected facts and why."""

        reason: Reason
        procedure_code: ProcedureCode | None = None
        procedure_version: Version | None = None
        field: FieldCode | None = None
        channel: Channel | None = None
        competent_unit: UnitCode | None = None
        received_at: Moment | None = None
        appointment_at: Moment | None = None
        rule_set: RuleSetCode | None = None
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.intake.DossierCorrected.v1"] = "vn.motcua.intake.DossierCorrected.v1"
    data: Data


class DossierVoided(IntakeEvent):
    """A receipt was cancelled as a mistake (same day), or a whole import was; it counts nowhere any more."""

    RANK: ClassVar[int] = 90

    class Data(Payload):
        """Why."""

        reason: Reason
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.intake.DossierVoided.v1"] = "vn.motcua.intake.DossierVoided.v1"
    data: Data


class ResultReturned(IntakeEvent):
    """The applicant has the result in hand."""

    RANK: ClassVar[int] = 85

    class Data(Payload):
        """How it was handed over."""

        way: ReturnWay
        officer: StaffId | None = None

    type: Literal["vn.motcua.intake.ResultReturned.v1"] = "vn.motcua.intake.ResultReturned.v1"
    data: Data


class StepKind(StrEnum):
    """A step of a legacy register. The last four are intake's own to state, the others routing's."""

    SENT = "sent"
    RECEIVED = "received"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    PAYMENT_REQUESTED = "payment_requested"
    EXTENDED = "extended"
    STOPPED = "stopped"
    RESOLVED = "resolved"
    SUPPLEMENT_PROVIDED = "supplement_provided"
    PAYMENT_MADE = "payment_made"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


INTAKE_STEPS = frozenset(
    {StepKind.SUPPLEMENT_PROVIDED, StepKind.PAYMENT_MADE, StepKind.WITHDRAWN, StepKind.RETURNED}
)
"""Steps that HistoryImported itself states; all others routing turns into its own events."""


class HistoryStep(Frozen):
    """One step of an imported dossier, at its original time. For `extended`, `new_due_at` is the new date."""

    at: Moment
    event: StepKind
    unit: UnitCode | None = None
    officer: StaffId | None = None
    reason: Reason | None = None
    ground: Ground | None = None
    note: NoteId | None = None
    new_due_at: Moment | None = None


class HistoryImported(IntakeEvent):
    """The legacy steps of one imported dossier, in time order.

    For the steps in `INTAKE_STEPS` this event *is* the statement (consumers take them from here); the others
    follow from routing as events with their original times.
    """

    RANK: ClassVar[int] = 15

    class Data(Payload):
        """The steps."""

        batch: BatchId
        steps: tuple[HistoryStep, ...] = ()

    type: Literal["vn.motcua.intake.HistoryImported.v1"] = "vn.motcua.intake.HistoryImported.v1"
    data: Data


class ImportEnded(IntakeEvent):
    """All dossiers of an import that lie in `partition` have been said. One per partition.

    A barrier: `subject` is uuid5(batch, str(partition)), `dossierseq` 1. It travels on as ImportRouted and
    ImportTimed, so that nobody rings an alarm, or reports "done", before the whole history was heard.
    """

    RANK: ClassVar[int] = 99

    class Data(Payload):
        """Which import and partition, and how many dossiers the import has in all."""

        batch: BatchId
        partition: Partition
        partitions: Annotated[int, Field(ge=1, le=4096)]
        dossiers: Count

    type: Literal["vn.motcua.intake.ImportEnded.v1"] = "vn.motcua.intake.ImportEnded.v1"
    data: Data
