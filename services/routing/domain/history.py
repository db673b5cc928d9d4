"""What an imported register tells about a dossier's way, in routing's own words and at its original times."""

from collections.abc import Callable
from uuid import UUID

from contracts.codes import Reason
from contracts.intake import HistoryImported, HistoryStep
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
        self._readers: dict[str, Callable[[int, HistoryStep], Say | None]] = {
            "sent": self._sent,
            "received": self._received,
            "supplement_requested": self._supplement,
            "payment_requested": self._payment,
            "extended": self._extended,
            "stopped": self._stopped,
            "resolved": self._resolved,
        }

    def read(self, event: HistoryImported) -> list[Say]:
        """Return what routing says; the steps that are intake's own are passed over."""
        says = (self._say(no, step) for no, step in enumerate(event.data.steps, 1))
        return [say for say in says if say is not None]

    def _say(self, no: int, step: HistoryStep) -> Say | None:
        reader = self._readers.get(step.event._value_)
        return reader(no, step) if reader else None

    def _sent(self, _no: int, step: HistoryStep) -> Say:
        to = step.unit or self._dossier.competent_unit
        sender = self._holder
        if sender == to and self._dossier.head is not None:
            sender = self._dossier.head.event.data.receiving_unit
        self._holder, self._under_way_to = sender, to
        data = LegSent.Data(leg_no=_LEG, from_unit=sender, to_unit=to, officer=step.officer)
        return Say(LegSent, step.at, data)

    def _received(self, _no: int, step: HistoryStep) -> Say:
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

    def _extended(self, _no: int, step: HistoryStep) -> Say | None:
        if step.new_due_at is None:
            return None
        data = ExtensionGranted.Data(
            new_due_at=step.new_due_at, reason=step.reason or Reason.OTHER, responsible_unit=step.unit,
            ground=step.ground, note=step.note, signed_by=step.officer,
        )  # fmt: skip
        return Say(ExtensionGranted, step.at, data)

    def _stopped(self, _no: int, step: HistoryStep) -> Say:
        data = DossierStopped.Data(
            unit=step.unit,
            reason=step.reason or Reason.OTHER,
            ground=step.ground,
            note=step.note,
            officer=step.officer,
        )
        return Say(DossierStopped, step.at, data)

    def _resolved(self, _no: int, step: HistoryStep) -> Say:
        unit = step.unit or self._dossier.competent_unit
        return Say(DossierResolved, step.at, DossierResolved.Data(unit=unit, officer=step.officer))
