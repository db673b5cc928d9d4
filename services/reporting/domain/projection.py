"""One row per dossier: what each emitter says changes only that emitter's columns, so any order ends alike."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts import intake, routing, sla
from contracts.envelope import DossierEvent

Move = list[Any]
"""Microseconds since 1970, from, to: as it stands in JSON."""
Stay = list[Any]
"""Microseconds since 1970, unit."""
_EPOCH, _MICRO = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(slots=True)
class Row:
    """A dossier as reporting knows it; the columns of table `dossier`, in order."""

    id: UUID
    code: str | None = None
    procedure_code: str | None = None
    field: str | None = None
    channel: str | None = None
    receiving_unit: str | None = None
    received_unit: str | None = None
    level: str | None = None
    province: str | None = None
    received_at: datetime | None = None
    origin: str | None = None
    batch: UUID | None = None
    returned_at: datetime | None = None
    voided: bool = False
    moved_unit: str | None = None
    clock_revision: int = 0
    state: str | None = None
    due_original: datetime | None = None
    due_current: datetime | None = None
    late_at: datetime | None = None
    outcome: str | None = None
    ended_at: datetime | None = None
    ending: str | None = None
    overdue: bool = False
    due_soon: bool = False
    extended: bool = False
    moves: list[Move] | None = None
    """What routing said of hand-overs to successors, in time order."""
    path: list[Stay] | None = None
    """The units that became competent one after the other."""

    @property
    def unit(self) -> str | None:
        """Return the competent unit that holds the dossier."""
        return self.moved_unit or self.received_unit

    @property
    def is_whole(self) -> bool:
        """Return whether both its reception and its clock are known."""
        return self.code is not None and self.clock_revision > 0


COLUMNS = tuple(field.name for field in fields(Row))

Place = Callable[[str], tuple[str, str]]
"""A unit's level and province."""


def matters(event: DossierEvent) -> bool:
    """Return whether the event changes a row at all; most of routing's do not."""
    return type(event) in _CHANGES


def apply(row: Row, event: DossierEvent, place: Place) -> None:
    """Change `row` by `event`; an event that reports nothing leaves it as it is."""
    change = _CHANGES.get(type(event))
    if change is not None:
        change(row, event, place)


def _receive(row: Row, event: intake.DossierReceived, place: Place) -> None:
    data = event.data
    row.code, row.procedure_code, row.field = data.code, data.procedure_code, data.field
    row.channel, row.receiving_unit, row.received_unit = (
        data.channel,
        data.receiving_unit,
        data.competent_unit,
    )
    row.level, row.province = place(data.competent_unit)
    row.received_at, row.origin, row.batch = event.time, data.origin, data.batch
    _follow(row)


def _correct(row: Row, event: intake.DossierCorrected, place: Place) -> None:
    data = event.data
    row.procedure_code = data.procedure_code or row.procedure_code
    row.field = data.field or row.field
    row.channel = data.channel or row.channel
    row.received_at = data.received_at or row.received_at
    if data.competent_unit:
        row.received_unit = data.competent_unit
        row.level, row.province = place(data.competent_unit)
        _follow(row)


def _void(row: Row, _event: intake.DossierVoided, _place: Place) -> None:
    row.voided = True


def _return(row: Row, event: intake.ResultReturned, _place: Place) -> None:
    row.returned_at = event.time


def _take_history(row: Row, event: intake.HistoryImported, _place: Place) -> None:
    returned = [step.at for step in event.data.steps if step.event is intake.StepKind.RETURNED]
    row.returned_at = max(returned, default=row.returned_at)


def _move(row: Row, event: routing.DossierMoved, _place: Place) -> None:
    at = (event.time - _EPOCH) // _MICRO
    said = [*(row.moves or ()), [at, event.data.from_unit, event.data.to_unit]]
    row.moves = sorted(said, key=lambda move: int(move[0]))
    _follow(row)


def _follow(row: Row) -> None:
    """Find which unit became competent when: hand-overs of other units' work are none of its.

    Of several at one moment, as a chain of successors is told, the order does not matter.
    """
    if row.moves is None or row.received_unit is None:
        return
    left, unit, since, path = list(row.moves), row.received_unit, -1, list[Stay]()
    while step := next((move for move in left if move[1] == unit and move[0] >= since), None):
        left.remove(step)
        since, _, unit = step
        path.append([since, unit])
    row.path, row.moved_unit = path or None, unit if path else None


def _time(row: Row, event: sla.SlaEvent, _place: Place) -> None:
    """Take the snapshot: one emitter's events come in their order, so the last is the newest."""
    snapshot = event.data
    assert isinstance(snapshot, sla.Snapshot)  # noqa: S101 - _CHANGES holds no other
    row.clock_revision = max(row.clock_revision, snapshot.revision)
    moved = row.due_current is not None and row.due_current != snapshot.due_current
    row.due_soon = isinstance(event, sla.DueSoon) or (row.due_soon and not moved)
    row.state, row.outcome, row.ending = snapshot.state, snapshot.outcome, snapshot.ending
    row.due_original, row.due_current, row.late_at = (
        snapshot.due_original,
        snapshot.due_current,
        snapshot.late_at,
    )
    row.ended_at, row.overdue, row.extended = snapshot.ended_at, snapshot.overdue, snapshot.extended


_CHANGES: dict[type[DossierEvent], Callable[[Row, Any, Place], None]] = {
    intake.DossierReceived: _receive,
    intake.DossierCorrected: _correct,
    intake.DossierVoided: _void,
    intake.ResultReturned: _return,
    intake.HistoryImported: _take_history,
    routing.DossierMoved: _move,
    sla.ClockStarted: _time,
    sla.ClockPaused: _time,
    sla.ClockResumed: _time,
    sla.ClockRestarted: _time,
    sla.ClockRevised: _time,
    sla.DeadlineMoved: _time,
    sla.DeadlineUncomputable: _time,
    sla.DueSoon: _time,
    sla.Overdue: _time,
    sla.WaitExpired: _time,
    sla.LatenessExplained: _time,
    sla.ClockStopped: _time,
}
