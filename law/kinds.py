"""Which reckoning counts which limit, and terms in days counted from or to a date."""

from law.calendar import plus_months
from law.durations import Duration, DurationUnit
from law.moments import DAY, HOUR, MINUTE, day_date, day_number
from law.reckoning import Reckoning
from law.rule_set import Appointment, RuleSet
from law.timeline import Timeline
from law.whole_time import WallClock, WholeDays
from law.worked_time import HourExactDays, SameDay, WorkingHours, WorkingTime


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


def expiry(*, duration: Duration, since: int, line: Timeline) -> int:
    """Return the first moment after a term: exact for hours and minutes, else the midnight after its last day."""
    if duration.unit is DurationUnit.MINUTE:
        return since + duration.amount * MINUTE + 1
    if duration.unit is DurationUnit.WORKING_HOUR:
        worked = line.worked(line.opening(since)) + duration.amount * HOUR
        return line.first_at(worked) + 1
    return (last_day(duration=duration, since=since // DAY, line=line) + 1) * DAY


def last_day(*, duration: Duration, since: int, line: Timeline) -> int:
    """Return the last day (number) of a term in days counted from day `since`, rolled forward off a day off."""
    if duration.unit is DurationUnit.WORKING_DAY:
        return line.add_days(since, duration.amount)
    if duration.unit is DurationUnit.MONTH:
        return line.roll(day_number(plus_months(day_date(since), duration.amount)))
    return line.roll(since + duration.amount)


def day_before(*, duration: Duration, until: int, line: Timeline) -> int:
    """Return the last day (number) that is at least a term in days before day `until`."""
    if duration.unit is DurationUnit.WORKING_DAY:
        return line.add_days(until, -duration.amount)
    return until - duration.amount
