"""What the desk's list and its page share: whose legs, and where a page begins."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from libs.catalogue import Catalogue
from libs.errors import DomainError
from libs.tokens import Identity
from services.routing.store.finding import Scope

SOON = timedelta(days=2)


def units_of(identity: Identity, catalogue: Catalogue, unit: str | None) -> Scope:
    """Return whose legs to list: one unit with all below it (which must be the person's), or all of theirs."""
    if unit is None:
        return identity.scope(catalogue)
    identity.require_unit(catalogue, unit)
    return catalogue.subtree([unit])


def place_of(values: list[Any] | None) -> tuple[datetime, UUID] | None:
    """Return where a page begins, out of a cursor's values; DomainError for nonsense."""
    if values is None:
        return None
    try:
        return datetime.fromisoformat(values[0]), UUID(values[1])
    except (ValueError, TypeError, AttributeError):
        raise DomainError("cursor", "cursor_invalid", "Vị trí trang không hợp lệ") from None
