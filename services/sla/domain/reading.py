"""Facts out of events: what of each event matters to the clock."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts import intake, routing
from contracts.codes import Channel
from contracts.envelope import DossierEvent
from contracts.intake import INTAKE_STEPS, StepKind
from law.moments import to_tick
from services.sla.domain.facts import Fact, FactKind

KINDS: Mapping[type[DossierEvent], FactKind] = {
    intake.DossierSubmitted: FactKind.SUBMITTED,
    intake.DossierReceived: FactKind.RECEIVED,
    intake.DossierCorrected: FactKind.CORRECTED,
    intake.IntakeSupplementRequested: FactKind.INTAKE_SUPPLEMENT_REQUESTED,
    intake.SupplementProvided: FactKind.SUPPLEMENT_PROVIDED,
    intake.PaymentMade: FactKind.PAYMENT_MADE,
    intake.DossierWithdrawn: FactKind.WITHDRAWN,
    intake.DossierRefused: FactKind.REFUSED,
    intake.DossierVoided: FactKind.VOIDED,
    intake.ResultReturned: FactKind.RETURNED,
    routing.SupplementRequested: FactKind.SUPPLEMENT_REQUESTED,
    routing.SupplementRequestCancelled: FactKind.SUPPLEMENT_CANCELLED,
    routing.PaymentRequested: FactKind.PAYMENT_REQUESTED,
    routing.ConsultationRequested: FactKind.CONSULTATION_REQUESTED,
    routing.ConsultationAnswered: FactKind.CONSULTATION_ANSWERED,
    routing.ExtensionGranted: FactKind.EXTENDED,
    routing.ApologyIssued: FactKind.APOLOGISED,
    routing.RefusedAfterAppraisal: FactKind.REFUSED,
    routing.DossierStopped: FactKind.STOPPED,
    routing.DossierResolved: FactKind.RESOLVED,
    routing.DossierMoved: FactKind.MOVED,
}

STEPS: Mapping[StepKind, FactKind] = {
    StepKind.SUPPLEMENT_PROVIDED: FactKind.SUPPLEMENT_PROVIDED,
    StepKind.PAYMENT_MADE: FactKind.PAYMENT_MADE,
    StepKind.WITHDRAWN: FactKind.WITHDRAWN,
    StepKind.RETURNED: FactKind.RETURNED,
}
_STEP_RANKS = {
    FactKind.SUPPLEMENT_PROVIDED: intake.SupplementProvided.RANK,
    FactKind.PAYMENT_MADE: intake.PaymentMade.RANK,
    FactKind.WITHDRAWN: intake.DossierWithdrawn.RANK,
    FactKind.RETURNED: intake.ResultReturned.RANK,
}
_ASKED = frozenset({FactKind.CONSULTATION_REQUESTED, FactKind.CONSULTATION_ANSWERED})


def facts_of(event: DossierEvent) -> Iterator[Fact]:
    """Yield the facts an event states for the clock: mostly one, none for hand-overs, several for a history.

    Of an imported history only the steps that intake itself states; routing says the others.
    """
    if type(event) is intake.HistoryImported:  # isinstance is slow for pydantic's classes
        yield from _steps(event)
        return
    kind = KINDS.get(type(event))
    if kind is None:
        return
    given = event.data.__dict__.get  # pydantic is slow to say that a field isn't there
    if kind is FactKind.SUBMITTED and given("channel") is not Channel.ONLINE:
        kind = FactKind.HANDED_IN
    new = given("new_due_at") or given("received_at") or given("answer_by") or _filed(given)
    tick = to_tick(event.time)
    yield Fact(
        tick=tick,
        rank=event.RANK,
        emitter=event.EMITTER.value,
        seq=event.dossierseq,
        id=str(event.id),
        kind=kind,
        replaces=_text(event.replaces),
        request=_text(given("request")),
        reason=given("reason"),
        ground=given("ground"),
        by=_text(given("officer") or given("signed_by")),
        unit=given("to_unit") or given("responsible_unit") or (given("unit") if kind in _ASKED else None),
        new_tick=to_tick(new) if new else None,
        delay=to_tick(event.recordedtime) - tick,
    )


def _filed(given: Callable[[str], Any]) -> datetime | None:
    """Return when a dossier was filed online, if its reception says so."""
    filed: datetime | None = given("submitted_at")
    return filed if given("channel") is Channel.ONLINE else None


def _steps(event: intake.HistoryImported) -> Iterator[Fact]:
    for part, step in enumerate(event.data.steps):
        if step.event in INTAKE_STEPS:
            kind = STEPS[step.event]
            yield Fact(
                tick=to_tick(step.at),
                rank=_STEP_RANKS[kind],
                emitter=event.EMITTER.value,
                seq=event.dossierseq,
                id=str(event.id),
                kind=kind,
                part=part,
                replaces=_text(event.replaces),
                reason=step.reason,
                ground=step.ground,
                by=_text(step.officer),
                unit=step.unit,
            )


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
