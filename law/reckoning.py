"""How a time limit is counted: in worked time, in whole days, or by the wall clock. In ticks, for the fold.

A reckoning answers four questions: from where and to where a limit runs (`begin`), where the deadline goes when
a stretch of time is left out (`shift`), which appointment that makes, and how much counts of a stretch.
The deadline it carries along is exact; only the appointment is rounded, once, at the end.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from law.calendar import plus_months
from law.durations import Duration, DurationUnit
from law.moments import DAY, HOUR, MINUTE, day_date, day_number
from law.rule_set import Appointment, RuleSet
from law.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the clock: it starts, time counts from `counts_from`, and the exact deadline is `due`."""

    start: int
    counts_from: int
    due: int


@dataclass(frozen=True, slots=True)
class Reckoning(ABC):
    """A duration on a calendar under a rule set."""

    line: Timeline
    duration: Duration
    rule_set: RuleSet

    @abstractmethod
    def begin(self, received: int) -> Run:
        """Return the run of a dossier complete at `received`."""

    @abstractmethod
    def counted(self, since: int, until: int) -> int:
        """Return how much of the limit a stretch uses up; whole days in ticks."""

    @abstractmethod
    def shift(self, due: int, since: int, until: int) -> int:
        """Return the deadline when the stretch from `since` to `until` is left out; never an earlier one."""

    @abstractmethod
    def appointment(self, due: int) -> int:
        """Return the appointment for an exact deadline."""

    def at_earliest(self, until: int) -> int:
        """Return the least deadline for a dossier that comes back at `until`, after its day had passed waiting."""
        return self.line.opening(until)


class WorkingTime(Reckoning):
    """Working days and hours, same-day and at-once results: what counts is time worked.

    Working days with an end-of-day appointment count from the working day after reception (day 0) to the
    close of the n-th; hour-exact ones from the hour of reception to the same hour of the n-th.
    """

    __slots__ = ()

    def begin(self, received: int) -> Run:
        """Return the run from the next opening on."""
        line, duration = self.line, self.duration
        start = line.opening(received)
        day = start // DAY
        if duration.same_day:
            late = start - day * DAY > self.rule_set.same_day_line
            return Run(start, start, line.day_close(line.add_days(day, 1) if late else day))
        if not duration.amount:
            return Run(start, start, line.day_close(day))
        if duration.unit is DurationUnit.WORKING_HOUR:
            return Run(start, start, line.first_at(line.worked(start) + duration.amount * HOUR))
        last = line.add_days(day, duration.amount)
        if self.rule_set.appointment is Appointment.HOUR_EXACT:
            return Run(start, start, self._same_hour(start - day * DAY, last))
        return Run(start, line.day_open(line.add_days(day, 1)), line.day_close(last))

    def _same_hour(self, hour: int, day: int) -> int:
        """Return an hour on a day, moved into its sessions where they differ from the day of reception."""
        return min(self.line.opening(day * DAY + hour), self.line.day_close(day))

    def counted(self, since: int, until: int) -> int:
        """Return the time worked."""
        return self.line.worked(until) - self.line.worked(since)

    def shift(self, due: int, since: int, until: int) -> int:
        """Return the moment that keeps the worked time that remained."""
        left_out = self.counted(since, until)
        if left_out <= 0:
            return due
        target = self.line.worked(due) + left_out
        return max(due, self.line.last_at(target) if self._is_hour_exact else self.line.first_at(target))

    @property
    def _is_hour_exact(self) -> bool:
        in_days = self.duration.unit is DurationUnit.WORKING_DAY and self.duration.amount
        return bool(in_days) and self.rule_set.appointment is Appointment.HOUR_EXACT

    def appointment(self, due: int) -> int:
        """Return the close of the day, or the exact moment of limits in hours and of hour-exact ones."""
        if (
            self.duration.unit is DurationUnit.WORKING_HOUR
            and self.duration.amount
            and not self.duration.same_day
        ):
            return due
        return due if self._is_hour_exact else self.line.day_close(due // DAY)


class WholeDays(Reckoning):
    """Calendar days and months: every date counts but day 0; an end on a day off rolls forward.

    Of a pause the date it began counts, the date it ended does not, so what is asked and brought on one date
    costs nothing. A deadline is carried as its unrolled date with the hour of reception.
    """

    __slots__ = ()

    def begin(self, received: int) -> Run:
        """Return the run from the next opening on."""
        start = self.line.opening(received)
        day = start // DAY
        if self.duration.unit is DurationUnit.MONTH:
            last = day_number(plus_months(day_date(day), self.duration.amount))
        else:
            last = day + self.duration.amount
        return Run(start, start, last * DAY + start - day * DAY)

    def counted(self, since: int, until: int) -> int:
        """Return the dates that pass, in ticks."""
        return (until // DAY - since // DAY) * DAY

    def shift(self, due: int, since: int, until: int) -> int:
        """Return the deadline as many dates later as passed."""
        return due + max(0, self.counted(since, until))

    def appointment(self, due: int) -> int:
        """Return the close (or the same hour) of the date, rolled forward."""
        day = self.line.roll(due // DAY)
        if self.rule_set.appointment is Appointment.HOUR_EXACT:
            return min(self.line.opening(day * DAY + due % DAY), self.line.day_close(day))
        return self.line.day_close(day)


class WallClock(Reckoning):
    """Minutes of the wall clock, day and night, from the very moment of reception."""

    __slots__ = ()

    def begin(self, received: int) -> Run:
        """Return the run from reception on."""
        return Run(received, received, received + self.duration.amount * MINUTE)

    def counted(self, since: int, until: int) -> int:
        """Return the time that passes."""
        return until - since

    def shift(self, due: int, since: int, until: int) -> int:
        """Return the deadline later by the stretch."""
        return due + max(0, until - since)

    def appointment(self, due: int) -> int:
        """Return the exact moment."""
        return due

    def at_earliest(self, until: int) -> int:
        """Return the moment itself."""
        return until


@dataclass(frozen=True, slots=True)
class AsDeclared(WorkingTime):
    """A deadline taken from a legacy register; when it moves, it moves by worked time."""

    declared: int = 0

    def begin(self, received: int) -> Run:
        """Return the run up to the declared moment."""
        return Run(received, received, self.declared)

    def appointment(self, due: int) -> int:
        """Return the declared moment, or the close of the day it was moved to."""
        return due if due == self.declared else self.line.day_close(due // DAY)


def reckoning_of(*, duration: Duration, rule_set: RuleSet, line: Timeline) -> Reckoning:
    """Return how a duration is counted."""
    in_whole_days = duration.unit in {DurationUnit.CALENDAR_DAY, DurationUnit.MONTH}
    if in_whole_days and duration.amount and not duration.same_day:
        return WholeDays(line, duration, rule_set)
    if duration.unit is DurationUnit.MINUTE and duration.amount and not duration.same_day:
        return WallClock(line, duration, rule_set)
    return WorkingTime(line, duration, rule_set)


def last_day(*, duration: Duration, since: int, line: Timeline) -> int:
    """Return the last day (number) of a term in days counted from day `since`, rolled forward off a day off."""
    if duration.unit is DurationUnit.WORKING_DAY:
        return line.add_days(since, duration.amount)
    return line.roll(since + duration.amount)


def day_before(*, duration: Duration, until: int, line: Timeline) -> int:
    """Return the last day (number) that is at least a term in days before day `until`."""
    if duration.unit is DurationUnit.WORKING_DAY:
        return line.add_days(until, -duration.amount)
    return until - duration.amount
