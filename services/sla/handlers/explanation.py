"""One dossier's clock explained: its standing at a moment, and a line for each day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from law.moments import to_moment
from services.sla.domain.answer import Answer, Segment, SegmentKind
from services.sla.domain.clock import fold
from services.sla.domain.explain import Line, forecast_of, lines_of
from services.sla.domain.standing import Standing, standing
from services.sla.domain.summary import conclusion, head, notes
from services.sla.handlers.head import head_of
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.dossiers import Row
from services.sla.store.packing import story_of, unpack


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is shown of one clock, as it stands at `as_of`."""

    row: Row
    answer: Answer
    standing: Standing | None
    head: tuple[str, ...]
    lines: list[Line]
    forecast: list[Line]
    """The days from there to the appointment, as they will be if nothing happens; none once late or while paused."""
    notes: tuple[str, ...]
    conclusion: str
    as_of: datetime


def explain(row: Row, rulebook: Rulebook, *, as_of: datetime) -> Explanation:
    """Return the explanation of a stored dossier by the rulebook it stands by (`PastRulebooks`)."""
    answer = fold(map(unpack, row.facts), rulebook.terms(head_of(story_of(row.story))))
    return Explanation(
        row=row,
        answer=answer,
        standing=standing(answer, as_of=as_of),
        head=head(answer),
        lines=list(lines_of(answer, as_of=as_of)),
        forecast=list(forecast_of(answer, as_of=as_of)),
        notes=notes(answer),
        conclusion=conclusion(answer, as_of=as_of),
        as_of=as_of,
    )


def as_json(it: Explanation, rulebook: Rulebook) -> dict[str, Any]:
    """Return an explanation as the interface gives it; `hours` are of the limit's own time."""
    answer = it.answer
    return {
        "code": it.row.code,
        "rule_set": it.row.rule_set,
        "received_at": answer.received_at,
        "due_original": answer.due_original,
        "due_current": answer.due_current,
        "late_at": answer.late_at,
        "state": answer.state,
        "outcome": answer.outcome,
        "lines": [line_as_json(line) for line in it.lines],
        "forecast": [line_as_json(line) for line in it.forecast],
        "as_of": it.as_of,
        "slip_at": it.row.slip_at,
        **_row_as_json(it.row, rulebook),
        "starts_at": answer.starts_at,
        "ended_at": answer.ended_at,
        "ending": answer.ending,
        "extended": answer.extended,
        "error": answer.error,
        "waiting_since": answer.waiting_since,
        "wait_expires_at": answer.wait_expires_at,
        **_standing_as_json(it.standing),
        "pauses": [pause_as_json(part) for part in answer.segments if part.kind is SegmentKind.PAUSED],
        "head": it.head,
        "notes": it.notes,
        "conclusion": it.conclusion,
    }


def _row_as_json(row: Row, rulebook: Rulebook) -> dict[str, Any]:
    names = {unit: rulebook.catalogue.name_of(unit) for unit in (row.competent_unit, row.holder) if unit}
    return {
        "dossier": row.id,
        "revision": row.revision,
        "procedure_code": row.procedure_code,
        "field": row.field,
        "competent_unit": row.competent_unit,
        "competent_unit_name": names.get(row.competent_unit or ""),
        "holder": row.holder,
        "holder_name": names.get(row.holder or ""),
        "holder_since": row.holder_since,
        "overdue": row.overdue,
        "calendar_version": row.calendar_version,
    }


def _standing_as_json(it: Standing | None) -> dict[str, Any]:
    return {
        "days_late": it.days_late if it else None,
        "elapsed_hours": hours(it.elapsed) if it else None,
        "remaining_hours": hours(it.remaining) if it else None,
        "paused_hours": hours(it.paused) if it else None,
        "apology": it.apology if it else None,
    }


def pause_as_json(part: Segment) -> dict[str, Any]:
    """Return one pause: from when to when, for what, why, on what ground, by whom, and the event that asked."""
    asked = part.cause
    return {
        "since": to_moment(part.since),
        "until": None if part.until is None else to_moment(part.until),
        "kind": asked.kind,
        "reason": asked.reason,
        "ground": asked.ground,
        "by": asked.by,
        "event": asked.id,
    }


def line_as_json(line: Line) -> dict[str, Any]:
    """Return one day."""
    return {
        "date": line.date,
        "kind": line.kind,
        "hours": hours(line.counted),
        "total_hours": hours(line.total),
        "is_late": line.is_late,
        "document": line.document,
        "text": line.text,
    }


def hours(length: timedelta) -> float:
    """Return a length of time in hours, to the second."""
    return round(length.total_seconds() / 3600, 4)
