"""From facts to state: the same facts in any order of arrival give the same dossier."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from contracts.envelope import DossierEvent
from contracts.intake import (
    DossierCorrected,
    DossierRefused,
    DossierVoided,
    DossierWithdrawn,
    HistoryStep,
    PaymentMade,
    ResultReturned,
    StepKind,
    SupplementProvided,
)
from contracts.routing import (
    ApologyIssued,
    ConsultationAnswered,
    ConsultationRequested,
    DossierMoved,
    DossierResolved,
    DossierStopped,
    ExtensionGranted,
    LegAssigned,
    LegClaimed,
    LegCompleted,
    LegOpened,
    LegReceived,
    LegReleased,
    LegReturned,
    LegSent,
    PaymentRequested,
    RefusedAfterAppraisal,
    SupplementRequestCancelled,
    SupplementRequested,
)
from services.routing.domain.dossier import Ask, Dossier, End, Leg
from services.routing.domain.folding import Folding
from services.routing.domain.order import Fact, head_of, in_order, standing

E = TypeVar("E", bound=DossierEvent)
_Effect = Callable[[Folding, Any], bool | None]
_EFFECTS: dict[type[DossierEvent], _Effect] = {}
_AFTER_THE_END = frozenset({ResultReturned, DossierVoided, DossierCorrected})


def fold(events: Iterable[DossierEvent]) -> Dossier:
    """Return the dossier that follows from what intake and routing have said about it, in whatever order."""
    facts = standing(list(events))
    folding = Folding(head_of(facts))
    for fact in in_order(facts):
        _take(folding, fact)
    return folding.result()


def _take(folding: Folding, fact: Fact) -> None:
    """Apply a fact; what contradicts the state so far is set aside (an effect returns False)."""
    if isinstance(fact, HistoryStep):
        _step(folding, fact)
        return
    model = type(fact)
    if folding.is_over and model not in _AFTER_THE_END:
        folding.dossier.ignored.append(fact)
        return
    effect = _EFFECTS.get(model)
    if effect is not None and effect(folding, fact) is False:
        folding.dossier.ignored.append(fact)


def _step(folding: Folding, step: HistoryStep) -> None:
    if step.event is StepKind.RETURNED:
        folding.dossier.returned_at = step.at
    elif folding.is_over:
        return
    elif step.event is StepKind.WITHDRAWN:
        folding.end(End.WITHDRAWN, step.at)
    else:
        folding.answer(Ask.PAYMENT if step.event is StepKind.PAYMENT_MADE else Ask.SUPPLEMENT, None, step.at)


def _on(
    model: type[E],
) -> Callable[[Callable[[Folding, E], bool | None]], Callable[[Folding, E], bool | None]]:
    def register(effect: Callable[[Folding, E], bool | None]) -> Callable[[Folding, E], bool | None]:
        _EFFECTS[model] = effect
        return effect

    return register


@_on(DossierWithdrawn)
def _withdrawn(folding: Folding, fact: DossierWithdrawn) -> None:
    folding.end(End.WITHDRAWN, fact.time)


@_on(DossierRefused)
def _refused_at_counter(folding: Folding, fact: DossierRefused) -> None:
    folding.end(End.REFUSED, fact.time)


@_on(DossierVoided)
def _voided(folding: Folding, fact: DossierVoided) -> None:
    folding.dossier.voided_at = fact.time
    folding.custody.end(fact.time)


@_on(ResultReturned)
def _returned(folding: Folding, fact: ResultReturned) -> None:
    folding.dossier.returned_at = fact.time


@_on(SupplementProvided)
def _supplement_provided(folding: Folding, fact: SupplementProvided) -> bool:
    return folding.answer(Ask.SUPPLEMENT, fact.data.request, fact.time)


@_on(PaymentMade)
def _payment_made(folding: Folding, fact: PaymentMade) -> bool:
    return folding.answer(Ask.PAYMENT, fact.data.request, fact.time)


@_on(LegOpened)
def _leg_opened(folding: Folding, fact: LegOpened) -> bool:
    data = fact.data
    if data.leg_no in folding.dossier.legs:
        return False
    folding.dossier.legs[data.leg_no] = Leg(
        data.leg_no,
        data.role,
        data.unit,
        fact.time,
        data.leg_due_at,
        process_code=data.process_code,
        process_version=data.process_version,
    )
    folding.custody.opened(data.unit, fact.time)
    return True


@_on(LegAssigned)
def _leg_assigned(folding: Folding, fact: LegAssigned) -> bool:
    return folding.set_officer(fact.data.leg_no, fact.data.officer)


@_on(LegClaimed)
def _leg_claimed(folding: Folding, fact: LegClaimed) -> bool:
    return folding.set_officer(fact.data.leg_no, fact.data.officer)


@_on(LegReleased)
def _leg_released(folding: Folding, fact: LegReleased) -> bool:
    return folding.set_officer(fact.data.leg_no, None)


@_on(LegSent)
def _leg_sent(folding: Folding, fact: LegSent) -> bool:
    if folding.open_leg(fact.data.leg_no) is None:
        return False
    folding.custody.sent(fact.data.from_unit, fact.data.to_unit, fact.time)
    return True


@_on(LegReceived)
def _leg_received(folding: Folding, fact: LegReceived) -> bool:
    leg = folding.open_leg(fact.data.leg_no)
    if leg is None:
        return False
    leg.received_at = leg.received_at or fact.time
    folding.custody.received(fact.data.unit, fact.time)
    return True


@_on(LegReturned)
def _leg_returned(folding: Folding, fact: LegReturned) -> bool:
    leg = folding.open_leg(fact.data.leg_no)
    if leg is None:
        return False
    leg.received_at = leg.officer = None
    folding.custody.returned(fact.data.to_unit, fact.time)
    return True


@_on(LegCompleted)
def _leg_completed(folding: Folding, fact: LegCompleted) -> bool:
    leg = folding.open_leg(fact.data.leg_no)
    if leg is None:
        return False
    leg.completed_at = fact.time
    return True


@_on(SupplementRequested)
def _supplement_requested(folding: Folding, fact: SupplementRequested) -> None:
    folding.ask(fact.data.request, Ask.SUPPLEMENT, fact.time)


@_on(PaymentRequested)
def _payment_requested(folding: Folding, fact: PaymentRequested) -> None:
    folding.ask(fact.data.request, Ask.PAYMENT, fact.time)


@_on(ConsultationRequested)
def _consultation_requested(folding: Folding, fact: ConsultationRequested) -> None:
    folding.ask(fact.data.request, Ask.CONSULTATION, fact.time, fact.data.unit)


@_on(ConsultationAnswered)
def _consultation_answered(folding: Folding, fact: ConsultationAnswered) -> bool:
    return folding.answer(Ask.CONSULTATION, fact.data.request, fact.time)


@_on(SupplementRequestCancelled)
def _supplement_cancelled(folding: Folding, fact: SupplementRequestCancelled) -> bool:
    request = folding.dossier.requests.get(fact.data.request)
    if request is None:
        return False
    request.cancelled = True
    return True


@_on(ExtensionGranted)
def _extended(folding: Folding, fact: ExtensionGranted) -> None:
    folding.dossier.extensions.append(fact.data.new_due_at)
    folding.dossier.grants.append(fact)


@_on(ApologyIssued)
def _apologised(folding: Folding, fact: ApologyIssued) -> None:
    folding.dossier.apologies.append(fact)


@_on(DossierMoved)
def _moved(folding: Folding, fact: DossierMoved) -> None:
    old, new, dossier = fact.data.from_unit, fact.data.to_unit, folding.dossier
    if dossier.competent_unit == old:
        dossier.competent_unit = new
    for leg in dossier.legs.values():
        if leg.completed_at is None and leg.unit == old:
            leg.unit, leg.officer = new, None
    folding.custody.moved(old, new, fact.time)


@_on(RefusedAfterAppraisal)
def _refused(folding: Folding, fact: RefusedAfterAppraisal) -> None:
    folding.end(End.REFUSED, fact.time, fact.data.unit)


@_on(DossierStopped)
def _stopped(folding: Folding, fact: DossierStopped) -> None:
    folding.end(End.STOPPED, fact.time, fact.data.unit)


@_on(DossierResolved)
def _resolved(folding: Folding, fact: DossierResolved) -> None:
    folding.end(End.RESOLVED, fact.time, fact.data.unit)
