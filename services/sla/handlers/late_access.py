"""What API and pages of the late list share: who may do what, and the things they name."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from contracts.codes import Role
from libs.clock import utcnow
from libs.errors import NotFoundError
from libs.identity import Identity, require
from libs.paging import moment, own_id, read_cursor, whole
from libs.runtime import Runtime
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.stating import Person
from services.sla.store import frozen
from services.sla.store.frozen import FrozenList

STATERS = (Role.OFFICER, Role.SUPERVISOR, Role.INSPECTOR)
FREEZERS = (Role.SUPERVISOR, Role.INSPECTOR, Role.ADMIN)
Stater = Annotated[Identity, Depends(require(*STATERS))]
Freezer = Annotated[Identity, Depends(require(*FREEZERS))]
Asker = Annotated[Identity, Depends(require(Role.INSPECTOR))]


def person_of(identity: Identity, rulebook: Rulebook) -> Person:
    """Return the person who asks, now."""
    catalogue = rulebook.catalogue
    return Person(staff=identity.staff_id, scope=identity.scope(catalogue), catalogue=catalogue, now=utcnow())


async def find_frozen(runtime: Runtime, rulebook: Rulebook, identity: Identity, own: UUID) -> FrozenList:
    """Return a frozen list within the scope, or raise NotFoundError."""
    made = await frozen.get(runtime.pool, own, identity.scope(rulebook.catalogue))
    if made is None:
        raise NotFoundError("list", "list_unknown", "Không có danh sách này trong phạm vi của bạn")
    return made


def before_of(cursor: str | None) -> tuple[int, int] | None:
    """Return the (year, number) of a frozen list that a cursor names."""
    return read_cursor(cursor, whole, whole)


def place_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Return after which request a page begins."""
    return read_cursor(cursor, moment, own_id)


def unknown_request() -> NotFoundError:
    """Return what is said of a request that does not exist or lies outside the scope."""
    return NotFoundError(
        "request", "request_unknown", "Không có yêu cầu giải trình này trong phạm vi của bạn"
    )
