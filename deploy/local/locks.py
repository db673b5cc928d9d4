"""Who holds a state folder: one lock that every child inherits, one that only the launcher holds."""

import fcntl
import os
import signal
import time
from pathlib import Path

from deploy.local.errors import AlreadyRunningError, StackError


class StackLock:
    """The stack's lock: free only when the last process of the stack has ended."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._inherited = -1
        self._own = -1

    @property
    def descriptor(self) -> int:
        """The descriptor that children inherit."""
        return self._inherited

    def acquire(self, *, patience: float = 15.0) -> None:
        """Take the lock, waiting `patience` seconds for dying children of an earlier launcher."""
        self._own = os.open(self._home / "launcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _try_for(self._own, 1.0):  # another command may be looking at this very moment
            self.release()
            raise AlreadyRunningError(
                f"A stack already runs in {self._home}: 'motcua status' shows it, 'motcua down' stops it."
            )
        os.ftruncate(self._own, 0)
        os.pwrite(self._own, str(os.getpid()).encode(), 0)
        self._inherited = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_for(self._inherited, patience):
            self.release()
            raise StackError(
                f"Processes of an earlier stack in {self._home} still end: wait a moment, then try again."
            )

    def release(self) -> None:
        """Give the locks back (children still alive keep theirs)."""
        for descriptor in (self._inherited, self._own):
            if descriptor >= 0:
                os.close(descriptor)
        self._inherited = self._own = -1


def launcher_pid(home: Path) -> int | None:
    """Return the process id of the living launcher, or None."""
    file = home / "launcher.lock"
    if not file.exists():
        return None
    with file.open("r+b") as handle:
        if _try_lock(handle.fileno()):
            return None
        content = handle.read().decode().strip()
    return int(content) if content.isdigit() else None


def is_free(home: Path) -> bool:
    """Return whether no process of the stack lives."""
    file = home / "lock"
    if not file.exists():
        return True
    with file.open("r+b") as handle:
        return _try_lock(handle.fileno())


def stop_launcher(home: Path, *, patience: float = 90.0) -> bool:
    """Ask the launcher to end and wait until nothing of the stack is left; False when none ran."""
    pid = launcher_pid(home)
    if pid is None and is_free(home):
        return False
    if pid is not None:
        _signal(pid, signal.SIGTERM)
    if _wait_free(home, patience):
        return True
    pid = launcher_pid(home)
    if pid is not None:
        _signal(pid, signal.SIGKILL)
    if _wait_free(home, 15.0):
        return True
    raise StackError(f"Some processes of the stack in {home} do not end: see 'ps' and {home / 'log'}.")


def _wait_free(home: Path, patience: float) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if is_free(home) and launcher_pid(home) is None:
            return True
        time.sleep(0.05)
    return False


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _try_for(descriptor: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not _try_lock(descriptor):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
