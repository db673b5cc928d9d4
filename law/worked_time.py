"""Limits counted in time worked: working days to the close of day or to the hour, working hours, results at once."""

from law.durations import Duration
from law.moments import DAY, HOUR
from law.reckoning import Reckoning, Run
from law.rule_set import RuleSet
from law.timeline import Timeline


class WorkingTime(Reckoning):
    """What counts is time worked; the appointment is the close of the day.

    Working days count from the working day after reception (day 0) to the close of the n-th.
    """

    __slots__ = ("_runs",)

    def __init__(self, line: Timeline, duration: Duration, rule_set: RuleSet) -> None:
        super().__init__(line, duration, rule_set)
        self._runs: dict[int, tuple[int, int]] = {}  # many dossiers begin on one day

    def begin(self, received: int) -> Run:
        """Return the run from the next opening on."""
        start = self.line.opening(received)
        day = start // DAY
        run = self._runs.get(day)
        if run is None:
            last = self.line.add_days(day, self.duration.amount)
            run = self._runs[day] = self.line.day_open(day + 1), self.line.day_close(last)
        return Run(start, *run)

    def counted(self, since: int, until: int) -> int:
        """Return the time worked."""
        return self.line.worked(until) - self.line.worked(since)

    def advance(self, since: int, amount: int) -> int:
        """Return when so much more was worked."""
        return self.line.first_at(self.line.worked(since) + amount) if amount else since

    def appointment(self, due: int) -> int:
        """Return the close of the day."""
        return self.line.day_close(due // DAY)


class SameDay(WorkingTime):
    """The result is due on the day of reception; with `same_day`, received after the line, the next one."""

    __slots__ = ()

    def begin(self, received: int) -> Run:
        """Return the run to the close of the day."""
        start = self.line.opening(received)
        day = start // DAY
        if self.duration.same_day and start - day * DAY > self.rule_set.same_day_line:
            day += 1
        return Run(start, start, self.line.day_close(day))


class WorkingHours(WorkingTime):
    """Working hours, exact."""

    __slots__ = ()

    def begin(self, received: int) -> Run:
        """Return the run over so many hours worked."""
        line = self.line
        start = line.opening(received)
        return Run(start, start, line.first_at(line.worked(start) + self.duration.amount * HOUR))

    def appointment(self, due: int) -> int:
        """Return the exact moment."""
        return due


class HourExactDays(WorkingTime):
    """Working days from the hour of reception to the same hour of the n-th day after it."""

    __slots__ = ()

    def begin(self, received: int) -> Run:
        """Return the run to the same hour, moved into the day's sessions where they differ."""
        line = self.line
        start = line.opening(received)
        day = start // DAY
        last = line.add_days(day, self.duration.amount)
        hour = last * DAY + start - day * DAY
        return Run(start, start, min(line.opening(hour), line.day_close(last)))

    def advance(self, since: int, amount: int) -> int:
        """Return when so much more was worked: an opening rather than the closing before it."""
        return self.line.last_at(self.line.worked(since) + amount) if amount else since

    def appointment(self, due: int) -> int:
        """Return the exact moment."""
        return due


class AsDeclared(WorkingTime):
    """A deadline taken from a legacy register; when it moves, it moves by worked time."""

    __slots__ = ("declared",)

    def __init__(self, line: Timeline, rule_set: RuleSet, declared: int) -> None:
        super().__init__(line, Duration(0), rule_set)
        self.declared = declared

    def begin(self, received: int) -> Run:
        """Return the run up to the declared moment."""
        self.line.require(received)
        return Run(received, received, self.declared)

    def restart(self, run: Run, complete: int) -> Run:
        """Return a run as long, in worked time, as that up to the declared moment."""
        line = self.line
        start = line.opening(complete)
        budget = max(1, self.counted(run.start, run.due))
        return Run(start, start, line.first_at(line.worked(start) + budget))

    def appointment(self, due: int) -> int:
        """Return the declared moment, or the close of the day it was moved to."""
        return due if due == self.declared else super().appointment(due)
