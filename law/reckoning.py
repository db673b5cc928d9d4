"""How a time limit is counted, as a question: `worked_time` and `whole_time` answer it. In ticks, for the fold.

A reckoning says from where and to where a limit runs (`begin`), where the deadline goes when a stretch of time is
left out (`shift`), which appointment that makes, and how much counts of a stretch.
The deadline it carries along is exact; only the appointment is rounded, once, at the end.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

from law.durations import Duration
from law.moments import DAY
from law.rule_set import RuleSet
from law.timeline import Timeline


class Run(NamedTuple):
    """One run of the clock: it starts, time counts from `counts_from`, and the exact deadline is `due`."""

    start: int
    counts_from: int
    due: int


class Reckoning(ABC):
    """A duration on a calendar under a rule set."""

    __slots__ = ("duration", "line", "rule_set")

    def __init__(self, line: Timeline, duration: Duration, rule_set: RuleSet) -> None:
        self.line, self.duration, self.rule_set = line, duration, rule_set

    @abstractmethod
    def begin(self, received: int) -> Run:
        """Return the run of a dossier complete at `received`."""

    def restart(self, run: Run, complete: int) -> Run:
        """Return the run that begins anew when the dossier is complete at last."""
        del run
        return self.begin(complete)

    @abstractmethod
    def counted(self, since: int, until: int) -> int:
        """Return how much of the limit a stretch uses up; whole days in ticks."""

    def counted_on(self, day: int, since: int, until: int) -> int:
        """Return how much of a stretch counts on one day (a number); summed over its days, all of it."""
        since, until = max(since, day * DAY), min(until, (day + 1) * DAY)
        return self.counted(since, until) if since < until else 0

    @abstractmethod
    def advance(self, since: int, amount: int) -> int:
        """Return the moment by which so much more has counted."""

    def shift(self, due: int, since: int, until: int) -> int:
        """Return the deadline when the stretch from `since` to `until` is left out; never an earlier one."""
        left_out = self.counted(since, until)
        return max(due, self.advance(due, left_out)) if left_out > 0 else due

    @abstractmethod
    def appointment(self, due: int) -> int:
        """Return the appointment for an exact deadline."""

    def at_earliest(self, until: int) -> int:
        """Return the least deadline for a dossier that comes back at `until`, after its day had passed waiting."""
        return self.line.opening(until)
