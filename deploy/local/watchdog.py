"""End a dead launcher's children where the system cannot (macOS): reads a pipe that only the launcher writes.

Each line is `+PID` (a child has started) or `-PID` (it was seen to end); when the pipe closes, every child still
listed gets SIGINT or SIGTERM by the launcher's own order, and SIGKILL two seconds later.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

_GRACE_SECONDS = 2.0


def survivors(lines: Iterable[str]) -> list[int]:
    """Return the children that were announced and not taken back."""
    alive: dict[int, None] = {}
    for line in lines:
        pid = int(line[1:])
        if line.startswith("+"):
            alive[pid] = None
        else:
            alive.pop(pid, None)
    return list(alive)


def _send(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def main() -> None:
    """Read until the launcher is gone, then end what it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    left = survivors(sys.stdin)
    _send(left, signal.SIGINT)
    _send(left, signal.SIGTERM)
    if left:
        time.sleep(_GRACE_SECONDS)
        _send(left, signal.SIGKILL)


if __name__ == "__main__":
    main()
