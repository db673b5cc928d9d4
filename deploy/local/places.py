"""Where everything of one stack lies, with the modes that keep it private."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.local.account import Account, reachable, server_account
from deploy.local.errors import StackError
from deploy.local.settings import LocalSettings

READY = "ready.json"
"""The file that says: everything is up, and where."""
_NEEDED_BYTES = 600 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of a stack: `home` is the launcher's, `base` holds what the servers' account owns."""

    home: Path
    base: Path
    account: Account

    @property
    def logs(self) -> Path:
        """Log files of every process (opened by the launcher, passed on as descriptors)."""
        return self.home / "log"

    @property
    def conf(self) -> Path:
        """Server configuration: the launcher's folder, files readable by the account."""
        return self.base / "conf"

    @property
    def data(self) -> Path:
        """The servers' data."""
        return self.base / "data"

    @property
    def work(self) -> Path:
        """The servers' working and home folder."""
        return self.base / "home"

    @property
    def tmp(self) -> Path:
        """The servers' temporary files."""
        return self.base / "tmp"

    def exists(self) -> bool:
        """Return whether a stack has ever been started here."""
        return (self.home / "secrets.json").exists()


def locate(settings: LocalSettings) -> Places:
    """Return the places of this stack without creating anything."""
    account = server_account(settings.account)
    home = settings.home
    if not account.switch or reachable(home):
        return Places(home, home, account)
    return Places(home, settings.root_folder / settings.home_tag, account)


def prepare(places: Places) -> None:
    """Create the folders with their modes, or say why that is impossible."""
    for folder in {places.home, places.base}:
        shared = places.account.switch and folder == places.base
        _folder(folder, mode=0o711 if shared else 0o700)
    _folder(places.logs, mode=0o700)
    _folder(places.conf, mode=0o711 if places.account.switch else 0o700)
    for folder in (places.data, places.work, places.tmp):
        _folder(folder, mode=0o700)
        places.account.give(folder)
    free = shutil.disk_usage(places.base).free
    if free < _NEEDED_BYTES:
        raise StackError(
            f"Only {free // 2**20} MB are free where {places.base} lies, about {_NEEDED_BYTES // 2**20} MB "
            "are needed: make room, or set MOTCUA_HOME to a folder on another disk."
        )


def _folder(path: Path, *, mode: int) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    except OSError as error:
        raise StackError(
            f"The folder {path} cannot be made ({error.strerror}): "
            "set MOTCUA_HOME to a folder that you may write to."
        ) from error


def write_private(path: Path, text: str, *, owner: Account | None = None, mode: int = 0o600) -> Path:
    """Write `text` atomically so that only its owner ever reads it; return `path`."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        if owner and owner.switch:
            os.fchown(file.fileno(), owner.uid, owner.gid)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return path
