"""Dossiers come in: handed in online, received at the counter, or refused there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import Channel, Reason
from contracts.intake import DossierReceived, DossierRefused, DossierSubmitted
from libs import outbox
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.ids import uuid7
from services.intake.domain.codes import dossier_code
from services.intake.domain.entry import Entry, Person
from services.intake.domain.life import Action, State
from services.intake.domain.moments import vn_day
from services.intake.domain.reception import Reception, decide
from services.intake.handlers.changes import keep_note, lock_standing
from services.intake.handlers.desk import Desk, Saying, refuse, say
from services.intake.store import people, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the slip says."""

    id: UUID
    code: str
    received_at: datetime
    appointment_at: datetime | None
    late_at: datetime | None
    rule_set: str
    procedure_code: str
    receiving_unit: str
    competent_unit: str


async def receive(conn: Connection, desk: Desk, entry: Entry) -> Receipt:
    """Receive a dossier handed in at the counter (or by post) and return its receipt.

    Raises ManyErrors naming each field and rule, ForbiddenError for a unit outside the clerk's scope.
    """
    _within(desk, entry.receiving_unit)
    reception = _decided(desk, entry)
    dossier = uuid7()
    await people.put_person(conn, dossier, entry.applicant)
    await keep_note(conn, desk, dossier, entry.note)
    code = await _draw_code(conn, reception)  # late: until the commit nobody else of this unit draws one
    await rows.insert(conn, dossier, _row(entry, reception, desk, code))
    return await _announce(
        conn, desk, entry, reception, Saying(dossier=dossier, seq=1, at=desk.now, now=desk.now), code
    )


async def submit(conn: Connection, desk: Desk, entry: Entry) -> UUID:
    """Take in a dossier handed in from afar, to be received or refused later; return its id.

    Checked like a reception, so that an applicant hears at once what is wrong.
    """
    _within(desk, entry.receiving_unit)
    reception = _decided(desk, entry)
    dossier = uuid7()
    columns = _given(entry) | {
        "state": State.SUBMITTED,
        "field": reception.procedure.field,
        "submitted_at": entry.submitted_at or desk.now,
    }
    await rows.insert(conn, dossier, columns)
    await people.put_person(conn, dossier, entry.applicant)
    await keep_note(conn, desk, dossier, entry.note)
    data = DossierSubmitted.Data(
        procedure_code=entry.procedure_code, channel=entry.channel, receiving_unit=entry.receiving_unit
    )
    saying = Saying(dossier=dossier, seq=1, at=entry.submitted_at or desk.now, now=desk.now)
    await outbox.put(conn, [say(DossierSubmitted, saying, data)])
    return dossier


async def receive_submitted(conn: Connection, desk: Desk, ref: UUID | str) -> Receipt:
    """Formally receive a dossier that was handed in: from now on the law's clock runs."""
    row = await lock_standing(conn, desk, ref, Action.RECEIVE)
    entry = _entry_of(row)
    reception = _decided(desk, entry)
    code = await _draw_code(conn, reception)
    columns = _row(entry, reception, desk, code)
    seq = await rows.update(conn, row["id"], {k: columns[k] for k in columns if k not in _given(entry)})
    saying = Saying(dossier=row["id"], seq=seq, at=desk.now, now=desk.now)
    return await _announce(conn, desk, entry, reception, saying, code)


async def refuse_submitted(
    conn: Connection, desk: Desk, ref: UUID | str, *, reason: Reason, ground: str | None, note: str
) -> UUID:
    """Refuse a dossier that was handed in (form 03); return its id."""
    row = await lock_standing(conn, desk, ref, Action.REFUSE)
    note_id = await keep_note(conn, desk, row["id"], note)
    seq = await rows.update(conn, row["id"], {"state": State.REFUSED, "ended_at": desk.now})
    data = DossierRefused.Data(reason=reason, ground=ground, note=note_id, officer=desk.staff)
    saying = Saying(dossier=row["id"], seq=seq, at=desk.now, now=desk.now)
    await outbox.put(conn, [say(DossierRefused, saying, data)])
    dossier: UUID = row["id"]
    return dossier


def _within(desk: Desk, unit: str) -> None:
    if desk.scope is not None and unit not in desk.scope:
        raise ForbiddenError("receiving_unit", "outside_scope", f"Đơn vị {unit} ngoài phạm vi được phân công")


def _decided(desk: Desk, entry: Entry) -> Reception:
    reception, problems = decide(entry, reference=desk.catalogue, law=desk.law, received_at=desk.now)
    if reception is None:
        refuse(problems)
    return reception


async def _draw_code(conn: Connection, reception: Reception) -> str:
    day = vn_day(reception.received_at)
    number = await rows.next_number(conn, agency=reception.agency, day=day)
    return dossier_code(agency=reception.agency, day=day, number=number)


def _given(entry: Entry) -> dict[str, Any]:
    return {
        "procedure_code": entry.procedure_code,
        "channel": entry.channel,
        "receiving_unit": entry.receiving_unit,
        "applicant_commune": entry.applicant_commune,
        "parcel_commune": entry.parcel_commune,
        "foreign_codes": list(entry.foreign_codes),
        "submitted_at": entry.submitted_at,
    }


def _row(entry: Entry, reception: Reception, desk: Desk, code: str) -> dict[str, Any]:
    appointment = reception.appointment
    return _given(entry) | {
        "state": State.RECEIVED,
        "code": code,
        "field": reception.procedure.field,
        "procedure_version": reception.procedure.version,
        "competent_unit": reception.competent_unit,
        "received_at": reception.received_at,
        "appointment_at": appointment.due_at,
        "late_at": appointment.late_at,
        "rule_set": appointment.rule_set,
        "calendar_version": appointment.calendar_version,
        "received_by": desk.staff,
        "recorded_at": desk.now,
    }


def _entry_of(row: Any) -> Entry:
    return Entry(
        procedure_code=row["procedure_code"],
        channel=Channel(row["channel"]),
        receiving_unit=row["receiving_unit"],
        competent_unit=row["competent_unit"],
        applicant_commune=row["applicant_commune"],
        parcel_commune=row["parcel_commune"],
        submitted_at=row["submitted_at"],
        foreign_codes=tuple(row["foreign_codes"]),
        applicant=Person(full_name=""),
        note="",
    )


async def _announce(
    conn: Connection, desk: Desk, entry: Entry, reception: Reception, saying: Saying, code: str
) -> Receipt:
    appointment = reception.appointment
    data = DossierReceived.Data(
        code=code,
        foreign_codes=entry.foreign_codes,
        procedure_code=entry.procedure_code,
        procedure_version=reception.procedure.version,
        field=reception.procedure.field,
        channel=entry.channel,
        receiving_unit=entry.receiving_unit,
        competent_unit=reception.competent_unit,
        applicant_commune=entry.applicant_commune,
        parcel_commune=entry.parcel_commune,
        submitted_at=entry.submitted_at,
        appointment_at=appointment.due_at,
        rule_set=appointment.rule_set,
        calendar_version=appointment.calendar_version,
        received_by=desk.staff,
    )
    await outbox.put(conn, [say(DossierReceived, saying, data)])
    return Receipt(
        id=saying.dossier,
        code=code,
        received_at=reception.received_at,
        appointment_at=appointment.due_at,
        late_at=appointment.late_at,
        rule_set=appointment.rule_set,
        procedure_code=entry.procedure_code,
        receiving_unit=entry.receiving_unit,
        competent_unit=reception.competent_unit,
    )
