"""What is said of an imported dossier, as bytes made once: a register of a million rows has no time for models.

A test holds these bytes against the contract's models.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import orjson

from contracts.intake import StepKind
from services.intake.domain.moments import wire
from services.intake.domain.register.dossiers import Draft

_ANSWERED = {StepKind.SUPPLEMENT_PROVIDED: "supplement", StepKind.PAYMENT_MADE: "payment"}


@dataclass(slots=True, kw_only=True)
class Plan:
    """What importing one dossier does: its row's columns, two events without id and recordedtime, and extras."""

    dossier: UUID
    code: str
    line: int
    content: list[str]
    facts: dict[str, Any]
    received: bytes
    history: bytes
    extras: dict[str, list[dict[str, str]]] = field(default_factory=dict)


def plan(draft: Draft, *, dossier: UUID, batch: UUID) -> Plan:
    """Return what importing a draft as `dossier` does."""
    extras = _extras(draft, dossier)
    batch_id = str(batch)
    history = {"batch": batch_id, "steps": [step.said() for step in draft.steps]}
    return Plan(
        dossier=dossier,
        code=draft.code,
        line=draft.line,
        content=draft.content,
        facts=_facts(draft),
        received=_event("DossierReceived", draft, (dossier, 1), _received(draft, batch_id)),
        history=_event("HistoryImported", draft, (dossier, 2), history),
        extras=extras,
    )


def _event(name: str, draft: Draft, place: tuple[UUID, int], data: dict[str, Any]) -> bytes:
    """Return an event's JSON without its opening brace: `complete` puts before it what is not known yet."""
    event = {
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "type": f"vn.motcua.intake.{name}.v1",
        "source": "/motcua/intake",
        "subject": place[0],
        "dossierseq": place[1],
        "time": draft.received_at,
        "data": data,
    }
    return orjson.dumps(event, option=orjson.OPT_UTC_Z)[1:]


def complete(event: bytes, *, event_id: UUID, recorded: str) -> bytes:
    """Return an event of a plan as it goes on the wire; `recorded` is a moment as on the wire."""
    return f'{{"id":"{event_id}","recordedtime":"{recorded}",'.encode() + event


def _received(draft: Draft, batch: str) -> dict[str, Any]:
    appointment = draft.appointment
    data: dict[str, Any] = {
        "code": draft.code,
        "procedure_code": draft.procedure_code,
        "field": draft.field,
        "channel": draft.channel,
        "receiving_unit": draft.receiving_unit,
        "competent_unit": draft.competent_unit,
        "rule_set": appointment.rule_set,
        "calendar_version": appointment.calendar_version,
        "origin": "import",
        "batch": batch,
    }
    if draft.procedure is not None:
        data["procedure_version"] = draft.procedure.version
    if appointment.due_at is not None:
        data["appointment_at"] = appointment.due_at
    if draft.declared is not None:
        data["declared_due_at"] = draft.declared
    return data


def _facts(draft: Draft) -> dict[str, Any]:
    returned, withdrawn = draft.at(StepKind.RETURNED), draft.at(StepKind.WITHDRAWN)
    state = "returned" if returned else "withdrawn" if withdrawn else "received"
    return {
        "state": state,
        "procedure_code": draft.procedure_code,
        "procedure_version": draft.procedure.version if draft.procedure else None,
        "field": draft.field,
        "channel": draft.channel,
        "receiving_unit": draft.receiving_unit,
        "competent_unit": draft.competent_unit,
        "received_at": draft.received_at,
        "appointment_at": draft.appointment.due_at,
        "late_at": draft.appointment.late_at,
        "declared_due_at": draft.declared,
        "rule_set": draft.appointment.rule_set,
        "calendar_version": draft.appointment.calendar_version,
        "ended_at": draft.ended_at,
        "returned_at": returned,
    }


def _extras(draft: Draft, dossier: UUID) -> dict[str, list[dict[str, str]]]:
    """Return what only a few dossiers have: answers, remarks in their own words, officers' labels."""
    extras: dict[str, list[dict[str, str]]] = {}
    for number, step in enumerate(draft.steps):
        if step.kind in _ANSWERED:
            event = str(uuid5(dossier, f"answer {number}"))
            answer = {"event": event, "kind": _ANSWERED[step.kind], "at": wire(step.at)}
            extras.setdefault("answers", []).append(answer)
        if step.remark:
            step.note = uuid5(dossier, f"note {number}")
            extras.setdefault("notes", []).append(
                {"id": str(step.note), "at": wire(step.at), "text": step.remark}
            )
        if step.officer_label:
            extras.setdefault("officers", []).append({"id": str(step.officer), "label": step.officer_label})
    return extras
