"""The envelope every message travels in: CloudEvents 1.0, structured JSON, plus three extensions of ours."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Moment, Service


class Frozen(BaseModel):
    """Base of everything said: immutable; unknown fields of a newer emitter are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Payload(Frozen):
    """Base of an event's `data`."""


class Event(Frozen):
    """One thing that happened.

    `time` is when it happened, `recordedtime` when its emitter stored it; both UTC.
    """

    TOPIC: ClassVar[str]

    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"
    id: UUID
    time: Moment
    recordedtime: Moment


class DossierEvent(Event):
    """One thing that happened to one dossier.

    `subject` is the dossier's id and the Kafka key. `dossierseq` counts 1, 2, 3… per dossier and emitter.
    `replaces` names the event of the same emitter that this one corrects.
    """

    EMITTER: ClassVar[Service]
    RANK: ClassVar[int] = 50
    """Causal rank: which of two events at the same moment comes first."""

    type: str = Field(pattern=r"^vn\.motcua\.[a-z]+\.[A-Za-z]+\.v[0-9]+$")
    source: str = Field(pattern=r"^/motcua/[a-z]+$")
    subject: UUID
    dossierseq: int = Field(ge=1)
    replaces: UUID | None = None
    data: Payload

    @property
    def name(self) -> str:
        """Return the short name, as `DossierReceived`."""
        return type(self).__name__
