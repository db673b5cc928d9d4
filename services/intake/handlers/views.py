"""How a dossier reads to those who ask: codes, words and moments of Việt Nam; persons only where asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from libs.catalogue import Catalogue
from libs.clock import VN
from services.intake.domain.asked import Request
from services.intake.domain.life import WORDS, State
from services.intake.domain.people import mask_phone


def local(moment: datetime | None) -> str | None:
    """Return a moment in Việt Nam's time, ISO 8601."""
    return moment.astimezone(VN).isoformat() if moment else None


def brief(row: Any, catalogue: Catalogue) -> dict[str, Any]:
    """Return a dossier as a list shows it, without any person."""
    state = State(row["state"])
    due, late = row["due_current"] or row["appointment_at"], row["clock_late_at"] or row["late_at"]
    return {
        "id": str(row["id"]),
        "code": row["code"],
        "state": state,
        "state_text": WORDS[state],
        "procedure_code": row["procedure_code"],
        "field": row["field"],
        "channel": row["channel"],
        "receiving_unit": row["receiving_unit"],
        "competent_unit": row["competent_unit"],
        "competent_name": catalogue.name_of(row["competent_unit"] or ""),
        "received_at": local(row["received_at"]),
        "appointment_at": local(row["appointment_at"]),
        "due_at": local(due),
        "late_at": local(late),
        "overdue": row["overdue"],
        "ready_at": local(row["ready_at"]),
        "returned_at": local(row["returned_at"]),
    }


def with_person(row: Any, catalogue: Catalogue) -> dict[str, Any]:
    """Return a dossier with its applicant's name and masked phone; the caller audits the look."""
    return brief(row, catalogue) | {
        "full_name": row["full_name"],
        "phone": mask_phone(row["phone"]) if row["phone"] else None,
    }


def whole(row: Any, catalogue: Catalogue, owed: Sequence[Request]) -> dict[str, Any]:
    """Return all the counter knows of a dossier, without the person. `seq` is what If-Match asks for."""
    return brief(row, catalogue) | {
        "seq": row["seq"],
        "origin": row["origin"],
        "batch": str(row["batch"]) if row["batch"] else None,
        "foreign_codes": list(row["foreign_codes"]),
        "procedure_version": row["procedure_version"],
        "applicant_commune": row["applicant_commune"],
        "parcel_commune": row["parcel_commune"],
        "submitted_at": local(row["submitted_at"]),
        "declared_due_at": local(row["declared_due_at"]),
        "rule_set": row["rule_set"],
        "calendar_version": row["calendar_version"],
        "clock_state": row["clock_state"],
        "outcome": row["outcome"],
        "holder": row["holder"],
        "holder_name": catalogue.name_of(row["holder"]) if row["holder"] else None,
        "ending": row["ending"],
        "waiting_for": [
            {"request": str(r.request), "kind": r.kind, "since": local(r.at), "reason": r.reason}
            for r in owed
        ],
    }
