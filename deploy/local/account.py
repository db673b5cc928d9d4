"""As whom the servers run: the caller, or an unprivileged account when the caller is root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError

_CANDIDATES = ("motcua", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A system account; `switch` says that the launcher is root and must become it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def give(self, path: Path) -> None:
        """Make `path` the account's own (nothing to do when it is the caller's)."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def server_account(wanted: str | None) -> Account:
    """Return the account of PostgreSQL and Kafka; `wanted` counts only when started by root."""
    if os.geteuid() != 0:
        return Account(str(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    for name in (wanted,) if wanted else _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, switch=True)
    raise StackError(
        f"PostgreSQL does not run as root and there is no account {wanted or 'nobody'!r} here: "
        "create one (useradd --system motcua) or name one in MOTCUA_ACCOUNT."
    )


def reachable(path: Path) -> bool:
    """Return whether any account can walk to `path`; parents are looked at, never changed."""
    existing = [p for p in path.resolve().parents if p.exists()]
    return all(p.stat().st_mode & 0o001 for p in existing)
