"""Saved filters: named, checked when saved, and read again as the question they are."""

from typing import Any
from uuid import UUID

import asyncpg

from contracts.codes import Role
from libs.db import Connection
from libs.errors import DomainError, ForbiddenError, NotFoundError
from libs.identity import Identity
from libs.ids import uuid7
from services.sla.domain.late_buckets import Bucket
from services.sla.handlers.question import LateQuestion
from services.sla.handlers.stating import Person
from services.sla.store import filters
from services.sla.store.late import Reader

_LONGEST = 80


async def save(
    conn: Connection,
    name: str,
    unit: str | None,
    asked: LateQuestion,
    person: Person,
    buckets: tuple[Bucket, ...],
) -> asyncpg.Record:
    """Save a question; raises DomainError for a name or a question that makes no sense, or a unit out of scope."""
    wanted = name.strip()
    if not 0 < len(wanted) <= _LONGEST:
        raise DomainError("name", "length", f"Tên bộ lọc dài từ 1 đến {_LONGEST} ký tự")
    if unit is not None and person.catalogue.unit(unit) is None:
        raise NotFoundError("for_unit", "unit_unknown", f"Không có đơn vị {unit}")
    if unit is not None and not person.may(unit):
        raise ForbiddenError("for_unit", "outside_scope", f"Đơn vị {unit} ngoài phạm vi được phân công")
    asked.filter(person.catalogue, scope=person.scope, now=person.now, buckets=buckets)
    return await filters.put(
        conn, own=uuid7(), name=wanted, unit=unit, query=asked.as_json(), by=person.staff, at=person.now
    )


async def question_of(reader: Reader, own: UUID, person: Person) -> LateQuestion:
    """Return the question of a saved filter the person may see."""
    found = await filters.get(reader, own, person.staff, person.scope)
    if found is None:
        raise _unknown()
    return LateQuestion.of_json(found["query"])


async def forget(conn: Connection, own: UUID, person: Person, identity: Identity) -> None:
    """Remove a filter: one's own, or as supervisor or inspector a unit's."""
    found = await filters.get(conn, own, person.staff, person.scope)
    if found is None:
        raise _unknown()
    if found["unit"] is not None and not identity.has(Role.SUPERVISOR, Role.INSPECTOR, Role.ADMIN):
        raise ForbiddenError("", "role_missing", "Bộ lọc của đơn vị do lãnh đạo hoặc thanh tra quản lý")
    await filters.remove(conn, own)


def as_json(record: asyncpg.Record) -> dict[str, Any]:
    """Return a filter as the interface gives it; `query_string` asks the late list for it."""
    question = LateQuestion.of_json(record["query"])
    return dict(record) | {"query_string": question.query()}


def _unknown() -> NotFoundError:
    return NotFoundError("filter", "filter_unknown", "Không có bộ lọc này")
