"""Explain by a date: an inspector asks a unit about late dossiers, the unit answers with cause and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from law.moments import vn_date
from libs.db import Connection
from libs.errors import ConflictError, DomainError, ForbiddenError, ManyErrors, NotFoundError
from libs.ids import uuid7
from services.sla.handlers.stating import LONGEST, NOT_LATE, Finding, Person, state
from services.sla.store import causes, frozen, requests
from services.sla.store.causes import Stated
from services.sla.store.requests import Request

_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What an inspector asks: about `codes`, or about a frozen `list`'s dossiers of the unit."""

    unit: str
    due_on: date
    text: str = ""
    codes: Sequence[str] = ()
    list: UUID | None = None


async def ask(conn: Connection, asking: Asking, person: Person) -> dict[str, Any]:
    """Keep a request in the open transaction; raises DomainError naming what makes no sense.

    Every dossier must be late, and its competent unit the one that is asked, or below it.
    """
    units = _require(asking, person)
    dossiers = [] if asking.list else await _dossiers(conn, asking, units, person)
    if asking.list and await frozen.get(conn, asking.list, person.scope) is None:
        raise NotFoundError("list", "list_unknown", "Không có danh sách này trong phạm vi của bạn")
    note = uuid7() if asking.text.strip() else None
    if note:
        await causes.put_note(conn, note, None, person.now, person.staff, asking.text.strip())
    own = uuid7()
    kept = Request(
        id=own, unit=asking.unit, due_on=asking.due_on, asked_at=person.now, asked_by=person.staff,
        list=asking.list, note=note,
    )  # fmt: skip
    number = await requests.put(conn, kept, dossiers, units)
    if not number:
        raise DomainError("list", "no_dossiers", f"Danh sách không có hồ sơ nào của {asking.unit}")
    await causes.audit(
        conn, at=person.now, staff=person.staff, action="explain-request", subject=own, found=number
    )
    return {"id": str(own), "unit": asking.unit, "due_on": asking.due_on.isoformat(), "dossiers": number}


def _require(asking: Asking, person: Person) -> frozenset[str]:
    """Return the unit with everything below it."""
    if person.catalogue.unit(asking.unit) is None:
        raise NotFoundError("unit", "unit_unknown", f"Không có đơn vị {asking.unit}")
    if not person.may(asking.unit):
        raise ForbiddenError("unit", "outside_scope", f"Đơn vị {asking.unit} ngoài phạm vi được phân công")
    if asking.due_on < vn_date(person.now):
        raise DomainError("due_on", "past", "Hạn giải trình phải từ hôm nay trở đi")
    if len(asking.text) > LONGEST:
        raise DomainError("text", "too_long", f"Nội dung dài nhất {LONGEST} ký tự")
    if bool(asking.codes) == bool(asking.list):
        raise DomainError("codes", "one_of", "Chọn các mã hồ sơ, hoặc một danh sách đã chốt")
    if len(asking.codes) > _MOST:
        raise DomainError(
            "codes", "too_many", f"Nhiều nhất {_MOST} hồ sơ một lần; nhiều hơn thì chốt danh sách"
        )
    return person.catalogue.subtree([asking.unit]) or frozenset()


async def _dossiers(conn: Connection, asking: Asking, units: frozenset[str], person: Person) -> list[UUID]:
    found = await requests.by_codes(conn, asking.codes)
    wrong: list[DomainError] = []
    for code in asking.codes:
        row = found.get(code)
        if row is None or not person.may(row["competent_unit"]):
            wrong.append(NotFoundError("codes", "dossier_unknown", f"Không tìm thấy hồ sơ {code}"))
        elif row["competent_unit"] not in units:
            wrong.append(DomainError("codes", "other_unit", f"Hồ sơ {code} không thuộc {asking.unit}"))
        elif row["late_since"] is None or row["late_since"] > person.now:
            wrong.append(DomainError("codes", "not_late", f"Hồ sơ {code} không quá hạn"))
    if wrong:
        raise ManyErrors(wrong)
    return [row["id"] for row in found.values()]


async def answer(conn: Connection, own: UUID, code: str, finding: Finding, person: Person) -> dict[str, Any]:
    """Answer for one dossier in the open transaction: its cause is stated, and the answer kept with the request.

    An answer may be given anew: the newest stands, the older ones stay in the dossier's history. About a dossier
    that is no longer late there is no cause to state: the words alone are the answer.
    """
    asked = await requests.get(conn, own, person.scope, lock=True)
    item = await requests.item(conn, own, code) if asked else None
    if asked is None or item is None:
        raise NotFoundError("code", "not_asked", f"Hồ sơ {code} không có trong yêu cầu giải trình này")
    said, note = await _say(conn, item["dossier"], finding, person)
    first = item["answered_at"] is None
    await requests.put_answer(
        conn, own, item["dossier"], said, note=note, at=person.now, staff=person.staff, first=first
    )
    left = asked["left_open"] - first
    return {"code": code, "cause": said.cause, "left_open": left}


async def _say(conn: Connection, dossier: UUID, finding: Finding, person: Person) -> tuple[Stated, UUID]:
    try:
        row, note = await state(conn, dossier, finding, person)
    except ConflictError as error:
        if error.rule != NOT_LATE:
            raise
        note = uuid7()
        await causes.put_note(conn, note, dossier, person.now, person.staff, finding.text.strip())
        return Stated(None, None, None, None), note
    return Stated(finding.cause.value, finding.unit or row.competent_unit, finding.leg, "person"), note


def state_of(record: Any, today: date) -> str:
    """Return whether a request is open, overdue or answered."""
    if record["answered_at"] is not None:
        return "answered"
    return "overdue" if record["due_on"] < today else "open"
