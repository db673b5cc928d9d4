"""A dossier as routing sees it: made by `fold` from facts, and changed by nobody afterwards."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.envelope import DossierEvent
from contracts.intake import DossierReceived
from contracts.routing import ApologyIssued, ExtensionGranted, LegRole


class Stage(StrEnum):
    """Where a dossier stands for routing."""

    UNKNOWN = "unknown"
    """Heard of through another topic only."""
    OPEN = "open"
    WAITING = "waiting"
    """For the applicant: a supplement or a payment."""
    ENDED = "ended"
    VOIDED = "voided"


class End(StrEnum):
    """What ended a dossier."""

    RESOLVED = "resolved"
    REFUSED = "refused"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


class Ask(StrEnum):
    """What was asked of somebody."""

    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    CONSULTATION = "consultation"


@dataclass(slots=True)
class Leg:
    """One leg. `received_at` is when its unit confirmed receipt; at its own unit no receipt is needed."""

    no: int
    role: LegRole
    unit: str
    opened_at: datetime
    due_at: datetime | None = None
    officer: UUID | None = None
    received_at: datetime | None = None
    completed_at: datetime | None = None
    process_code: str | None = None
    process_version: int | None = None


@dataclass(slots=True)
class Request:
    """Something asked; open until answered or cancelled."""

    id: UUID
    kind: Ask
    at: datetime
    unit: str | None = None
    answered_at: datetime | None = None
    cancelled: bool = False

    @property
    def is_open(self) -> bool:
        """Return whether somebody still has to answer."""
        return self.answered_at is None and not self.cancelled


@dataclass(frozen=True, slots=True)
class Held:
    """Who held the dossier from (inclusive) until (exclusive; None: still)."""

    unit: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How and when a dossier ended, and the unit it counts for."""

    kind: End
    at: datetime
    unit: str


@dataclass(slots=True, kw_only=True)
class Head:
    """What intake said at reception, corrections applied."""

    event: DossierReceived
    received_at: datetime
    appointment_at: datetime | None
    procedure_code: str
    procedure_version: int | None
    field: str
    channel: str
    competent_unit: str
    rule_set: str


@dataclass(slots=True)
class Dossier:
    """The state that follows from a dossier's facts."""

    head: Head | None = None
    competent_unit: str = ""
    legs: dict[int, Leg] = field(default_factory=dict)
    requests: dict[UUID, Request] = field(default_factory=dict)
    custody: list[Held] = field(default_factory=list)
    holder: str = ""
    under_way_to: str | None = None
    extensions: list[datetime] = field(default_factory=list)
    grants: list[ExtensionGranted] = field(default_factory=list)
    apologies: list[ApologyIssued] = field(default_factory=list)
    ending: Ending | None = None
    voided_at: datetime | None = None
    returned_at: datetime | None = None
    ignored: list[DossierEvent] = field(default_factory=list)
    """Facts that contradict the state they met: kept and listed, without effect."""

    @property
    def stage(self) -> Stage:
        """Return where the dossier stands."""
        if self.voided_at is not None:
            return Stage.VOIDED
        if self.head is None:
            return Stage.UNKNOWN
        if self.ending is not None:
            return Stage.ENDED
        return Stage.WAITING if self.open_request is not None else Stage.OPEN

    @property
    def is_open(self) -> bool:
        """Return whether somebody still has to work on it."""
        return self.head is not None and self.ending is None and self.voided_at is None

    @property
    def leg(self) -> Leg | None:
        """Return the leg being worked on: the lowest that is not completed."""
        return next((leg for _, leg in sorted(self.legs.items()) if leg.completed_at is None), None)

    @property
    def open_request(self) -> Request | None:
        """Return what the applicant still owes: the latest open supplement or payment."""
        if not self.requests:
            return None
        mine = [r for r in self.requests.values() if r.is_open and r.kind is not Ask.CONSULTATION]
        return max(mine, key=lambda request: request.at, default=None)

    @property
    def holder_since(self) -> datetime | None:
        """Return since when the present (or last) holder has it."""
        return self.custody[-1].since if self.custody else None

    @property
    def asked_units(self) -> list[str]:
        """Return the units whose opinion is still awaited, by code."""
        if not self.requests or not self.is_open:
            return []
        return sorted({r.unit for r in self.requests.values() if r.is_open and r.unit is not None})

    def asked(self, kind: Ask) -> list[Request]:
        """Return the requests of a kind that count (cancelled ones were never made)."""
        return [r for r in self.requests.values() if r.kind is kind and not r.cancelled]

    def unit_before(self, leg_no: int) -> str:
        """Return who had the dossier before a leg: the unit of the leg before, or where it was received."""
        before = self.legs.get(leg_no - 1)
        if before is not None:
            return before.unit
        return self.head.event.data.receiving_unit if self.head else ""
