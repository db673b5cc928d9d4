"""Looking things up: one dossier, its applicant, lists and searches. Looks at persons are written down."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from libs.catalogue import Catalogue
from libs.clock import VN
from libs.db import Connection
from libs.errors import DomainError, NotFoundError
from services.intake.domain.asked import Request
from services.intake.domain.people import phone_digits, words
from services.intake.handlers.desk import Desk
from services.intake.handlers.views import local, whole, with_person
from services.intake.store import asked, lists, people, rows
from services.intake.store.lists import Page

_SHORTEST_NAME = 2


async def dossier(conn: Connection, desk: Desk, ref: UUID | str) -> dict[str, Any]:
    """Return what the counter knows of a dossier; raises NotFoundError outside the scope."""
    row = await _row(conn, desk, ref)
    return whole(row, desk.catalogue, await owed(conn, row["id"]))


async def dossier_row(conn: Connection, desk: Desk, ref: UUID | str) -> Any:
    """Return a dossier's row; raises NotFoundError outside the scope."""
    return await _row(conn, desk, ref)


async def slip(conn: Connection, desk: Desk, dossier_id: UUID) -> dict[str, Any]:
    """Return what a slip prints: the dossier, its applicant, its procedure. Audited."""
    row = await _row(conn, desk, dossier_id)
    person = await people.get_person(conn, dossier_id)
    await people.audit(conn, at=desk.now, staff=desk.staff, action="slip", dossier=dossier_id)
    name = procedure_name(desk.catalogue)(row["procedure_code"])
    return {"row": row, "person": person, "procedure": name}


def procedure_name(catalogue: Catalogue) -> Callable[[str | None], str]:
    """Return what tells a procedure's name by its code; the code itself where it is unknown."""
    names = {procedure.code: procedure.name for procedure in catalogue.procedures()}
    return lambda code: names.get(code or "", code or "")


async def owed(conn: Connection, dossier_id: UUID) -> Sequence[Request]:
    """Return what a dossier's applicant still owes."""
    return (await asked.open_requests(conn, [dossier_id])).get(dossier_id, [])


async def contact(conn: Connection, desk: Desk, dossier_id: UUID) -> dict[str, Any]:
    """Return an applicant's data and write down the look."""
    await _row(conn, desk, dossier_id)
    person = await people.get_person(conn, dossier_id)
    await people.audit(conn, at=desk.now, staff=desk.staff, action="contact", dossier=dossier_id)
    if person is None:
        raise NotFoundError("", "no_person", "Hồ sơ này không có dữ liệu người nộp")
    return {"dossier_id": str(dossier_id), **dict(person)}


async def notes(conn: Connection, desk: Desk, ref: UUID | str) -> list[dict[str, Any]]:
    """Return the remarks about a dossier and write down the look."""
    row = await _row(conn, desk, ref)
    await people.audit(conn, at=desk.now, staff=desk.staff, action="notes", dossier=row["id"])
    found = await people.get_notes(conn, row["id"])
    return [
        {
            "id": str(n["id"]),
            "at": local(n["at"]),
            "staff": str(n["staff"]) if n["staff"] else None,
            "text": n["text"],
        }
        for n in found
    ]


async def today(conn: Connection, desk: Desk, page: Page) -> list[Any]:
    """Return the rows received today in the scope, with their persons, newest first. Audited as one look."""
    since, until = day_bounds(desk.now)
    found = await lists.received(conn, scope=desk.scope, since=since, until=until, page=page)
    await _audited(conn, desk, "list", "today", len(found))
    return found


async def waiting(conn: Connection, desk: Desk, page: Page) -> list[Any]:
    """Return the rows handed in but not received, oldest first. Audited as one look."""
    found = await lists.waiting(conn, scope=desk.scope, page=page)
    await _audited(conn, desk, "list", "waiting", len(found))
    return found


async def ready(conn: Connection, desk: Desk, page: Page) -> list[Any]:
    """Return the rows whose result waits to be collected, longest first. Audited as one look."""
    found = await lists.ready(conn, scope=desk.scope, page=page)
    await _audited(conn, desk, "list", "results-ready", len(found))
    return found


async def search(conn: Connection, desk: Desk, wanted: dict[str, str], page: Page) -> list[Any]:
    """Return the rows of one search and write down its kind and count, never its words.

    `wanted` holds exactly one of code, name, phone, id_number. Raises DomainError otherwise.
    """
    given = {kind: text.strip() for kind, text in wanted.items() if text and text.strip()}
    if len(given) != 1:
        raise DomainError(
            "", "one_of", "Tìm theo đúng một trong: mã hồ sơ, họ tên, số điện thoại, số định danh"
        )
    kind, text = next(iter(given.items()))
    found = await lists.search(conn, kind=kind, wanted=_needle(kind, text), scope=desk.scope, page=page)
    await _audited(conn, desk, "search", kind, len(found))
    return found


def _needle(kind: str, text: str) -> str | list[str]:
    if kind == "name":
        found = words(text)
        if sum(map(len, found)) < _SHORTEST_NAME:
            raise DomainError("name", "too_short", "Nhập ít nhất hai chữ cái của họ tên")
        return found
    if kind == "phone":
        return phone_digits(text)
    return text.replace(" ", "")


def listed(found: Sequence[Any], desk: Desk) -> list[dict[str, Any]]:
    """Return rows as a list shows them, with name and masked phone."""
    return [with_person(row, desk.catalogue) for row in found]


def day_bounds(now: datetime) -> tuple[datetime, datetime]:
    """Return the first moment of the day it is in Việt Nam, and of the next."""
    start = now.astimezone(VN).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)


async def _row(conn: Connection, desk: Desk, ref: UUID | str) -> Any:
    row = await rows.get(conn, ref, desk.scope)
    if row is None:
        raise NotFoundError("", "unknown_dossier", "Không tìm thấy hồ sơ trong phạm vi của bạn")
    return row


async def _audited(conn: Connection, desk: Desk, action: str, kind: str, found: int) -> None:
    await people.audit(conn, at=desk.now, staff=desk.staff, action=action, kind=kind, found=found)
