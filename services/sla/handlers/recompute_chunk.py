"""What a chunk of open dossiers comes to under another calendar: rows, columns, events, moves. No I/O."""

from dataclasses import dataclass, field
from operator import attrgetter

from contracts.sla import SlaEvent
from services.sla.handlers.announce import Occasion, Said, said
from services.sla.handlers.refold import refold_one
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.traces import Traces
from services.sla.store import dossiers
from services.sla.store.calendar_moves import Move
from services.sla.store.dossiers import Row

USUAL = (
    "seq", "revision", "due_original", "due_current", "late_at", "late_since", "overdue", "calendar_version", "told",
    "ladder", "next_rung_at", "changed_at",
)  # fmt: skip
"""What a moved deadline changes, and nearly always nothing else: the other columns are not written again."""
_REST = attrgetter(*(name for name in dossiers.CLOCK if name not in USUAL))


@dataclass(slots=True)
class Chunk:
    """What a chunk's refolds come to. `is_past`: days that facts may lie on have changed, not only deadlines."""

    occasion: Occasion
    is_past: bool
    changed: list[Row] = field(default_factory=list)
    """Rows of which only USUAL columns changed."""
    mended: list[Row] = field(default_factory=list)
    """Rows of which more changed: most of them had no deadline."""
    events: list[SlaEvent] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    traces: Traces = field(default_factory=Traces)

    def refold(self, row: Row, rulebook: Rulebook) -> None:
        """Bring one row up to the new calendar."""
        before, ladder, rest = said(row), row.ladder, _REST(row)
        marked = self.is_past or row.apologised
        said_now = refold_one(row, rulebook, self.occasion, self.traces.note if marked else None)
        is_more = _REST(row) != rest
        if not (said_now or is_more or row.ladder != ladder):
            return
        self.events += said_now
        (self.mended if is_more else self.changed).append(row)
        if row.due_current != before.due_current:
            self.moves.append(move_of(before, row))


def move_of(before: Said, row: Row) -> Move:
    """Return what moved."""
    return Move(row.id, row.revision, before.due_current, row.due_current, before.late_at, row.late_at)
