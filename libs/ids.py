"""Identifiers: UUIDv7 for what is new, UUIDv5 for what another system numbered before."""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7 as _uuid7

IMPORTED = UUID("6f9a3c1e-7d52-5b0a-9c41-2f0b8a1d4e77")
"""Namespace of the dossier ids of imported registers."""


def uuid7() -> UUID:
    """Return a new time-ordered id."""
    return _uuid7()


def imported_id(source: str, code: str) -> UUID:
    """Return the dossier id of `code` in the legacy register `source`: the same at every import."""
    return uuid5(IMPORTED, f"{source}\n{code}")


def derived_id(parent: UUID, name: str) -> UUID:
    """Return an id that is always the same for `name` under `parent`, as a batch's partition barrier."""
    return uuid5(parent, name)
