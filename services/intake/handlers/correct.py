"""A wrong entry is put right: new facts, a new appointment where they change it, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import Channel, Reason
from contracts.intake import DossierCorrected
from libs import outbox
from libs.db import Connection
from services.intake.domain.articles import article
from services.intake.domain.entry import Entry, Person
from services.intake.domain.life import Action
from services.intake.domain.problems import Problem
from services.intake.domain.reception import Reception, decide
from services.intake.handlers.changes import keep_note, lock_standing
from services.intake.handlers.desk import Desk, Saying, refuse, say
from services.intake.store import asked, people, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The new values; what is None stays."""

    reason: Reason = Reason.MISTAKEN_ENTRY
    procedure_code: str | None = None
    channel: Channel | None = None
    competent_unit: str | None = None
    received_at: datetime | None = None
    applicant: Person | None = None
    note: str = ""


async def correct(
    conn: Connection, desk: Desk, ref: UUID | str, what: Correction, *, if_match: str | None
) -> Any:
    """Put a received dossier right and say what changed; return its new row.

    A correction of the applicant alone says nothing: no event carries a person. Raises ManyErrors where the
    new facts break a rule, else like `change`.
    """
    row = await lock_standing(conn, desk, ref, Action.CORRECT, if_match=if_match or "")
    note = await keep_note(conn, desk, row["id"], what.note)
    if what.applicant:
        await people.put_person(conn, row["id"], what.applicant)
    given = [what.procedure_code, what.channel, what.competent_unit, what.received_at]
    if not any(given):
        if what.applicant is None:
            refuse([Problem("", "nothing_given", "Chưa nhập nội dung cần sửa")])
        return row
    received_at = what.received_at or row["received_at"]
    if received_at > desk.now:
        refuse([Problem("received_at", "future", "Thời điểm tiếp nhận ở tương lai")])
    if what.received_at is not None:
        await _require_before_the_rest(conn, row, what.received_at)
    entry = _entry(row, what)
    reception, problems = decide(entry, reference=desk.catalogue, law=desk.law, received_at=received_at)
    if reception is None:
        refuse(problems)
    seq = await rows.update(conn, row["id"], _columns(entry, reception))
    saying = Saying(dossier=row["id"], seq=seq, at=desk.now, now=desk.now)
    await outbox.put(conn, [say(DossierCorrected, saying, _data(row, what, reception, note, desk))])
    return await rows.get(conn, row["id"], None)


async def _require_before_the_rest(conn: Connection, row: Any, received_at: datetime) -> None:
    """Raise ManyErrors where a reception would come after what followed it: a request, or the end."""
    source = article(row["rule_set"], "supplement_appraisal")
    end = row["ready_at"] or row["ended_at"]
    problems = []
    if end is not None and received_at > end:
        message = "Thời điểm tiếp nhận sau khi hồ sơ đã kết thúc"
        problems.append(Problem("received_at", "reception.after_end", message, source))
    requests, _ = (await asked.all_of(conn, [row["id"]])).get(row["id"], ([], []))
    made = [request.at for request in requests if not request.cancelled and request.at >= row["received_at"]]
    if made and received_at > min(made):
        message = "Thời điểm tiếp nhận sau khi đã yêu cầu bổ sung hoặc nghĩa vụ tài chính"
        problems.append(Problem("received_at", "reception.after_request", message, source))
    if problems:
        refuse(problems)


def _entry(row: Any, what: Correction) -> Entry:
    keeps_unit = what.procedure_code is None or what.procedure_code == row["procedure_code"]
    return Entry(
        procedure_code=what.procedure_code or row["procedure_code"],
        channel=what.channel or Channel(row["channel"]),
        receiving_unit=row["receiving_unit"],
        competent_unit=what.competent_unit or (row["competent_unit"] if keeps_unit else None),
        applicant_commune=row["applicant_commune"],
        parcel_commune=row["parcel_commune"],
        submitted_at=None,
        foreign_codes=(),
        applicant=Person(full_name=""),
        note="",
    )


def _columns(entry: Entry, reception: Reception) -> dict[str, Any]:
    appointment = reception.appointment
    return {
        "procedure_code": entry.procedure_code,
        "procedure_version": reception.procedure.version,
        "field": reception.procedure.field,
        "channel": entry.channel,
        "competent_unit": reception.competent_unit,
        "received_at": reception.received_at,
        "appointment_at": appointment.due_at,
        "late_at": appointment.late_at,
        "rule_set": appointment.rule_set,
        "calendar_version": appointment.calendar_version,
    }


def _data(
    row: Any, what: Correction, reception: Reception, note: UUID | None, desk: Desk
) -> DossierCorrected.Data:
    procedure, appointment = reception.procedure, reception.appointment
    other = procedure.code != row["procedure_code"] or procedure.version != row["procedure_version"]
    moved = reception.competent_unit != row["competent_unit"]
    return DossierCorrected.Data(
        reason=what.reason,
        procedure_code=procedure.code if other else None,
        procedure_version=procedure.version if other else None,
        field=procedure.field if other else None,
        channel=what.channel,
        competent_unit=reception.competent_unit if moved else None,
        received_at=what.received_at,
        appointment_at=appointment.due_at if appointment.due_at != row["appointment_at"] else None,
        rule_set=appointment.rule_set if appointment.rule_set != row["rule_set"] else None,
        note=note,
        officer=desk.staff,
    )
