"""How a time limit is counted: in worked time, in whole days, or by the wall clock. In ticks, for the fold.

A reckoning answers four questions: from where and to where a limit runs (`begin`), where the deadline goes when
a stretch of time is left out (`shift`), which appointment that makes, and how much counts of a stretch.
The deadline it carries along is exact; only the appointment is rounded, once, at the end.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

from law.calendar import plus_months
from law.durations import Duration, DurationUnit
from law.moments import DAY, HOUR, MINUTE, day_date, day_number
from law.rule_set import Appointment, RuleSet
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


class WorkingTime(Reckoning):
    """What counts is time worked; the appointment is the close of the day.

    Working days count from the working day after reception (day 0) to the close of the n-th.
    """

    __slots__ = ()

    def begin(self, received: int) -> Run:
        """Return the run from the next opening on."""
        line = self.line
        start = line.opening(received)
        day = start // DAY
        last = line.add_days(day, self.duration.amount)
        return Run(start, line.day_open(day + 1), line.day_close(last))

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

    def counted_on(self, day: int, since: int, until: int) -> int:
        """Return a whole day for a date that was reached within the stretch."""
        return DAY if since // DAY < day <= until // DAY else 0

    def advance(self, since: int, amount: int) -> int:
        """Return the same hour so many days later."""
        return since + amount

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

    def advance(self, since: int, amount: int) -> int:
        """Return the moment so much later."""
        return since + amount

    def appointment(self, due: int) -> int:
        """Return the exact moment."""
        return due

    def at_earliest(self, until: int) -> int:
        """Return the moment itself."""
        return until


class AsDeclared(WorkingTime):
    """A deadline taken from a legacy register; when it moves, it moves by worked time."""

    __slots__ = ("declared",)

    def __init__(self, line: Timeline, rule_set: RuleSet, declared: int) -> None:
        super().__init__(line, Duration(0), rule_set)
        self.declared = declared

    def begin(self, received: int) -> Run:
        """Return the run up to the declared moment."""
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


def reckoning_of(*, duration: Duration, rule_set: RuleSet, line: Timeline) -> Reckoning:
    """Return how a duration is counted."""
    return _kind_of(duration, rule_set)(line, duration, rule_set)


def _kind_of(duration: Duration, rule_set: RuleSet) -> type[Reckoning]:
    if duration.same_day or not duration.amount:
        return SameDay
    if duration.unit is DurationUnit.WORKING_DAY:
        return HourExactDays if rule_set.appointment is Appointment.HOUR_EXACT else WorkingTime
    return _KINDS[duration.unit]


_KINDS: dict[DurationUnit, type[Reckoning]] = {
    DurationUnit.WORKING_HOUR: WorkingHours,
    DurationUnit.CALENDAR_DAY: WholeDays,
    DurationUnit.MONTH: WholeDays,
    DurationUnit.MINUTE: WallClock,
}


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
