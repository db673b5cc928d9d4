"""What sla says: the legal clock of each dossier. Every event carries the whole legal snapshot."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.codes import (
    BatchId,
    Cause,
    Count,
    Ground,
    LegNo,
    Moment,
    NoteId,
    Partition,
    Reason,
    RuleSetCode,
    Service,
    StaffId,
    UnitCode,
    Version,
)
from contracts.envelope import DossierEvent, Frozen, Payload


class ClockState(StrEnum):
    """How a dossier's clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    VOIDED = "voided"
    ERROR = "error"


class Outcome(StrEnum):
    """How a dossier ended against its deadline (trước hạn, đúng hạn, quá hạn)."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class Ending(StrEnum):
    """What ended the clock."""

    RESOLVED = "resolved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


class Rung(StrEnum):
    """A step of the alarm ladder."""

    HALF = "half"
    TWO_DAYS = "two_days"
    ONE_DAY = "one_day"
    TODAY = "today"
    OVERDUE = "overdue"
    OVERDUE_5 = "overdue_5"
    OVERDUE_10 = "overdue_10"


class FollowUp(StrEnum):
    """What the rule set says when an applicant did not come back in time."""

    CLOSE = "close"
    REFUSE = "refuse"


class Uncomputable(StrEnum):
    """Why a deadline cannot be computed. Such a dossier is on the error list, never "on time"."""

    NO_LIMIT = "no_limit"
    UNKNOWN_PROCEDURE = "unknown_procedure"
    UNKNOWN_RULE_SET = "unknown_rule_set"
    OUTSIDE_CALENDAR = "outside_calendar"


class Snapshot(Payload):
    """The whole legal standing after this event. Reporting takes the newest and never refolds law.

    `late_at` is the first moment at which resolving would count as late. `overdue` says that this moment has
    passed and was noticed while the clock had not stopped. `revision` grows with every change.
    """

    state: ClockState
    rule_set: RuleSetCode
    revision: Annotated[int, Field(ge=1)]
    due_original: Moment | None = None
    due_current: Moment | None = None
    late_at: Moment | None = None
    outcome: Outcome | None = None
    ended_at: Moment | None = None
    ending: Ending | None = None
    overdue: bool = False
    extended: bool = False
    calendar_version: Count = 0


class SlaEvent(DossierEvent):
    """Base of sla's events."""

    TOPIC: ClassVar[str] = "sla.events"
    EMITTER: ClassVar[Service] = Service.SLA
    RANK: ClassVar[int] = 70
    source: Literal["/motcua/sla"] = "/motcua/sla"
    data: Payload


class ClockStarted(SlaEvent):
    """The clock of a dossier began to run."""

    class Data(Snapshot):
        """The snapshot."""

    type: Literal["vn.motcua.sla.ClockStarted.v1"] = "vn.motcua.sla.ClockStarted.v1"
    data: Data


class ClockPaused(SlaEvent):
    """The clock stands still from `time`."""

    class Data(Snapshot):
        """The snapshot, and why."""

        reason: Reason
        ground: Ground | None = None

    type: Literal["vn.motcua.sla.ClockPaused.v1"] = "vn.motcua.sla.ClockPaused.v1"
    data: Data


class ClockResumed(SlaEvent):
    """The clock runs on from `time`, with the deadline moved by the pause."""

    class Data(Snapshot):
        """The snapshot."""

    type: Literal["vn.motcua.sla.ClockResumed.v1"] = "vn.motcua.sla.ClockResumed.v1"
    data: Data


class ClockRestarted(SlaEvent):
    """The whole time limit began anew at `time` (NĐ 118/2025 Đ.19.5)."""

    class Data(Snapshot):
        """The snapshot."""

    type: Literal["vn.motcua.sla.ClockRestarted.v1"] = "vn.motcua.sla.ClockRestarted.v1"
    data: Data


class ClockRevised(SlaEvent):
    """What was said before no longer holds (a late fact, a correction, an armed import): this does."""

    class Data(Snapshot):
        """The snapshot."""

    type: Literal["vn.motcua.sla.ClockRevised.v1"] = "vn.motcua.sla.ClockRevised.v1"
    data: Data


