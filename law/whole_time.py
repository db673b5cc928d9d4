"""Limits that run on while nobody works: calendar days and months by the date, minutes by the wall clock."""

from law.calendar import plus_months
from law.durations import DurationUnit
from law.moments import DAY, MINUTE, day_date, day_number
from law.reckoning import Reckoning, Run
from law.rule_set import Appointment


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
            last = self._months_after(day)
        else:
            last = day + self.duration.amount
        return Run(start, start, last * DAY + start - day * DAY)

    def _months_after(self, day: int) -> int:
        months = self.duration.amount
        self.line.require(
            (day + 28 * months) * DAY
        )  # no month is shorter: beyond any calendar, before any overflow
        return day_number(plus_months(day_date(day), months))

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
        due = received + self.duration.amount * MINUTE
        self.line.require(received, due)
        return Run(received, received, due)

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
