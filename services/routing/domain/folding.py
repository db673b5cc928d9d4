"""The dossier in the making, and the few ways in which facts change it."""

from datetime import datetime
from uuid import UUID

from services.routing.domain.custody import Custody
from services.routing.domain.dossier import Ask, Dossier, End, Ending, Head, Leg, Request


class Folding:
    """A dossier that facts are applied to, in their order."""

    __slots__ = ("custody", "dossier")

    def __init__(self, head: Head | None) -> None:
        self.dossier = Dossier(head=head)
        self.custody = Custody()
        if head is not None:
            self.dossier.competent_unit = head.competent_unit
            self.custody.begin(head.event.data.receiving_unit, head.received_at)

    @property
    def is_over(self) -> bool:
        """Return whether it has ended or was voided."""
        return self.dossier.ending is not None or self.dossier.voided_at is not None

    def result(self) -> Dossier:
        """Return the dossier; nothing may be applied any more."""
        self.dossier.custody = self.custody.rows
        self.dossier.holder, self.dossier.under_way_to = self.custody.holder, self.custody.under_way_to
        return self.dossier

    def end(self, kind: End, at: datetime, unit: str | None = None) -> None:
        """End it."""
        self.dossier.ending = Ending(kind, at, unit or self.dossier.competent_unit)
        self.custody.end(at)

    def ask(self, request: UUID, kind: Ask, at: datetime, unit: str | None = None) -> None:
        """Note a request."""
        self.dossier.requests[request] = Request(request, kind, at, unit)

    def answer(self, kind: Ask, request: UUID | None, at: datetime) -> bool:
        """Note an answer to a request, by default to the latest open one; return whether there was such a request."""
        asked = [r for r in self.dossier.requests.values() if r.is_open and r.kind is kind]
        named = [r for r in asked if r.id == request] if request is not None else asked
        if not named:
            return False
        max(named, key=lambda r: r.at).answered_at = at
        return True

    def open_leg(self, leg_no: int) -> Leg | None:
        """Return a leg that was opened and not completed."""
        leg = self.dossier.legs.get(leg_no)
        return leg if leg is not None and leg.completed_at is None else None

    def set_officer(self, leg_no: int, officer: UUID | None) -> bool:
        """Give a leg to an officer or (None) to the common queue."""
        leg = self.open_leg(leg_no)
        if leg is None:
            return False
        leg.officer = officer
        return True
