"""Rows refolded: their standing, their next alarm, and what is to be said of the difference. No I/O."""

from collections.abc import Callable, Iterable

from contracts.sla import SlaEvent
from services.sla.domain.answer import Answer
from services.sla.handlers.announce import Occasion, said, statements, utter
from services.sla.handlers.judge import judge, rejudge
from services.sla.handlers.ladder import set_next
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.dossiers import Row

Note = Callable[[Row, Answer], None]
"""Called with each row and its new answer, for what else depends on it."""


def refold(
    rows: Iterable[Row], rulebook: Rulebook, occasion: Occasion, note: Note | None = None
) -> list[SlaEvent]:
    """Bring rows up to their facts and the rulebook; return what is to be said, each dossier's in order."""
    events: list[SlaEvent] = []
    for row in rows:
        events += refold_one(row, rulebook, occasion, note)
    return events


def refold_one(row: Row, rulebook: Rulebook, occasion: Occasion, note: Note | None = None) -> list[SlaEvent]:
    """Bring one row up to date; return what is to be said of it."""
    before = said(row)
    answer = (judge if occasion.calendar is None else rejudge)(row, rulebook, now=occasion.now)
    if note is not None:
        note(row, answer)
    set_next(row, answer, now=occasion.now)
    row.changed_at = occasion.now
    return [utter(row, statement, occasion.now) for statement in statements(before, row, answer, occasion)]
