"""A checked entry meets the catalogue: what is received, by whose rules, until when, or why not."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from contracts.catalogue import Procedure, Unit
from contracts.codes import Level
from services.intake.domain.competence import Places, Units, chain, find_competent, stands
from services.intake.domain.entry import Entry
from services.intake.domain.lawbook import Appointment, LawBook
from services.intake.domain.moments import vn_day
from services.intake.domain.problems import Problem

_CLOCKS_DIFFER = timedelta(minutes=5)


class Reference(Units, Protocol):
    """The part of the catalogue a reception needs."""

    def procedure(self, code: str, on: date) -> Procedure | None:
        """Return the version of a procedure in force on a day."""

    def procedures(self) -> list[Procedure]:
        """Return every procedure in its newest version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What a reception was found to be, and the versions of the reference data it rests on."""

    procedure: Procedure
    competent_unit: str
    agency: str
    received_at: datetime
    appointment: Appointment


def decide(
    entry: Entry, *, reference: Reference, law: LawBook, received_at: datetime
) -> tuple[Reception | None, list[Problem]]:
    """Return the reception of `entry` at `received_at` (aware), or None and every problem found."""
    on = vn_day(received_at)
    procedure = reference.procedure(entry.procedure_code, on)
    problems = _check_units(entry, reference, on) + _check_times(entry, received_at)
    if procedure is None:
        text = f"Không có thủ tục {entry.procedure_code} có hiệu lực ngày {on:%d/%m/%Y}"
        problems.insert(0, Problem("procedure_code", "unknown", text))
    if procedure is None or problems:
        return None, problems
    competent, problem = _competent(entry, reference, procedure, on)
    rule_set = law.rule_set(on=on, procedure=procedure)
    if rule_set is None:
        problem = Problem(
            "procedure_code", "no_rule_set", f"Không có quy định nào có hiệu lực ngày {on:%d/%m/%Y}"
        )
    if problem or competent is None or rule_set is None:
        return None, [problem] if problem else []
    receiving = reference.unit(entry.receiving_unit)
    appointment = law.appointment(
        procedure=procedure,
        channel=entry.channel,
        received_at=received_at,
        rule_set=rule_set,
        chain=chain(reference, competent),
    )
    return Reception(
        procedure=procedure,
        competent_unit=competent,
        agency=receiving.agency_code or receiving.code if receiving else entry.receiving_unit,
        received_at=received_at,
        appointment=appointment,
    ), []


def _competent(
    entry: Entry, reference: Reference, procedure: Procedure, on: date
) -> tuple[str | None, Problem | None]:
    if entry.competent_unit:
        return entry.competent_unit, _level_problem(reference.unit(entry.competent_unit), procedure)
    places = Places(
        receiving=entry.receiving_unit, parcel=entry.parcel_commune, applicant=entry.applicant_commune
    )
    found = find_competent(reference, procedure=procedure, places=places, on=on)
    if found is None or not stands(reference.unit(found), on):
        text = (
            "Chưa xác định được đơn vị giải quyết: nhập xã của thửa đất hoặc của người nộp, hoặc chọn đơn vị"
        )
        return None, Problem("competent_unit", "not_found", text)
    return found, None


def _level_problem(unit: Unit | None, procedure: Procedure) -> Problem | None:
    if unit is not None and procedure.levels and unit.level not in procedure.levels:
        text = f"{unit.name} không thuộc cấp giải quyết thủ tục {procedure.code}"
        return Problem("competent_unit", "wrong_level", text)
    return None


def _check_units(entry: Entry, reference: Reference, on: date) -> list[Problem]:
    problems = []
    given = {
        "receiving_unit": entry.receiving_unit,
        "competent_unit": entry.competent_unit,
        "applicant_commune": entry.applicant_commune,
        "parcel_commune": entry.parcel_commune,
    }
    for field, code in given.items():
        unit = reference.unit(code) if code else None
        if code and (unit is None or not stands(unit, on)):
            text = f"Không có đơn vị {code} tại ngày {on:%d/%m/%Y}"
            problems.append(Problem(field, "unknown", text))
        elif unit and field.endswith("commune") and unit.level is not Level.COMMUNE:
            problems.append(Problem(field, "not_commune", f"{unit.name} không phải là xã, phường, đặc khu"))
    return problems


def _check_times(entry: Entry, received_at: datetime) -> list[Problem]:
    if entry.submitted_at and entry.submitted_at > received_at + _CLOCKS_DIFFER:
        return [Problem("submitted_at", "after_reception", "Thời điểm nộp sau thời điểm tiếp nhận")]
    return []
