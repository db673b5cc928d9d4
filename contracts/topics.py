"""The map of the system: every topic, who writes it, who reads it, and how its bytes become events.

The only place where topics are defined; `deploy` creates them, and their access rights, from here.
"""

from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import Discriminator, TypeAdapter

from contracts import intake, routing, sla
from contracts.catalogue import (
    CalendarDecisionItem,
    CatalogueItem,
    ProcedureItem,
    ProcessItem,
    RuleSetItem,
    SuccessionItem,
    UnitItem,
)
from contracts.codes import Service
from contracts.envelope import DossierEvent, Event

PARTITIONS = 12
"""Equal for all dossier topics: a dossier lies in the same partition number of each, which is what lets
an import's barrier travel from topic to topic."""

IntakeEvents = Annotated[
    intake.DossierSubmitted
    | intake.DossierReceived
    | intake.DossierRefused
    | intake.IntakeSupplementRequested
    | intake.SupplementProvided
    | intake.PaymentMade
    | intake.DossierWithdrawn
    | intake.DossierCorrected
    | intake.DossierVoided
    | intake.ResultReturned
    | intake.HistoryImported
    | intake.ImportEnded,
    Discriminator("type"),
]
RoutingEvents = Annotated[
    routing.LegOpened
    | routing.LegAssigned
    | routing.LegClaimed
    | routing.LegReleased
    | routing.LegSent
    | routing.LegReceived
    | routing.LegReturned
    | routing.LegCompleted
    | routing.SupplementRequested
    | routing.SupplementRequestCancelled
    | routing.PaymentRequested
    | routing.ConsultationRequested
    | routing.ConsultationAnswered
    | routing.ExtensionGranted
    | routing.ApologyIssued
    | routing.RefusedAfterAppraisal
    | routing.DossierStopped
    | routing.DossierResolved
    | routing.DossierMoved
    | routing.ImportRouted,
    Discriminator("type"),
]
SlaEvents = Annotated[
    sla.ClockStarted
    | sla.ClockPaused
    | sla.ClockResumed
    | sla.ClockRestarted
    | sla.ClockRevised
    | sla.DeadlineMoved
    | sla.DeadlineUncomputable
    | sla.DueSoon
    | sla.Overdue
    | sla.WaitExpired
    | sla.LatenessExplained
    | sla.ClockStopped
    | sla.ImportTimed,
    Discriminator("type"),
]
IntakeCatalogue = ProcedureItem
RoutingCatalogue = Annotated[UnitItem | SuccessionItem | ProcessItem, Discriminator("type")]
SlaCatalogue = Annotated[CalendarDecisionItem | RuleSetItem, Discriminator("type")]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: who writes it, who reads it, how long it is kept."""

    name: str
    emitter: Service
    readers: tuple[Service, ...]
    union: Any
    partitions: int = PARTITIONS
    compacted: bool = False

    @property
    def models(self) -> tuple[type[Event], ...]:
        """Return the event classes that travel in this topic."""
        inner = get_args(self.union)
        if not inner:
            return (self.union,)
        return tuple(get_args(inner[0]))


_ALL = tuple(Service)
_IN, _RO, _SL, _RE = _ALL

TOPICS: tuple[Topic, ...] = (
    Topic("intake.events", _IN, (_RO, _SL, _RE), IntakeEvents),
    Topic("routing.events", _RO, (_IN, _SL, _RE), RoutingEvents),
    Topic("sla.events", _SL, (_IN, _RO, _RE), SlaEvents),
    Topic("intake.catalogue", _IN, _ALL, IntakeCatalogue, partitions=1, compacted=True),
    Topic("routing.catalogue", _RO, _ALL, RoutingCatalogue, partitions=1, compacted=True),
    Topic("sla.catalogue", _SL, _ALL, SlaCatalogue, partitions=1, compacted=True),
)
BY_NAME = {topic.name: topic for topic in TOPICS}
DOSSIER_TOPICS = tuple(topic.name for topic in TOPICS if not topic.compacted)
CATALOGUE_TOPICS = tuple(topic.name for topic in TOPICS if topic.compacted)

_ADAPTERS: dict[str, TypeAdapter[Event]] = {topic.name: TypeAdapter(topic.union) for topic in TOPICS}


def parse(topic: str, raw: bytes | str) -> Event:
    """Return the event in `raw`, a message of `topic` (its name without a prefix).

    Raises pydantic's ValidationError where the bytes contradict the contract, KeyError for a foreign topic.
    """
    return _ADAPTERS[topic].validate_json(raw)


def parse_dossier_event(topic: str, raw: bytes | str) -> DossierEvent:
    """Return the dossier event in `raw`; raises like `parse`, and TypeError for a catalogue topic."""
    event = parse(topic, raw)
    if not isinstance(event, DossierEvent):
        raise TypeError(f"{topic} holds catalogue items, not dossier events")
    return event


def parse_item(topic: str, raw: bytes | str) -> CatalogueItem:
    """Return the catalogue item in `raw`; raises like `parse`, and TypeError for a dossier topic."""
    item = parse(topic, raw)
    if not isinstance(item, CatalogueItem):
        raise TypeError(f"{topic} holds dossier events, not catalogue items")
    return item


def to_bytes(event: Event) -> bytes:
    """Return the event as it goes on the wire: structured CloudEvents JSON without empty fields."""
    return event.model_dump_json(exclude_none=True).encode()


def topic_of(event: Event) -> str:
    """Return the name of the topic the event belongs to."""
    return event.TOPIC


def key_of(event: Event) -> str:
    """Return the Kafka key: the dossier's id, or an item's `kind/code/version`."""
    return str(event.subject)  # type: ignore[attr-defined]


def heard_by(service: Service) -> tuple[str, ...]:
    """Return the dossier topics a service hears."""
    return tuple(t.name for t in TOPICS if service in t.readers and not t.compacted)
