"""What is to be said about a dossier whose standing changed. Pure.

Only the result is described: of facts that came together the states between were never told, so a dossier that
was received and resolved in one batch says ClockStarted and ClockStopped, whatever happened between. What was
said before and no longer holds is taken back by ClockRevised with the whole snapshot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from contracts import sla
from contracts.codes import Reason
from contracts.sla import CalendarChange, ClockState, MoveReason, SlaEvent, Snapshot
from law.moments import to_moment
from libs.ids import uuid7
from services.sla.domain.answer import Answer
from services.sla.domain.facts import Fact, FactKind
from services.sla.store.dossiers import Row

_OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED})


class Said(NamedTuple):
    """What was last said about a dossier: the snapshot's content, to be compared."""

    state: str | None
    rule_set: str | None
    received_at: datetime | None
    due_original: datetime | None
    due_current: datetime | None
    late_at: datetime | None
    outcome: str | None
    ended_at: datetime | None
    ending: str | None
    overdue: bool
    extended: bool
    why: str | None
    paused_since: datetime | None
    restarts: int


_SAID = attrgetter(*Said._fields)


def said(row: Row) -> Said:
    """Return what a row says at this moment."""
    return Said(*_SAID(row))


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing to say: the event class, when it happened, what goes beside the snapshot."""

    kind: type[SlaEvent]
    time: datetime
    beside: dict[str, Any]
    state: ClockState | None = None
    """The state this statement leads to, where another follows it."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a dossier was refolded: `calendar` is the decision that was published, none means new facts."""

    now: datetime
    calendar: CalendarChange | None = None


def statements(before: Said, row: Row, answer: Answer, occasion: Occasion) -> list[Statement]:
    """Return what to say in order, given what was said before; empty where nothing changed."""
    after = said(row)
    if after.state is None or (row.revision and after == before):
        return []
    if after.state == ClockState.ERROR:
        return [Statement(sla.DeadlineUncomputable, occasion.now, {"why": after.why})]
    if not row.revision:
        return list(_first(after, answer, occasion))
    if after.state == ClockState.STOPPED and before.state in _OPEN:
        return [Statement(sla.ClockStopped, after.ended_at or occasion.now, {})]
    if after.state in _OPEN and before.state in _OPEN:
        return list(_moved(before, after, answer, occasion)) or [_revised(occasion)]
    return [_revised(occasion)]


def _first(after: Said, answer: Answer, occasion: Occasion) -> Iterator[Statement]:
    """Yield what is said of a dossier for the first time."""
    if after.state == ClockState.VOIDED:
        yield _revised(occasion)
        return
    is_all = after.state == ClockState.RUNNING
    yield Statement(
        sla.ClockStarted, after.received_at or occasion.now, {}, None if is_all else ClockState.RUNNING
    )
    if after.state == ClockState.PAUSED:
        yield _paused(answer, occasion)
    elif after.state == ClockState.STOPPED:
        yield Statement(sla.ClockStopped, after.ended_at or occasion.now, {})


def _moved(before: Said, after: Said, answer: Answer, occasion: Occasion) -> Iterator[Statement]:
    """Yield what is said of a clock that was and is open."""
    is_paused_anew = after.state == ClockState.PAUSED and after.paused_since != before.paused_since
    between = ClockState.RUNNING if is_paused_anew else None
    is_moved = after.due_current != before.due_current
    move = _move_reason(before, after, occasion)
    if after.restarts > before.restarts:
        yield Statement(sla.ClockRestarted, _running_since(answer, occasion), {}, between)
    elif move is not None and is_moved:
        beside = {
            "due_before": before.due_current,
            "late_before": before.late_at,
            "why": move,
            "decision": None,
            "calendar_decision": occasion.calendar,
        }
        yield Statement(sla.DeadlineMoved, _moved_at(move, answer, occasion), beside, between)
    elif before.state == ClockState.PAUSED and before.paused_since != after.paused_since:
        yield Statement(sla.ClockResumed, _running_since(answer, occasion), {}, between)
    if is_paused_anew:
        yield _paused(answer, occasion)


def _move_reason(before: Said, after: Said, occasion: Occasion) -> MoveReason | None:
    if occasion.calendar is not None:
        return MoveReason.CALENDAR
    if (after.received_at, after.rule_set, after.due_original) != (
        before.received_at, before.rule_set, before.due_original,
    ):  # fmt: skip
        return MoveReason.CORRECTION
    if after.extended and not before.extended:
        return MoveReason.EXTENSION
    return None


def _moved_at(move: MoveReason, answer: Answer, occasion: Occasion) -> datetime:
    if move is MoveReason.EXTENSION:
        granted = [fact for fact in answer.marks if fact.kind is FactKind.EXTENDED]
        return granted[-1].time if granted else occasion.now
    return occasion.now


def _running_since(answer: Answer, occasion: Occasion) -> datetime:
    """Return when the clock last ran on: the end of its last pause that ended."""
    ends = [part.until for part in answer.segments if part.kind == "paused" and part.until is not None]
    return to_moment(ends[-1]) if ends else occasion.now


def _paused(answer: Answer, occasion: Occasion) -> Statement:
    asked: Fact | None = answer.waiting_for
    reason = asked.reason if asked and asked.reason else Reason.OTHER
    beside = {"reason": reason, "ground": asked.ground if asked else None}
    return Statement(sla.ClockPaused, answer.waiting_since or occasion.now, beside)


def _revised(occasion: Occasion) -> Statement:
    return Statement(sla.ClockRevised, occasion.now, {})


def utter(row: Row, statement: Statement, now: datetime) -> SlaEvent:
    """Return the event of a statement, drawing the row's next `seq` and `revision`."""
    row.seq += 1
    row.revision += 1
    data = statement.kind.Data(**snapshot(row, statement.state), **statement.beside)  # type: ignore[attr-defined]
    return statement.kind(  # type: ignore[call-arg]  # `type` has its default in every subclass
        id=uuid7(), time=statement.time, recordedtime=now, subject=row.id, dossierseq=row.seq, data=data
    )


def snapshot(row: Row, between: ClockState | None = None) -> dict[str, Any]:
    """Return the content of a row's snapshot; `between` is a state that another statement ends at once."""
    values = dict(zip(_SNAPSHOT, _CONTENT(row), strict=True))
    if between is not None:
        values |= {"state": between, "outcome": None, "ended_at": None, "ending": None, "overdue": False}
    return values


_SNAPSHOT = tuple(Snapshot.model_fields)
_CONTENT = attrgetter(*_SNAPSHOT)
