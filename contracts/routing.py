"""What routing says: who holds a dossier, what is asked of the applicant or others, and how it ends."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.codes import (
    BatchId,
    Count,
    Ground,
    LegNo,
    Level,
    Medium,
    Moment,
    NoteId,
    Origin,
    Partition,
    ProcessCode,
    Reason,
    RequestId,
    Service,
    StaffId,
    UnitCode,
    Version,
)
from contracts.envelope import DossierEvent, Payload


class LegRole(StrEnum):
    """What a leg of an internal process is for."""

    APPRAISE = "appraise"
    CONSULT = "consult"
    TAX = "tax"
    DECIDE = "decide"
    PARTNER = "partner"
    RETURN = "return"


class Result(StrEnum):
    """What was decided."""

    GRANTED = "granted"
    REFUSED = "refused"
    ANSWERED = "answered"


class RoutingEvent(DossierEvent):
    """Base of routing's events."""

    TOPIC: ClassVar[str] = "routing.events"
    EMITTER: ClassVar[Service] = Service.ROUTING
    source: Literal["/motcua/routing"] = "/motcua/routing"


class LegOpened(RoutingEvent):
    """A leg began. From `time` on, `unit` holds the dossier unless a LegSent is still under way to it."""

    RANK: ClassVar[int] = 22

    class Data(Payload):
        """The leg, and who is to do it by when. `competent_unit` is who answers for the whole dossier."""

        leg_no: LegNo
        role: LegRole
        unit: UnitCode
        competent_unit: UnitCode
        level: Level | None = None
        budget_minutes: Count | None = None
        leg_due_at: Moment | None = None
        process_code: ProcessCode | None = None
        process_version: Version | None = None
        origin: Origin = Origin.LIVE

    type: Literal["vn.motcua.routing.LegOpened.v1"] = "vn.motcua.routing.LegOpened.v1"
    data: Data


class LegAssigned(RoutingEvent):
    """A leg was given to a desk (a role's queue, or one officer)."""

    RANK: ClassVar[int] = 23

    class Data(Payload):
        """Which officer; none means the role's common queue."""

        leg_no: LegNo
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.LegAssigned.v1"] = "vn.motcua.routing.LegAssigned.v1"
    data: Data


class LegClaimed(RoutingEvent):
    """An officer took a leg from the common queue."""

    RANK: ClassVar[int] = 24

    class Data(Payload):
        """Who."""

        leg_no: LegNo
        officer: StaffId

    type: Literal["vn.motcua.routing.LegClaimed.v1"] = "vn.motcua.routing.LegClaimed.v1"
    data: Data


class LegReleased(RoutingEvent):
    """An officer gave a leg back to the common queue."""

    RANK: ClassVar[int] = 24

    class Data(Payload):
        """Who."""

        leg_no: LegNo
        officer: StaffId

    type: Literal["vn.motcua.routing.LegReleased.v1"] = "vn.motcua.routing.LegReleased.v1"
    data: Data


class LegSent(RoutingEvent):
    """A dossier was sent to the unit of a leg. Until that unit has received it, the sender holds it."""

    RANK: ClassVar[int] = 25

    class Data(Payload):
        """From whom to whom."""

        leg_no: LegNo
        from_unit: UnitCode
        to_unit: UnitCode
        medium: Medium = Medium.EFILE
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.LegSent.v1"] = "vn.motcua.routing.LegSent.v1"
    data: Data


class LegReceived(RoutingEvent):
    """The unit of a leg confirmed receipt: from now on it holds the dossier."""

    RANK: ClassVar[int] = 26

    class Data(Payload):
        """Who received it."""

        leg_no: LegNo
        unit: UnitCode
        medium: Medium = Medium.EFILE
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.LegReceived.v1"] = "vn.motcua.routing.LegReceived.v1"
    data: Data


class LegReturned(RoutingEvent):
    """A unit sent a dossier back to the one before; `to_unit` holds it again."""

    RANK: ClassVar[int] = 27

    class Data(Payload):
        """From whom to whom, and why."""

        leg_no: LegNo
        from_unit: UnitCode
        to_unit: UnitCode
        reason: Reason
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.LegReturned.v1"] = "vn.motcua.routing.LegReturned.v1"
    data: Data


class LegCompleted(RoutingEvent):
    """The work of a leg is done."""

    RANK: ClassVar[int] = 60

    class Data(Payload):
        """Who did it."""

        leg_no: LegNo
        unit: UnitCode
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.LegCompleted.v1"] = "vn.motcua.routing.LegCompleted.v1"
    data: Data


class SupplementRequested(RoutingEvent):
    """After appraisal, the applicant was asked to complete the dossier (NĐ 118/2025 Đ.19.5)."""

    RANK: ClassVar[int] = 30

    class Data(Payload):
        """What is asked, by code."""

        request: RequestId
        leg_no: LegNo | None = None
        reason: Reason
        ground: Ground | None = None
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.SupplementRequested.v1"] = "vn.motcua.routing.SupplementRequested.v1"
    data: Data


