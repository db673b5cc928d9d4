"""The order in which facts count: time, causal rank, emitter, number; whatever the order in which they came."""

from collections.abc import Sequence
from datetime import datetime

from contracts.codes import Service
from contracts.envelope import DossierEvent
from contracts.intake import (
    DossierCorrected,
    DossierReceived,
    DossierWithdrawn,
    HistoryImported,
    HistoryStep,
    PaymentMade,
    ResultReturned,
    StepKind,
    SupplementProvided,
)
from services.routing.domain.dossier import Head

Fact = DossierEvent | HistoryStep
_Key = tuple[datetime, int, int, int, int]
_PLACES = {Service.INTAKE: 0, Service.ROUTING: 1, Service.SLA: 2, Service.REPORTING: 3}
_STEP_RANKS: dict[str, int] = {
    StepKind.SUPPLEMENT_PROVIDED._value_: SupplementProvided.RANK,
    StepKind.PAYMENT_MADE._value_: PaymentMade.RANK,
    StepKind.WITHDRAWN._value_: DossierWithdrawn.RANK,
    StepKind.RETURNED._value_: ResultReturned.RANK,
}
"""By plain text: hashing an enum's member is Python code, and this is asked for every step of a register."""
_CORRECTED = (
    "received_at",
    "appointment_at",
    "procedure_code",
    "procedure_version",
    "field",
    "channel",
    "competent_unit",
    "rule_set",
)
_ranks: dict[type[DossierEvent], tuple[int, int]] = {}


def standing(events: Sequence[DossierEvent]) -> Sequence[DossierEvent]:
    """Return the events that no other one replaces."""
    gone = {event.replaces for event in events if event.replaces is not None}
    return [event for event in events if event.id not in gone] if gone else events


def in_order(facts: Sequence[DossierEvent]) -> list[Fact]:
    """Return facts as they follow one another; an imported history's own steps stand among them."""
    if len(facts) == 1 and not isinstance(facts[0], HistoryImported):
        return [facts[0]]
    keyed: list[tuple[_Key, Fact]] = []
    for fact in facts:
        rank, place = _rank_of(type(fact))
        keyed.append(((fact.time, rank, place, fact.dossierseq, 0), fact))
        if isinstance(fact, HistoryImported):
            keyed += [
                ((step.at, at_rank, place, fact.dossierseq, no), step)
                for no, step in enumerate(fact.data.steps, 1)
                if (at_rank := _STEP_RANKS.get(step.event._value_)) is not None
            ]
    keyed.sort(key=_key)
    return [fact for _, fact in keyed]


def _key(keyed: tuple[_Key, Fact]) -> _Key:
    return keyed[0]


def _rank_of(model: type[DossierEvent]) -> tuple[int, int]:
    found = _ranks.get(model)
    if found is None:
        found = _ranks[model] = (model.RANK, _PLACES[model.EMITTER])
    return found


def head_of(facts: Sequence[DossierEvent]) -> Head | None:
    """Return what was said at reception with all corrections applied, None while it has not been heard."""
    received = next((fact for fact in facts if isinstance(fact, DossierReceived)), None)
    if received is None:
        return None
    data = received.data
    head = Head(
        event=received,
        received_at=received.time,
        appointment_at=data.appointment_at or data.declared_due_at,
        procedure_code=data.procedure_code,
        procedure_version=data.procedure_version,
        field=data.field,
        channel=data.channel,
        competent_unit=data.competent_unit,
        rule_set=data.rule_set,
    )
    corrections = [fact for fact in facts if type(fact) is DossierCorrected]
    for correction in sorted(corrections, key=lambda event: event.dossierseq):
        for name in _CORRECTED:
            value = getattr(correction.data, name)
            if value is not None:
                setattr(head, name, value)
    return head
