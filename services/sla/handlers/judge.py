"""What a dossier's facts come to: the row as it should be now, by the pure fold and the story. No I/O."""

from datetime import datetime

from contracts.sla import ClockState, Outcome
from law.moments import vn_date
from services.sla.domain.answer import Answer
from services.sla.domain.breaches import breaches
from services.sla.domain.clock import fold
from services.sla.domain.standing import days_late, pauses
from services.sla.handlers.head import Head, head_of, holder_of, slip_of
from services.sla.handlers.ladder import is_told_late
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.dossiers import Row
from services.sla.store.packing import Entry, story_of, unpack


def judge(row: Row, rulebook: Rulebook, *, now: datetime) -> Answer:
    """Fold the facts of a row, write what they come to into the row, and return the clock's answer.

    Nothing is said here and no alarm is set: `row` is changed but for `seq`, `revision`, `told` and the rungs.
    """
    story = story_of(row.story)
    head = head_of(story)
    answer = fold(map(unpack, row.facts), rulebook.terms(head))
    _write_head(row, head, rulebook)
    row.holder, row.holder_since, row.holder_leg = holder_of(story)
    _write_clock(row, answer, now)
    _write_lateness(row, answer, rulebook)
    return answer


def rejudge(row: Row, rulebook: Rulebook, *, now: datetime) -> Answer:
    """Do the same where nothing but the rulebook is new: head and custody stay as the row has them."""
    answer = fold(map(unpack, row.facts), rulebook.terms(_binding(row)))
    _write_clock(row, answer, now)
    _write_lateness(row, answer, rulebook)
    return answer


def _binding(row: Row) -> Head:
    """Return what of a row's head decides which terms bind it: the story is read only as far as it must be."""
    told = [entry for entry in row.story if entry[_NAME] in _HEADING]
    if len(told) != 1 or told[0][_NAME] != "DossierReceived":
        return head_of(story_of(row.story))
    declared = told[0][_DATA].get("declared_due_at")
    return Head(
        procedure_code=row.procedure_code,
        procedure_version=told[0][_DATA].get("procedure_version"),
        channel=row.channel,
        reception_unit=row.reception_unit,
        rule_set=row.rule_set,
        declared_due_at=datetime.fromisoformat(declared) if declared else None,
    )


_NAME, _DATA = Entry._fields.index("name"), Entry._fields.index("data")
_HEADING = frozenset({"DossierReceived", "DossierCorrected"})


def _write_head(row: Row, head: Head, rulebook: Rulebook) -> None:
    row.code, row.procedure_code, row.field, row.channel = (
        head.code,
        head.procedure_code,
        head.field,
        head.channel,
    )
    row.competent_unit, row.reception_unit = head.competent_unit, head.reception_unit
    row.rule_set = head.rule_set
    row.origin, row.batch, row.slip_at = head.origin, head.batch, slip_of(head)
    row.province, level = rulebook.place(head.reception_unit)
    row.level = level or head.level


def _write_clock(row: Row, answer: Answer, now: datetime) -> None:
    row.received_at = answer.received_at
    row.state = answer.state.value if answer.state else None
    row.due_original, row.due_current, row.late_at = answer.due_original, answer.due_current, answer.late_at
    row.outcome = answer.outcome.value if answer.outcome else None
    row.ended_at, row.ending = answer.ended_at, answer.ending.value if answer.ending else None
    row.extended, row.restarts = answer.extended, answer.restarts
    row.paused_since = answer.waiting_since
    row.why = answer.error.value if answer.error else None
    row.calendar_version = answer.terms.calendar.version if answer.terms else 0
    row.ignored = len(answer.ignored)
    row.breaches = len(breaches(answer)) if answer.flags or answer.ignored else 0
    row.overdue = is_late(row, now) and (row.overdue or is_told_late(row))
    row.late_since = late_since(row)


def _write_lateness(row: Row, answer: Answer, rulebook: Rulebook) -> None:
    """Write what the late list selects and sorts by. While a clock is open its days are counted when asked."""
    row.late_calendar = rulebook.late_calendar(row.reception_unit, row.rule_set)
    ended = answer.ended_at if answer.outcome is Outcome.LATE else None
    row.late_days = days_late(answer, as_of=ended) if ended else 0
    row.pauses = pauses(answer)
    row.apologised = answer.apologised is not None


def differs(row: Row) -> bool:
    """Tell whether the clock's first appointment falls on another day than the applicant was told."""
    told, found = row.slip_at, row.due_original
    return told is not None and found is not None and vn_date(told) != vn_date(found)


def is_late(row: Row, now: datetime) -> bool:
    """Tell whether the dossier is, or ended, late at a moment."""
    since = row.late_at if row.state == ClockState.RUNNING or row.outcome == Outcome.LATE else None
    return since is not None and since <= now


def late_since(row: Row) -> datetime | None:
    """Return the moment from which the late list shows it: none while it waits, ended in time, or is unarmed."""
    if not row.armed:
        return None
    if row.state == ClockState.RUNNING or (row.state == ClockState.STOPPED and row.outcome == Outcome.LATE):
        return row.late_at
    return None
