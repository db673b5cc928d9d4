"""What a clerk or a portal hands in: strings become a checked entry, or all that is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from contracts.codes import Channel, ForeignCode
from services.intake.domain.moments import read_moment
from services.intake.domain.people import phone_digits, tidy
from services.intake.domain.problems import Problem, required

_ID_NUMBER = re.compile(r"^[0-9]{12}$")
_PHONE = re.compile(r"^0[0-9]{9,10}$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$")
_UNIT = re.compile(r"^[A-Z0-9][A-Z0-9._-]{0,60}$")
_FOREIGN = re.compile(str(get_args(ForeignCode)[1].pattern).removesuffix("$") + r"\Z")
_NAME_LENGTH, _TEXT_LENGTH = 120, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The applicant. Stays in intake's schema."""

    full_name: str
    id_number: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A dossier as it is handed in; its codes are not looked up yet."""

    procedure_code: str
    channel: Channel
    receiving_unit: str
    competent_unit: str | None
    applicant_commune: str | None
    parcel_commune: str | None
    submitted_at: datetime | None
    foreign_codes: tuple[str, ...]
    applicant: Person
    note: str


def read_entry(form: Mapping[str, Any]) -> tuple[Entry | None, list[Problem]]:
    """Return the entry in `form` (as JSON or an HTML form has it), or None and every problem found."""
    problems: list[Problem] = []
    person, wrong = read_person(form.get("applicant") or {})
    channel = _channel(_text(form, "channel"), problems)
    submitted_at = _moment(_text(form, "submitted_at"), problems)
    needed = (("procedure_code", "thủ tục"), ("receiving_unit", "đơn vị tiếp nhận"))
    problems.extend(required(field, what) for field, what in needed if not _text(form, field))
    units = ("receiving_unit", "competent_unit", "applicant_commune", "parcel_commune")
    problems.extend(
        Problem(field, "shape", f"Mã đơn vị {code[:40]!r} không đúng dạng")
        for field in units
        if (code := _text(form, field)) and not _UNIT.match(code)
    )
    foreign = tuple(str(code).strip() for code in form.get("foreign_codes") or ())
    problems += [
        Problem("foreign_codes", "shape", "Mã hồ sơ của hệ thống khác không đúng dạng")
        for code in foreign
        if not _FOREIGN.match(code)
    ]
    note = tidy(_text(form, "note"))
    problems += wrong
    if problems or person is None or channel is None:
        return None, problems
    return Entry(
        procedure_code=_text(form, "procedure_code"),
        channel=channel,
        receiving_unit=_text(form, "receiving_unit"),
        competent_unit=_text(form, "competent_unit") or None,
        applicant_commune=_text(form, "applicant_commune") or None,
        parcel_commune=_text(form, "parcel_commune") or None,
        submitted_at=submitted_at,
        foreign_codes=foreign,
        applicant=person,
        note=note,
    ), []


def read_person(form: Mapping[str, Any]) -> tuple[Person | None, list[Problem]]:
    """Return the applicant in `form`, or None and every problem found."""
    name = tidy(_text(form, "full_name"))
    id_number = _text(form, "id_number").replace(" ", "")
    phone = phone_digits(_text(form, "phone"))
    address, email = tidy(_text(form, "address")), _text(form, "email")
    checks = (
        (not name, required("applicant.full_name", "họ và tên người nộp")),
        (
            len(name) > _NAME_LENGTH or any(letter.isdigit() for letter in name),
            Problem("applicant.full_name", "shape", "Họ và tên không có chữ số và dài không quá 120 ký tự"),
        ),
        (
            bool(id_number) and not _ID_NUMBER.match(id_number),
            Problem("applicant.id_number", "digits_12", "Số định danh cá nhân phải có đúng 12 chữ số"),
        ),
        (
            bool(phone) and not _PHONE.match(phone),
            Problem("applicant.phone", "shape", "Số điện thoại có 10 hoặc 11 chữ số, bắt đầu bằng số 0"),
        ),
        (
            bool(email) and not _EMAIL.match(email),
            Problem("applicant.email", "shape", "Địa chỉ thư điện tử không đúng dạng"),
        ),
        (
            len(address) > _TEXT_LENGTH,
            Problem("applicant.address", "too_long", "Địa chỉ dài không quá 400 ký tự"),
        ),
    )
    problems = [problem for broken, problem in checks if broken]
    if problems:
        return None, problems
    return Person(full_name=name, id_number=id_number, phone=phone, address=address, email=email), []


def _text(form: Mapping[str, Any], field: str) -> str:
    value = form.get(field)
    return "" if value is None else str(value).strip()


def _channel(text: str, problems: list[Problem]) -> Channel | None:
    if not text:
        problems.append(required("channel", "hình thức nộp"))
        return None
    try:
        return Channel(text)
    except ValueError:
        problems.append(
            Problem(
                "channel",
                "unknown",
                "Hình thức nộp là một trong: counter (trực tiếp), online, post (bưu chính)",
            )
        )
        return None


def _moment(text: str, problems: list[Problem]) -> datetime | None:
    moment = read_moment(text) if text else None
    if text and moment is None:
        problems.append(Problem("submitted_at", "iso_8601", "Thời điểm nộp không đúng dạng ISO 8601"))
    return moment
