"""Seeded people of the default run: one per role, with generated first passwords and no default secret."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from contracts.codes import Role
from deploy.local.places import write_private
from libs.tokens import Identity

EVERYWHERE = "*"
_COUNTER = "N66"
"""The province in which the seeded counter, desk and supervisor work (Đắk Lắk, as of 1/7/2025)."""
_NAMESPACE = UUID("0d6ab1fc-53c7-5f6d-8f2a-2f7d4a1f9a35")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
SEEDED: tuple[tuple[str, Role, str], ...] = (
    ("clerk", Role.CLERK, _COUNTER),
    ("officer", Role.OFFICER, _COUNTER),
    ("supervisor", Role.SUPERVISOR, _COUNTER),
    ("inspector", Role.INSPECTOR, EVERYWHERE),
    ("operator", Role.OPERATOR, EVERYWHERE),
    ("admin", Role.ADMIN, EVERYWHERE),
)
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id with OWASP's second set of parameters: 19 MiB, two passes."""


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in."""

    identity: Identity
    password_hash: str


class Users:
    """The people of a stack, read from its state folder."""

    def __init__(self, users: Iterable[User]) -> None:
        self._by_name = {user.identity.username: user for user in users}

    def identity(self, username: str) -> Identity | None:
        """Return a person by log-in name."""
        user = self._by_name.get(username)
        return user.identity if user else None

    @property
    def names(self) -> list[str]:
        """The log-in names."""
        return sorted(self._by_name)

    def check(self, username: str, password: str) -> Identity | None:
        """Return who signs in with this password, or None; an unknown name takes as long as a wrong password."""
        user = self._by_name.get(username)
        try:
            _HASHER.verify(user.password_hash if user else _nobodys_hash(), password)
        except VerificationError:
            return None
        return user.identity if user else None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex(8))


def load(home: Path) -> Users:
    """Return the people of the stack in `home`; FileNotFoundError before its first start."""
    return Users(_user(entry) for entry in json.loads((home / "users.json").read_text()))


def ensure(home: Path) -> Path | None:
    """Make the seeded people at the first start; return the file with their first passwords, else None."""
    file, first = home / "users.json", home / "first-passwords.txt"
    if file.exists():
        return None
    chosen = {name: _password() for name, _, _ in SEEDED}
    write_private(first, "".join(f"{name}\t{password}\n" for name, password in chosen.items()))
    entries = [
        {
            "staff_id": str(uuid5(_NAMESPACE, name)),
            "username": name,
            "roles": [role.value],
            "units": [unit],
            "password_hash": _HASHER.hash(chosen[name]),
        }
        for name, role, unit in SEEDED
    ]
    write_private(file, json.dumps(entries, indent=1))
    return first


def set_password(home: Path, username: str, password: str) -> bool:
    """Give a person another password, valid at once; return False when there is no such person."""
    entries = json.loads((home / "users.json").read_text())
    mine = [entry for entry in entries if entry["username"] == username]
    for entry in mine:
        entry["password_hash"] = _HASHER.hash(password)
    write_private(home / "users.json", json.dumps(entries, indent=1))
    return bool(mine)


def _user(entry: dict[str, Any]) -> User:
    roles = frozenset(Role(role) for role in entry["roles"])
    identity = Identity(UUID(entry["staff_id"]), entry["username"], roles, frozenset(entry["units"]))
    return User(identity, entry["password_hash"])


def _password() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
