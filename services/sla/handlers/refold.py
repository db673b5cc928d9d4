"""Rows refolded: their standing, their next alarm, and what is to be said of the difference. No I/O."""

from collections.abc import Callable

from contracts.sla import ClockState, SlaEvent
from services.sla.domain.answer import Answer
from services.sla.handlers.announce import Occasion, said, statements, utter
from services.sla.handlers.judge import judge, rejudge
from services.sla.handlers.ladder import set_next
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.dossiers import Row

_OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED})
Note = Callable[[Row, Answer], None]
"""Called with each row and its new answer, for what else depends on it."""


def refold_one(
    row: Row,
    rulebook: Rulebook,
    occasion: Occasion,
    note: Note | None = None,
    *,
    ended: Rulebook | None = None,
) -> list[SlaEvent]:
    """Bring one row up to its facts and the rulebook; return what is to be said of it, in order.

    `ended`: the rulebook an ended dossier stands by; today's binds it only if it turns out to be open again.
    """
    before = said(row)
    if ended is not None:
        answer = judge(row, ended, now=occasion.now)
    if ended is None or row.state in _OPEN:
        row.overdue = before.overdue
        answer = (judge if occasion.calendar is None else rejudge)(row, rulebook, now=occasion.now)
    if note is not None:
        note(row, answer)
    set_next(row, answer, now=occasion.now)
    row.changed_at = occasion.now
    return [utter(row, statement, occasion.now) for statement in statements(before, row, answer, occasion)]
