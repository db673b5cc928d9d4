"""When each role of a process last did its work: what its readiness is told by."""

import time
from collections.abc import Callable
from contextvars import ContextVar

RELAY, CLOCKWORK = "relay", "clockwork"
LIMITS = {RELAY: 30.0, CLOCKWORK: 150.0}
"""Seconds without a success after which a role is not ready. Routing's clockwork looks once a minute."""

_ROLE: ContextVar[Callable[[], None] | None] = ContextVar("role", default=None)


def beat() -> None:
    """Note that the role this task belongs to did some of its work, or found none; elsewhere, do nothing."""
    note = _ROLE.get()
    if note is not None:
        note()


class Pulse:
    """The roles a process has, and when each last succeeded."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last: dict[str, float] = {}

    def expect(self, role: str) -> None:
        """Expect a role's beats; it is not ready before the first."""
        self._last[role] = float("-inf")

    def begin(self, role: str) -> None:
        """Let the beats of this task, and of those it starts, be the role's."""
        _ROLE.set(lambda: self._last.__setitem__(role, self._now()))

    def checks(self) -> dict[str, bool]:
        """Return whether each role succeeded lately."""
        now = self._now()
        return {role: now - last <= LIMITS[role] for role, last in self._last.items()}
