"""What an imported register tells about a dossier's way, in routing's own words and at its original times."""

from collections.abc import Callable
from uuid import UUID

from contracts.codes import Reason
from contracts.intake import INTAKE_STEPS, HistoryImported, HistoryStep, StepKind
from contracts.routing import (
    DossierResolved,
    DossierStopped,
    ExtensionGranted,
    LegReceived,
    LegSent,
    PaymentRequested,
    SupplementRequested,
)
from services.routing.domain.dossier import Dossier
from services.routing.domain.say import Say

_LEG = 1
"""Registers do not tell legs apart: all hand-overs belong to the one that was opened."""


class History:
    """Turns the steps of one HistoryImported, in their order, into what routing says.

    `derive` makes the id of a request that has none in the register: the same at every reading.
    """

    def __init__(self, dossier: Dossier, derive: Callable[[str], UUID]) -> None:
        self._dossier, self._derive = dossier, derive
        self._holder = dossier.holder
        self._under_way_to: str | None = None

    def read(self, event: HistoryImported) -> list[Say]:
        """Return what routing says; the steps that are intake's own are passed over."""
        said = []
        for no, step in enumerate(event.data.steps, 1):
            if step.event not in INTAKE_STEPS and (say := self._say(no, step)) is not None:
                said.append(say)
        return said

    def _say(self, no: int, step: HistoryStep) -> Say | None:
        if step.event is StepKind.SUPPLEMENT_REQUESTED:
            return self._supplement(no, step)
        if step.event is StepKind.PAYMENT_REQUESTED:
            return self._payment(no, step)
        readers = {
            StepKind.SENT: self._sent,
            StepKind.RECEIVED: self._received,
            StepKind.EXTENDED: self._extended,
            StepKind.STOPPED: self._stopped,
            StepKind.RESOLVED: self._resolved,
        }
        return readers[step.event](step)

    def _sent(self, step: HistoryStep) -> Say:
        to = step.unit or self._dossier.competent_unit
        sender = self._holder
        if sender == to and self._dossier.head is not None:
            sender = self._dossier.head.event.data.receiving_unit
        self._holder, self._under_way_to = sender, to
        data = LegSent.Data(leg_no=_LEG, from_unit=sender, to_unit=to, officer=step.officer)
        return Say(LegSent, step.at, data)

    def _received(self, step: HistoryStep) -> Say:
        unit = step.unit or self._under_way_to or self._dossier.competent_unit
        self._holder, self._under_way_to = unit, None
        return Say(LegReceived, step.at, LegReceived.Data(leg_no=_LEG, unit=unit, officer=step.officer))

    def _supplement(self, no: int, step: HistoryStep) -> Say:
        data = SupplementRequested.Data(
            request=self._derive(f"step/{no}"), leg_no=_LEG, reason=step.reason or Reason.MISSING_PAPER,
            ground=step.ground, note=step.note, officer=step.officer,
        )  # fmt: skip
        return Say(SupplementRequested, step.at, data)

    def _payment(self, no: int, step: HistoryStep) -> Say:
        data = PaymentRequested.Data(
            request=self._derive(f"step/{no}"), leg_no=_LEG, reason=step.reason or Reason.FINANCIAL_OBLIGATION,
            ground=step.ground, note=step.note, officer=step.officer,
        )  # fmt: skip
        return Say(PaymentRequested, step.at, data)

    def _extended(self, step: HistoryStep) -> Say | None:
        if step.new_due_at is None:
            return None
        data = ExtensionGranted.Data(
            new_due_at=step.new_due_at, reason=step.reason or Reason.OTHER, responsible_unit=step.unit,
            ground=step.ground, note=step.note, signed_by=step.officer,
        )  # fmt: skip
        return Say(ExtensionGranted, step.at, data)

    def _stopped(self, step: HistoryStep) -> Say:
        data = DossierStopped.Data(
            unit=step.unit,
            reason=step.reason or Reason.OTHER,
            ground=step.ground,
            note=step.note,
            officer=step.officer,
        )
        return Say(DossierStopped, step.at, data)

    def _resolved(self, step: HistoryStep) -> Say:
        unit = step.unit or self._dossier.competent_unit
        return Say(DossierResolved, step.at, DossierResolved.Data(unit=unit, officer=step.officer))
