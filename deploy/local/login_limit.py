"""Slow down guessing: after a few failed log-ins a name has to wait."""

from collections import defaultdict, deque

_TRIES, _WINDOW = 5, 300.0
_REMEMBERED = 10_000


class LoginLimit:
    """Failed log-ins per name within the last five minutes; `now` is a monotonic second count."""

    def __init__(self) -> None:
        self._failed: dict[str, deque[float]] = defaultdict(deque)

    def wait(self, name: str, *, now: float) -> float:
        """Return how many seconds this name must wait before another try (0: none)."""
        failed = self._failed.get(name)
        if not failed:
            return 0.0
        while failed and failed[0] <= now - _WINDOW:
            failed.popleft()
        return max(0.0, failed[0] + _WINDOW - now) if len(failed) >= _TRIES else 0.0

    def failed(self, name: str, *, now: float) -> None:
        """Remember a failed try."""
        if len(self._failed) >= _REMEMBERED:
            self._failed.clear()
        self._failed[name].append(now)

    def succeeded(self, name: str) -> None:
        """Forget the failures of a name that has signed in."""
        self._failed.pop(name, None)