class SupplementRequestCancelled(RoutingEvent):
    """A request for supplement was taken back; it counts as never made."""

    RANK: ClassVar[int] = 35

    class Data(Payload):
        """Which one."""

        request: RequestId
        reason: Reason
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.SupplementRequestCancelled.v1"] = (
        "vn.motcua.routing.SupplementRequestCancelled.v1"
    )
    data: Data


class PaymentRequested(RoutingEvent):
    """The applicant was told what to pay; the wait for it is outside the time limit."""

    RANK: ClassVar[int] = 30

    class Data(Payload):
        """Why."""

        request: RequestId
        leg_no: LegNo | None = None
        reason: Reason = Reason.FINANCIAL_OBLIGATION
        ground: Ground | None = None
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.PaymentRequested.v1"] = "vn.motcua.routing.PaymentRequested.v1"
    data: Data


class ConsultationRequested(RoutingEvent):
    """Another agency was asked for its opinion by a date (NĐ 118/2025 Đ.19.4)."""

    RANK: ClassVar[int] = 30

    class Data(Payload):
        """Who is asked, until when."""

        request: RequestId
        unit: UnitCode
        answer_by: Moment
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.ConsultationRequested.v1"] = "vn.motcua.routing.ConsultationRequested.v1"
    data: Data


class ConsultationAnswered(RoutingEvent):
    """The agency that was asked has answered."""

    RANK: ClassVar[int] = 40

    class Data(Payload):
        """Which question."""

        request: RequestId
        unit: UnitCode
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.ConsultationAnswered.v1"] = "vn.motcua.routing.ConsultationAnswered.v1"
    data: Data


class ExtensionGranted(RoutingEvent):
    """The time limit was extended once, with an apology, before it ran out (NĐ 118/2025 Đ.19.6)."""

    RANK: ClassVar[int] = 45

    class Data(Payload):
        """The new appointment, why, and who answers for it. `due_before` is the appointment it replaces."""

        new_due_at: Moment
        due_before: Moment | None = None
        reason: Reason
        responsible_unit: UnitCode | None = None
        ground: Ground | None = None
        note: NoteId | None = None
        signed_by: StaffId | None = None

    type: Literal["vn.motcua.routing.ExtensionGranted.v1"] = "vn.motcua.routing.ExtensionGranted.v1"
    data: Data


class ApologyIssued(RoutingEvent):
    """A letter of apology went out (form 04)."""

    RANK: ClassVar[int] = 46

    class Data(Payload):
        """Why, and who signed."""

        reason: Reason
        responsible_unit: UnitCode | None = None
        note: NoteId | None = None
        signed_by: StaffId | None = None

    type: Literal["vn.motcua.routing.ApologyIssued.v1"] = "vn.motcua.routing.ApologyIssued.v1"
    data: Data


class RefusedAfterAppraisal(RoutingEvent):
    """The dossier was found not eligible and refused in writing (NĐ 118/2025 Đ.19.3); its clock ends."""

    RANK: ClassVar[int] = 80

    class Data(Payload):
        """Why."""

        unit: UnitCode
        reason: Reason
        ground: Ground | None = None
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.RefusedAfterAppraisal.v1"] = "vn.motcua.routing.RefusedAfterAppraisal.v1"
    data: Data


class DossierStopped(RoutingEvent):
    """Work on the dossier was stopped for good (form 05)."""

    RANK: ClassVar[int] = 80

    class Data(Payload):
        """Why."""

        unit: UnitCode | None = None
        reason: Reason
        ground: Ground | None = None
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.DossierStopped.v1"] = "vn.motcua.routing.DossierStopped.v1"
    data: Data


class DossierResolved(RoutingEvent):
    """The competent unit has decided and the result is on its way to the counter; the clock ends."""

    RANK: ClassVar[int] = 80

    class Data(Payload):
        """Who decided what."""

        unit: UnitCode
        result: Result = Result.GRANTED
        officer: StaffId | None = None

    type: Literal["vn.motcua.routing.DossierResolved.v1"] = "vn.motcua.routing.DossierResolved.v1"
    data: Data


class DossierMoved(RoutingEvent):
    """An open dossier passed to the successor of a unit that ended; the clock runs on."""

    RANK: ClassVar[int] = 55

    class Data(Payload):
        """From whom to whom."""

        from_unit: UnitCode
        to_unit: UnitCode
        reason: Reason = Reason.UNIT_ENDED
        ground: Ground | None = None

    type: Literal["vn.motcua.routing.DossierMoved.v1"] = "vn.motcua.routing.DossierMoved.v1"
    data: Data


class ImportRouted(RoutingEvent):
    """Routing has said everything about an import's dossiers in `partition` (see intake's ImportEnded)."""

    RANK: ClassVar[int] = 99

    class Data(Payload):
        """Which import and partition."""

        batch: BatchId
        partition: Partition
        partitions: Annotated[int, Field(ge=1, le=4096)]
        dossiers: Count

    type: Literal["vn.motcua.routing.ImportRouted.v1"] = "vn.motcua.routing.ImportRouted.v1"
    data: Data
