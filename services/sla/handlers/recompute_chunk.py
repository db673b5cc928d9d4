"""What a chunk of open dossiers comes to under another calendar: rows, columns, events, moves. No I/O."""

from dataclasses import dataclass, field
from operator import attrgetter

from contracts.sla import ClockState, SlaEvent
from services.sla.handlers.announce import Occasion, Said, said
from services.sla.handlers.refold import refold_one
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.traces import Traces
from services.sla.store import dossiers
from services.sla.store.calendar_moves import Move
from services.sla.store.dossiers import Row

_VALUES = attrgetter(*dossiers.CLOCK)
_TOLD = dossiers.CLOCK.index("told")
_UNTOLD = frozenset({"changed_at", "calendar_version"})
"""What alone is not worth a write."""


@dataclass(slots=True)
class Chunk:
    """What a chunk's refolds come to. `is_past`: days that facts may lie on have changed, not only deadlines."""

    occasion: Occasion
    is_past: bool
    changed: list[Row] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    """What changed in at least one row."""
    mended: list[Row] = field(default_factory=list)
    """Rows that had no deadline: all of them may have changed."""
    events: list[SlaEvent] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    traces: Traces = field(default_factory=Traces)

    def refold(self, row: Row, rulebook: Rulebook) -> None:
        """Bring one row up to the new calendar."""
        before, told = said(row), dict(row.told)
        values = list(_VALUES(row))
        values[_TOLD] = told
        marked = self.is_past or row.apologised
        self.events += refold_one(row, rulebook, self.occasion, self.traces.note if marked else None)
        after = _VALUES(row)
        differing = {name for name, old, new in zip(dossiers.CLOCK, values, after, strict=True) if old != new}
        if differing <= _UNTOLD:
            return
        if before.state == ClockState.ERROR:
            self.mended.append(row)
        else:
            self.changed.append(row)
            self.columns |= differing
        if row.due_current != before.due_current:
            self.moves.append(move_of(before, row))


def move_of(before: Said, row: Row) -> Move:
    """Return what moved."""
    return Move(row.id, row.revision, before.due_current, row.due_current, before.late_at, row.late_at)