class MoveReason(StrEnum):
    """What moved a deadline."""

    EXTENSION = "extension"
    CALENDAR = "calendar"
    CORRECTION = "correction"


class CalendarChange(Frozen):
    """The calendar decision that moved a deadline, as it was published; `withdrawn`: by ceasing to hold."""

    code: UnitCode
    version: Version
    withdrawn: bool = False


class DeadlineMoved(SlaEvent):
    """The deadline moved by an extension, a calendar decision or a correction."""

    class Data(Snapshot):
        """The snapshot, the dates before, and what moved them; `calendar_decision` where the calendar did."""

        due_before: Moment | None = None
        late_before: Moment | None = None
        why: MoveReason
        decision: Ground | None = None
        calendar_decision: CalendarChange | None = None

    type: Literal["vn.motcua.sla.DeadlineMoved.v1"] = "vn.motcua.sla.DeadlineMoved.v1"
    data: Data


class DeadlineUncomputable(SlaEvent):
    """No deadline can be computed; the dossier is on the error list until somebody mends the cause."""

    class Data(Snapshot):
        """The snapshot, and what is missing."""

        why: Uncomputable

    type: Literal["vn.motcua.sla.DeadlineUncomputable.v1"] = "vn.motcua.sla.DeadlineUncomputable.v1"
    data: Data


class DueSoon(SlaEvent):
    """A rung before the deadline was reached. Each rung is said once, unless the deadline moved in between."""

    class Data(Snapshot):
        """The snapshot, the rung, and whether it was told although our inputs could not be confirmed.

        `told_before`: the moment the same rung was told for before the deadline moved.
        """

        rung: Rung
        provisional: bool = False
        told_before: Moment | None = None

    type: Literal["vn.motcua.sla.DueSoon.v1"] = "vn.motcua.sla.DueSoon.v1"
    data: Data


class Overdue(SlaEvent):
    """The deadline passed while the clock had not stopped; `time` is `late_at`, later rungs theirs."""

    class Data(Snapshot):
        """The snapshot, the rung, and whether it was told although our inputs could not be confirmed.

        `told_before`: the moment the same rung was told for before the deadline moved.
        """

        rung: Rung = Rung.OVERDUE
        provisional: bool = False
        told_before: Moment | None = None

    type: Literal["vn.motcua.sla.Overdue.v1"] = "vn.motcua.sla.Overdue.v1"
    data: Data


class WaitExpired(SlaEvent):
    """The applicant did not answer within the limit; the rule set says what follows."""

    class Data(Snapshot):
        """The snapshot and what follows."""

        follow_up: FollowUp
        ground: Ground | None = None

    type: Literal["vn.motcua.sla.WaitExpired.v1"] = "vn.motcua.sla.WaitExpired.v1"
    data: Data


class LatenessExplained(SlaEvent):
    """A person confirmed or changed the cause of a lateness and who answers for it."""

    class Data(Snapshot):
        """The snapshot, the cause, the responsible unit and leg."""

        cause: Cause
        responsible_unit: UnitCode | None = None
        leg_no: LegNo | None = None
        note: NoteId | None = None
        officer: StaffId | None = None

    type: Literal["vn.motcua.sla.LatenessExplained.v1"] = "vn.motcua.sla.LatenessExplained.v1"
    data: Data


class ClockStopped(SlaEvent):
    """The clock ended at `time`, with its outcome."""

    class Data(Snapshot):
        """The snapshot."""

    type: Literal["vn.motcua.sla.ClockStopped.v1"] = "vn.motcua.sla.ClockStopped.v1"
    data: Data


class ImportTimed(SlaEvent):
    """Sla has armed an import's dossiers in `partition` and said everything about them (see ImportEnded)."""

    RANK: ClassVar[int] = 99

    class Data(Payload):
        """Which import and partition."""

        batch: BatchId
        partition: Partition
        partitions: Annotated[int, Field(ge=1, le=4096)]
        dossiers: Count

    type: Literal["vn.motcua.sla.ImportTimed.v1"] = "vn.motcua.sla.ImportTimed.v1"
    data: Data
