"""What routing and sla say, kept for the counter: where a dossier is, what is asked, when it is due."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from contracts.envelope import DossierEvent
from contracts.routing import (
    DossierMoved,
    DossierResolved,
    DossierStopped,
    ImportRouted,
    LegOpened,
    LegReceived,
    LegReturned,
    PaymentRequested,
    RefusedAfterAppraisal,
    RoutingEvent,
    SupplementRequestCancelled,
    SupplementRequested,
)
from contracts.sla import Snapshot
from libs.db import Connection
from services.intake import metrics
from services.intake.domain.asked import Request
from services.intake.store import asked, heard
from services.intake.store.heard import Clock, Standing

_ENDINGS = {DossierResolved: "resolved", RefusedAfterAppraisal: "refused", DossierStopped: "stopped"}
_READY = (DossierResolved, RefusedAfterAppraisal)


@dataclass(slots=True)
class Heard:
    """What a batch of events comes to."""

    standings: dict[UUID, Standing] = field(default_factory=dict)
    clocks: dict[UUID, Clock] = field(default_factory=dict)
    requests: list[tuple[UUID, Request]] = field(default_factory=list)
    cancelled: list[tuple[UUID, UUID, datetime]] = field(default_factory=list)


async def hear(conn: Connection, events: Sequence[DossierEvent]) -> None:
    """Store what the counter shows. Each column has one speaker, so any interleaving ends the same."""
    found = fold(events)
    await heard.put_standings(conn, [found.standings[key] for key in sorted(found.standings)])
    differing = await heard.put_clocks(conn, [found.clocks[key] for key in sorted(found.clocks)])
    metrics.APPOINTMENTS_DIFFER.inc(differing)
    await asked.put_requests(conn, found.requests)
    await asked.cancel_requests(conn, found.cancelled)


def fold(events: Sequence[DossierEvent]) -> Heard:
    """Return what events come to, one entry per dossier. An import's barriers say nothing of a dossier."""
    found = Heard()
    for event in events:
        if isinstance(event.data, Snapshot):
            found.clocks[event.subject] = _clock(event.subject, event.data)
        elif isinstance(event, RoutingEvent) and not isinstance(event, ImportRouted):
            known = found.standings.get(event.subject, Standing(event.subject))
            found.standings[event.subject] = _standing(known, event)
            _asked(found, event)
    return found


def _clock(dossier: UUID, said: Snapshot) -> Clock:
    return Clock(
        dossier,
        said.state,
        said.revision,
        said.due_original,
        said.due_current,
        said.late_at,
        said.outcome,
        said.overdue,
    )


def _standing(known: Standing, event: RoutingEvent) -> Standing:
    if isinstance(event, LegOpened | LegReceived):
        return replace(known, holder=event.data.unit)
    if isinstance(event, LegReturned | DossierMoved):
        return replace(known, holder=event.data.to_unit)
    ending = _ENDINGS.get(type(event))
    if ending is None or known.ending:
        return known
    return replace(known, ending=ending, ready_at=event.time if isinstance(event, _READY) else None)


def _asked(found: Heard, event: RoutingEvent) -> None:
    match event:
        case SupplementRequested() | PaymentRequested():
            request = Request(
                request=event.data.request,
                kind="supplement" if isinstance(event, SupplementRequested) else "payment",
                at=event.time,
                reason=event.data.reason,
                note=event.data.note,
            )
            found.requests.append((event.subject, request))
        case SupplementRequestCancelled():
            found.cancelled.append((event.subject, event.data.request, event.time))
        case _:
            pass
