"""Copies of the servers' programs that an unprivileged account can read: it cannot enter a private home."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

_NOT_NEEDED = shutil.ignore_patterns("include", "legal")


def stage(root: Path, sources: Mapping[str, Path], *, version: str) -> Path:
    """Return a root-owned, world-readable folder with the sources under their names; copied once per version.

    It is held until this process ends; copies that nobody holds any more are deleted when a new one is made.
    """
    target = root / f"programs-{hashlib.sha256(version.encode()).hexdigest()[:12]}"
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    with (root / "programs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fcntl.flock(_hold_file(target), fcntl.LOCK_SH)  # never closed: this process uses the copy
        if not target.exists():
            _remove_unused(root, target)
            _copy(root / ".new-programs", target, sources)
    return target


def _hold_file(target: Path) -> int:
    return os.open(target.with_name(f"{target.name}.held"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _remove_unused(root: Path, target: Path) -> None:
    for old in root.glob("programs-????????????"):
        if old == target:
            continue
        held = _hold_file(old)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(old, ignore_errors=True)
            old.with_name(f"{old.name}.held").unlink(missing_ok=True)
        finally:
            os.close(held)


def _copy(fresh: Path, target: Path, sources: Mapping[str, Path]) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    for name, source in sources.items():
        if source.exists():
            shutil.copytree(source, fresh / name, symlinks=True, ignore=_NOT_NEEDED)
    for folder, _, files in os.walk(fresh):
        Path(folder).chmod(0o755)  # a wheel installed under umask 077 is readable by its owner only
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    fresh.replace(target)
