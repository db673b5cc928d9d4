"""Who a dossier is, who answers for it, and who holds it: folded from its story. Pure."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from law.moments import to_moment
from services.sla.store.packing import Entry

_CORRECTABLE = ("procedure_code", "procedure_version", "field", "channel", "competent_unit", "rule_set")


@dataclass(slots=True)
class Head:
    """What the late list shows of a dossier besides its clock. Empty while only routing spoke of it."""

    code: str | None = None
    procedure_code: str | None = None
    procedure_version: int | None = None
    field: str | None = None
    channel: str | None = None
    competent_unit: str | None = None
    reception_unit: str | None = None
    """Who was competent when it was received; its level is the dossier's."""
    level: str | None = None
    rule_set: str | None = None
    received_at: datetime | None = None
    appointment_at: datetime | None = None
    declared_due_at: datetime | None = None
    origin: str = "live"
    batch: UUID | None = None


@dataclass(slots=True)
class Custody:
    """Who holds a dossier, in stretches: `(since, unit, leg)`, the last one holds now.

    A sent dossier stays with its sender until the receiver confirms; a leg that opens takes it over at once
    unless it is still under way to that unit.
    """

    stretches: list[tuple[int, str, int | None]] = dataclasses.field(default_factory=list)
    under_way: dict[int, str] = dataclasses.field(default_factory=dict)
    """Leg → unit it was sent to and has not arrived at."""

    def give(self, at: int, unit: str, leg: int | None) -> None:
        """Let `unit` hold it from `at` on."""
        while self.stretches and self.stretches[-1][0] >= at:
            self.stretches.pop()
        if self.stretches and self.stretches[-1][1] == unit:
            since = self.stretches.pop()[0]
            self.stretches.append((since, unit, leg))
        else:
            self.stretches.append((at, unit, leg))

    @property
    def holder(self) -> tuple[str | None, datetime | None, int | None]:
        """Return who holds it, since when, on which leg."""
        if not self.stretches:
            return None, None, None
        since, unit, leg = self.stretches[-1]
        return unit, to_moment(since), leg


def slip_of(head: Head) -> datetime | None:
    """Return the appointment the applicant was told: the slip's, or a legacy register's own deadline."""
    return head.appointment_at or head.declared_due_at


def head_of(story: Sequence[Entry]) -> Head:
    """Return the head after a story (in its order)."""
    head = Head()
    for entry in story:
        change = _HEAD.get(entry.name)
        if change is not None:
            change(head, entry)
    return head


def holder_of(story: Iterable[Entry]) -> tuple[str | None, datetime | None, int | None]:
    """Return who holds the dossier after a story, since when (UTC), and on which leg."""
    custody = Custody()
    for entry in story:
        move = MOVES.get(entry.name)
        if move is not None:
            move(custody, entry, entry.data)
    return custody.holder


def _receive_head(head: Head, entry: Entry) -> None:
    data = entry.data
    head.code = data["code"]
    for name in _CORRECTABLE:
        setattr(head, name, data.get(name))
    head.received_at = to_moment(entry.tick)
    head.reception_unit = data["competent_unit"]
    head.appointment_at = _moment(data.get("appointment_at"))
    head.declared_due_at = _moment(data.get("declared_due_at"))
    head.origin = data.get("origin", "live")
    head.batch = UUID(data["batch"]) if "batch" in data else None


def _correct_head(head: Head, entry: Entry) -> None:
    for name in _CORRECTABLE:
        if name in entry.data:
            setattr(head, name, entry.data[name])
    if "competent_unit" in entry.data:
        head.reception_unit = entry.data["competent_unit"]
    if "received_at" in entry.data:
        head.received_at = _moment(entry.data["received_at"])
    if "appointment_at" in entry.data:
        head.appointment_at = _moment(entry.data["appointment_at"])


def _leg_head(head: Head, entry: Entry) -> None:
    head.competent_unit = entry.data["competent_unit"]
    head.level = head.level or entry.data.get("level")


def _move_head(head: Head, entry: Entry) -> None:
    if head.competent_unit in (None, entry.data["from_unit"]):
        head.competent_unit = entry.data["to_unit"]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_HEAD = {
    "DossierReceived": _receive_head,
    "DossierCorrected": _correct_head,
    "LegOpened": _leg_head,
    "DossierMoved": _move_head,
}


def _receive(custody: Custody, entry: Entry, data: dict[str, Any]) -> None:
    custody.give(entry.tick, data["receiving_unit"], None)


def _open(custody: Custody, entry: Entry, data: dict[str, Any]) -> None:
    if data["unit"] not in custody.under_way.values():
        custody.give(entry.tick, data["unit"], data["leg_no"])


def _send(custody: Custody, entry: Entry, data: dict[str, Any]) -> None:
    custody.under_way[data["leg_no"]] = data["to_unit"]
    custody.give(entry.tick, data["from_unit"], data["leg_no"])


def _arrive(custody: Custody, entry: Entry, data: dict[str, Any]) -> None:
    custody.under_way.pop(data["leg_no"], None)
    custody.give(entry.tick, data["unit"], data["leg_no"])


def _return(custody: Custody, entry: Entry, data: dict[str, Any]) -> None:
    custody.under_way.pop(data["leg_no"], None)
    custody.give(entry.tick, data["to_unit"], data["leg_no"])


def _succeed(custody: Custody, entry: Entry, data: dict[str, Any]) -> None:
    holder, _, leg = custody.holder
    if holder in (None, data["from_unit"]):
        custody.give(entry.tick, data["to_unit"], leg)


MOVES = {
    "DossierReceived": _receive,
    "LegOpened": _open,
    "LegSent": _send,
    "LegReceived": _arrive,
    "LegReturned": _return,
    "DossierMoved": _succeed,
}
