"""From facts to state: the same facts in any order of arrival give the same dossier."""

from collections.abc import Iterable
from datetime import datetime
from functools import singledispatchmethod
from uuid import UUID

from contracts.codes import Service
from contracts.envelope import DossierEvent
from contracts.intake import (
    DossierCorrected,
    DossierReceived,
    DossierRefused,
    DossierVoided,
    DossierWithdrawn,
    HistoryImported,
    HistoryStep,
    PaymentMade,
    ResultReturned,
    StepKind,
    SupplementProvided,
)
from contracts.routing import (
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
from services.routing.domain.custody import Custody
from services.routing.domain.dossier import Ask, Dossier, End, Ending, Head, Leg, Request

_EMITTERS = {Service.INTAKE: 0, Service.ROUTING: 1, Service.SLA: 2, Service.REPORTING: 3}
_STEP_RANKS = {
    StepKind.SUPPLEMENT_PROVIDED: SupplementProvided.RANK,
    StepKind.PAYMENT_MADE: PaymentMade.RANK,
    StepKind.WITHDRAWN: DossierWithdrawn.RANK,
    StepKind.RETURNED: ResultReturned.RANK,
}
_Fact = DossierEvent | HistoryStep


def fold(events: Iterable[DossierEvent]) -> Dossier:
    """Return the dossier that follows from what intake and routing have said about it, in whatever order."""
    known = list(events)
    gone = {event.replaces for event in known if event.replaces is not None}
    facts = [event for event in known if event.id not in gone]
    folding = _Folding(_head(facts))
    for fact in _in_order(facts):
        folding.take(fact)
    return folding.result()


def _head(facts: list[DossierEvent]) -> Head | None:
    received = next((f for f in facts if isinstance(f, DossierReceived)), None)
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
    corrections = [f for f in facts if isinstance(f, DossierCorrected)]
    for correction in sorted(corrections, key=lambda event: event.dossierseq):
        for name in ("received_at", "appointment_at", "procedure_code", "procedure_version", "field", "channel",
                     "competent_unit", "rule_set"):  # fmt: skip
            value = getattr(correction.data, name)
            if value is not None:
                setattr(head, name, value)
    return head


def _in_order(facts: list[DossierEvent]) -> list[_Fact]:
    keyed: list[tuple[tuple[datetime, int, int, int, int], _Fact]] = []
    for fact in facts:
        emitter, seq = _EMITTERS[fact.EMITTER], fact.dossierseq
        keyed.append(((fact.time, fact.RANK, emitter, seq, 0), fact))
        if isinstance(fact, HistoryImported):
            keyed += [
                ((step.at, _STEP_RANKS[step.event], emitter, seq, no), step)
                for no, step in enumerate(fact.data.steps, 1)
                if step.event in _STEP_RANKS
            ]
    keyed.sort(key=lambda pair: pair[0])
    return [fact for _, fact in keyed]


class _Folding:
    """Takes facts in their order; what contradicts the state so far is set aside."""

    def __init__(self, head: Head | None) -> None:
        self.dossier = Dossier(head=head)
        self.custody = Custody()
        if head is not None:
            self.dossier.competent_unit = head.competent_unit
            self.custody.begin(head.event.data.receiving_unit, head.received_at)

    def result(self) -> Dossier:
        dossier, custody = self.dossier, self.custody
        dossier.custody = custody.rows
        dossier.holder, dossier.under_way_to = custody.holder, custody.under_way_to
        return dossier

    def take(self, fact: _Fact) -> None:
        if isinstance(fact, HistoryStep):
            self._step(fact)
        elif self._is_over(fact) or self._take(fact) is False:
            self.dossier.ignored.append(fact)

    def _is_over(self, fact: DossierEvent) -> bool:
        ended = self.dossier.ending is not None or self.dossier.voided_at is not None
        return ended and not isinstance(fact, ResultReturned | DossierVoided | DossierCorrected)

    @singledispatchmethod
    def _take(self, fact: DossierEvent) -> bool | None:  # noqa: ARG002 - facts that change nothing here
        return None

    def _step(self, step: HistoryStep) -> None:
        if step.event is StepKind.RETURNED:
            self.dossier.returned_at = step.at
        elif self.dossier.ending is not None:
            return
        elif step.event is StepKind.WITHDRAWN:
            self._end(End.WITHDRAWN, step.at)
        else:
            self._answer(
                Ask.PAYMENT if step.event is StepKind.PAYMENT_MADE else Ask.SUPPLEMENT, None, step.at
            )

    def _end(self, kind: End, at: datetime, unit: str | None = None) -> None:
        self.dossier.ending = Ending(kind, at, unit or self.dossier.competent_unit)
        self.custody.end(at)

    def _answer(self, kind: Ask, request: UUID | None, at: datetime) -> bool:
        asked = [r for r in self.dossier.requests.values() if r.is_open and r.kind is kind and r.at <= at]
        named = [r for r in asked if r.id == request] if request is not None else asked
        if not named:
            return False
        max(named, key=lambda r: r.at).answered_at = at
        return True

    def _ask(self, request: UUID, kind: Ask, at: datetime, unit: str | None = None) -> None:
        self.dossier.requests[request] = Request(request, kind, at, unit)

    def _open_leg(self, leg_no: int) -> Leg | None:
        leg = self.dossier.legs.get(leg_no)
        return leg if leg is not None and leg.completed_at is None else None

    # What intake says.

    @_take.register
    def _(self, fact: DossierWithdrawn) -> None:
        self._end(End.WITHDRAWN, fact.time)

    @_take.register
    def _(self, fact: DossierRefused) -> None:
        self._end(End.REFUSED, fact.time)

    @_take.register
    def _(self, fact: DossierVoided) -> None:
        self.dossier.voided_at = fact.time
        self.custody.end(fact.time)

    @_take.register
    def _(self, fact: ResultReturned) -> None:
        self.dossier.returned_at = fact.time

    @_take.register
    def _(self, fact: SupplementProvided) -> bool:
        return self._answer(Ask.SUPPLEMENT, fact.data.request, fact.time)

    @_take.register
    def _(self, fact: PaymentMade) -> bool:
        return self._answer(Ask.PAYMENT, fact.data.request, fact.time)

    # What routing says: legs.

    @_take.register
    def _(self, fact: LegOpened) -> bool:
        data = fact.data
        if data.leg_no in self.dossier.legs:
            return False
        self.dossier.legs[data.leg_no] = Leg(
            data.leg_no, data.role, data.unit, fact.time, data.leg_due_at,
            process_code=data.process_code, process_version=data.process_version,
        )  # fmt: skip
        self.custody.opened(data.unit, fact.time)
        return True

    @_take.register
    def _(self, fact: LegAssigned) -> bool:
        return self._set_officer(fact.data.leg_no, fact.data.officer)

    @_take.register
    def _(self, fact: LegClaimed) -> bool:
        return self._set_officer(fact.data.leg_no, fact.data.officer)

    @_take.register
    def _(self, fact: LegReleased) -> bool:
        return self._set_officer(fact.data.leg_no, None)

    def _set_officer(self, leg_no: int, officer: UUID | None) -> bool:
        leg = self._open_leg(leg_no)
        if leg is None:
            return False
        leg.officer = officer
        return True

    @_take.register
    def _(self, fact: LegSent) -> bool:
        if self._open_leg(fact.data.leg_no) is None:
            return False
        self.custody.sent(fact.data.from_unit, fact.data.to_unit, fact.time)
        return True

    @_take.register
    def _(self, fact: LegReceived) -> bool:
        leg = self._open_leg(fact.data.leg_no)
        if leg is None:
            return False
        leg.received_at = leg.received_at or fact.time
        self.custody.received(fact.data.unit, fact.time)
        return True

    @_take.register
    def _(self, fact: LegReturned) -> bool:
        leg = self._open_leg(fact.data.leg_no)
        if leg is None:
            return False
        leg.received_at = leg.officer = None
        self.custody.returned(fact.data.to_unit, fact.time)
        return True

    @_take.register
    def _(self, fact: LegCompleted) -> bool:
        leg = self._open_leg(fact.data.leg_no)
        if leg is None:
            return False
        leg.completed_at = fact.time
        return True

    # What routing says: requests, extensions, moves, endings.

    @_take.register
    def _(self, fact: SupplementRequested) -> None:
        self._ask(fact.data.request, Ask.SUPPLEMENT, fact.time)

    @_take.register
    def _(self, fact: PaymentRequested) -> None:
        self._ask(fact.data.request, Ask.PAYMENT, fact.time)

    @_take.register
    def _(self, fact: ConsultationRequested) -> None:
        self._ask(fact.data.request, Ask.CONSULTATION, fact.time, fact.data.unit)

    @_take.register
    def _(self, fact: ConsultationAnswered) -> bool:
        return self._answer(Ask.CONSULTATION, fact.data.request, fact.time)

    @_take.register
    def _(self, fact: SupplementRequestCancelled) -> bool:
        request = self.dossier.requests.get(fact.data.request)
        if request is None:
            return False
        request.cancelled = True
        return True

    @_take.register
    def _(self, fact: ExtensionGranted) -> None:
        self.dossier.extensions.append(fact.data.new_due_at)

    @_take.register
    def _(self, fact: DossierMoved) -> None:
        old, new = fact.data.from_unit, fact.data.to_unit
        if self.dossier.competent_unit == old:
            self.dossier.competent_unit = new
        for leg in self.dossier.legs.values():
            if leg.completed_at is None and leg.unit == old:
                leg.unit, leg.officer = new, None
        self.custody.moved(old, new, fact.time)

    @_take.register
    def _(self, fact: RefusedAfterAppraisal) -> None:
        self._end(End.REFUSED, fact.time, fact.data.unit)

    @_take.register
    def _(self, fact: DossierStopped) -> None:
        self._end(End.STOPPED, fact.time, fact.data.unit)

    @_take.register
    def _(self, fact: DossierResolved) -> None:
        self._end(End.RESOLVED, fact.time, fact.data.unit)
