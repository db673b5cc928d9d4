"""What was heard about a dossier, in the few words the clock needs."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from law.moments import to_moment, to_tick


class FactKind(StrEnum):
    """What happened."""

    __hash__ = str.__hash__  # Enum's own runs in Python: a tenth of the fold's time

    SUBMITTED = "submitted"
    """Filed online; `handed_in` by post or otherwise, which no limit for an answer follows."""
    HANDED_IN = "handed_in"
    RECEIVED = "received"
    CORRECTED = "corrected"
    INTAKE_SUPPLEMENT_REQUESTED = "intake_supplement_requested"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SUPPLEMENT_CANCELLED = "supplement_cancelled"
    SUPPLEMENT_PROVIDED = "supplement_provided"
    PAYMENT_REQUESTED = "payment_requested"
    PAYMENT_MADE = "payment_made"
    CONSULTATION_REQUESTED = "consultation_requested"
    CONSULTATION_ANSWERED = "consultation_answered"
    EXTENDED = "extended"
    APOLOGISED = "apologised"
    MOVED = "moved"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    RESOLVED = "resolved"
    RETURNED = "returned"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact. `tick` is its time (law.moments); `rank`, `emitter`, `seq` and `part` order facts of one moment.

    `part` counts the steps of an imported history, which share their event. `replaces` is the event this fact
    corrects: a CORRECTED fact takes it back, any other stands in its place. `request` pairs a question with its
    answer; ids are text. `new_tick` is the new appointment of an extension, or the corrected moment of reception;
    of a reception the moment of its online filing.
    `delay` is how long after it happened it was recorded, in ticks; None where nobody can say (a legacy register).
    """

    tick: int
    rank: int
    emitter: str
    seq: int
    id: str
    kind: FactKind
    part: int = 0
    replaces: str | None = None
    request: str | None = None
    reason: str | None = None
    ground: str | None = None
    by: str | None = None
    unit: str | None = None
    new_tick: int | None = None
    delay: int | None = None

    @classmethod
    def at(cls, moment: datetime, kind: FactKind, **data: Any) -> Self:
        """Return a fact of an aware moment."""
        return cls(tick=to_tick(moment), kind=kind, **data)

    @property
    def time(self) -> datetime:
        """Return when it happened, in UTC."""
        return to_moment(self.tick)

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values, without what is not given."""
        return {name: value for name in _NAMES if (value := getattr(self, name)) is not None}

    @classmethod
    def load(cls, data: dict[str, Any]) -> Self:
        """Return the fact that `dump` wrote."""
        return cls(**{**data, "kind": FactKind(data["kind"])})


_NAMES = tuple(field.name for field in fields(Fact))
