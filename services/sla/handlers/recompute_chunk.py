"""What a chunk of open dossiers comes to under another calendar: rows, columns, events, moves. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from contracts.sla import SlaEvent
from services.sla.handlers.announce import Occasion, Said, said
from services.sla.handlers.past_rulebooks import standing
from services.sla.handlers.refold import Note, refold_one
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.traces import Traces
from services.sla.store import dossiers
from services.sla.store.calendar_moves import Move
from services.sla.store.dossiers import Row
from services.sla.store.recomputes import Lane

USUAL = (
    "seq", "revision", "due_original", "due_current", "late_at", "late_since", "overdue", "calendar_version", "told",
    "ladder", "next_rung_at", "changed_at",
)  # fmt: skip
"""What a moved deadline changes, and nearly always nothing else: the other columns are not written again."""
_REST = attrgetter(*(name for name in dossiers.CLOCK if name not in USUAL))


@dataclass(frozen=True, slots=True)
class Step:
    """A calendar decision under way, and the rulebook as it was published up to that decision."""

    lane: Lane
    rulebook: Rulebook

    def concerns(self, row: Row, newest: Rulebook) -> bool:
        """Tell whether it holds where a dossier was received, and a later decision has not moved it already.

        A version beyond that of the newest calendar says nothing: the unit has come under another one since.
        """
        units = self.lane.reach.units
        if units is not None and row.reception_unit not in units:
            return False
        return standing(row, self.rulebook) <= 0 or standing(row, newest) > 0


def carry(
    row: Row, steps: Iterable[Step], newest: Rulebook, now: datetime, note: Note | None = None
) -> tuple[list[SlaEvent], list[tuple[int, Move]]]:
    """Bring one open row through decisions in the order of their publication; return what is said, and the moves by task."""
    due = [step for step in steps if step.concerns(row, newest)]
    events: list[SlaEvent] = []
    moves = []
    for step in due:
        before = said(row)
        occasion = Occasion(now, step.lane.change)
        events += refold_one(row, step.rulebook, occasion, note if step is due[-1] else None)
        if row.due_current != before.due_current:
            moves.append((step.lane.task, move_of(before, row)))
    return events, moves


@dataclass(slots=True)
class Chunk:
    """What a chunk's refolds come to. `is_past`: days that facts may lie on have changed, not only deadlines."""

    steps: Sequence[Step]
    newest: Rulebook
    now: datetime
    is_past: bool
    changed: list[Row] = field(default_factory=list)
    """Rows of which only USUAL columns changed."""
    mended: list[Row] = field(default_factory=list)
    """Rows of which more changed: most of them had no deadline."""
    events: list[SlaEvent] = field(default_factory=list)
    moves: list[tuple[int, Move]] = field(default_factory=list)
    """Each with the task of the decision that made it."""
    traces: Traces = field(default_factory=Traces)

    def refold(self, row: Row) -> None:
        """Bring one row up to the new calendar."""
        ladder, rest = row.ladder, _REST(row)
        marked = self.is_past or row.apologised
        events, moves = carry(row, self.steps, self.newest, self.now, self.traces.note if marked else None)
        is_more = _REST(row) != rest
        if not (events or is_more or row.ladder != ladder):
            return
        self.events += events
        self.moves += moves
        (self.mended if is_more else self.changed).append(row)


def move_of(before: Said, row: Row) -> Move:
    """Return what moved."""
    return Move(row.id, row.revision, before.due_current, row.due_current, before.late_at, row.late_at)
