"""The working calendar of a unit: moments and dates in, moments (aware, UTC) and dates out.

Built from a weekly pattern and decisions; every question is answered from prefix sums in O(log n).
Any date outside the known years raises `OutsideCalendarError`.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from law.days import WORKED, DayKind, DayRule, Decision, WeeklyPattern, WeeklyRule
from law.moments import DAY, MINUTE, day_date, day_number, to_moment, to_tick
from law.timeline import Session, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date as the calendar has it: kind, worked sessions, and the decision behind it, if any."""

    date: date
    kind: DayKind
    sessions: tuple[Session, ...] = ()
    reception: tuple[Session, ...] = ()
    """When dossiers are received at the counter."""
    name: str | None = None
    decision: Decision | None = None
    is_weekly: bool = False
    """What its weekday is, not decided by its date."""

    @property
    def is_worked(self) -> bool:
        """Tell whether clocks run on this day."""
        return bool(self.sessions)


class Calendar:
    """Which hours are worked where this calendar holds.

    `decisions` come weakest first. `version` grows with every decision published, changed or withdrawn.
    `timeline` is the same in ticks.
    """

    __slots__ = ("_days", "_weekly", "first", "last", "pattern", "timeline", "version")

    def __init__(
        self,
        decisions: Iterable[Decision] = (),
        *,
        first: date = date(2018, 1, 1),
        last: date = date(2027, 12, 31),
        pattern: WeeklyPattern | None = None,
    ) -> None:
        self.pattern = pattern or WeeklyPattern()
        self.first, self.last = first, last
        self._days: dict[date, tuple[DayRule, Decision]] = {}
        self._weekly: list[Decision] = []
        self.version = 0
        for decision in decisions:
            self.version += decision.version
            if decision.withdrawn:
                continue
            self._days.update((rule.date, (rule, decision)) for rule in decision.days)
            if decision.weekly:
                self._weekly.insert(0, decision)
        number = day_number(first)
        dates = (day_date(number + at) for at in range((last - first).days + 1))
        self.timeline = Timeline(first=number, sessions=[self._worked(on) for on in dates])

    def _worked(self, on: date) -> tuple[Session, ...]:
        decided = self._days.get(on)
        if decided is None:
            return self._usual(on, on.weekday())
        rule = decided[0]
        return (rule.sessions or self._hours(on)) if rule.kind in WORKED else ()

    def _week(self, on: date, weekday: int) -> tuple[WeeklyRule, Decision] | None:
        """Return what weekly hours make of a weekday as of a date, and the decision behind them."""
        for decision in self._weekly:
            rule = decision.week_rule(on, weekday)
            if rule is not None:
                return rule, decision
        return None

    def _usual(self, on: date, weekday: int) -> tuple[Session, ...]:
        """Return the sessions of an ordinary weekday as of a date."""
        found = self._week(on, weekday)
        if found is None:
            return self.pattern.on(weekday)
        return (found[0].sessions or self.pattern.sessions) if found[0].kind in WORKED else ()

    def _hours(self, on: date) -> tuple[Session, ...]:
        """Return the office hours of a day that is worked by decision: its weekday's, else those of the last before it."""
        found = (self._usual(on, (on.weekday() - back) % 7) for back in range(7))
        return next((sessions for sessions in found if sessions), self.pattern.sessions)

    def day(self, on: date) -> Day:
        """Return what a date is, and why."""
        number = day_number(on)
        self.timeline.require(number * DAY, (number + 1) * DAY)
        sessions = self._worked(on)
        decided = self._days.get(on)
        if decided is None:
            return self._ordinary(on, sessions)
        rule, decision = decided
        reception = rule.sessions if rule.kind is DayKind.COUNTER else sessions
        return Day(
            date=on, kind=rule.kind, sessions=sessions, reception=reception, name=rule.name, decision=decision
        )

    def _ordinary(self, on: date, sessions: tuple[Session, ...]) -> Day:
        """Return a date nobody decided on: what its weekday is."""
        found = self._week(on, on.weekday())
        if found is None:
            kind = DayKind.WORKING if sessions else DayKind.WEEKEND
            return Day(date=on, kind=kind, sessions=sessions, reception=sessions, is_weekly=True)
        rule, decision = found
        reception = rule.sessions if rule.kind is DayKind.COUNTER else sessions
        return Day(
            date=on, kind=rule.kind, sessions=sessions, reception=reception, decision=decision, is_weekly=True
        )

    def is_open(self, moment: datetime) -> bool:
        """Tell whether work is going on (openings count, closings don't)."""
        tick = to_tick(moment)
        return self.timeline.opening(tick) == tick

    def receives(self, moment: datetime) -> bool:
        """Tell whether a counter receives dossiers then; also on days when only the counter is open."""
        number, offset = divmod(to_tick(moment), DAY)
        return any(opening <= offset < closing for opening, closing in self.day(day_date(number)).reception)

    def next_opening(self, moment: datetime) -> datetime:
        """Return the moment itself while work goes on, else the next opening.

        Before opening → opening; in the lunch break → its end; after closing or on a day off → the next
        working day's opening; a Saturday when only the counter is open is a day off here.
        """
        return to_moment(self.timeline.opening(to_tick(moment)))

    def add_working_days(self, day: date, amount: int) -> date:
        """Return the `amount`-th working day after (negative: before) a date; day 0 is the date itself."""
        return day_date(self.timeline.add_days(day_number(day), amount))

    def add_working_minutes(self, moment: datetime, minutes: int) -> datetime:
        """Return when so many minutes have been worked, counted from the next opening."""
        line = self.timeline
        start = line.opening(to_tick(moment))
        return to_moment(line.first_at(line.worked(start) + minutes * MINUTE) if minutes else start)

    def add_calendar_days(self, day: date, amount: int) -> date:
        """Return the date `amount` days later, rolled forward off a day off."""
        return self.roll_forward(day_date(day_number(day) + amount))

    def add_months(self, day: date, amount: int) -> date:
        """Return the same day `amount` months later (the month's last day if it is shorter), rolled forward."""
        return self.roll_forward(plus_months(day, amount))

    def roll_forward(self, day: date) -> date:
        """Return a working day itself, or the next one after a day off."""
        return day_date(self.timeline.roll(day_number(day)))

    def working_days_between(self, earlier: date, later: date) -> int:
        """Return the number of working days after `earlier`, up to and with `later`."""
        return self.timeline.days_between(day_number(earlier), day_number(later))

    def working_minutes_between(self, earlier: datetime, later: datetime) -> float:
        """Return the minutes worked from one moment to another."""
        line = self.timeline
        return (line.worked(to_tick(later)) - line.worked(to_tick(earlier))) / MINUTE

    def opening_on(self, day: date) -> datetime:
        """Return the first opening of a working day (of the next one for a day off)."""
        return to_moment(self.timeline.day_open(day_number(day)))

    def closing_on(self, day: date) -> datetime:
        """Return the last closing of a working day (of the next one for a day off)."""
        return to_moment(self.timeline.day_close(day_number(day)))


def plus_months(day: date, amount: int) -> date:
    """Return the same day `amount` months later, or that month's last day."""
    years, month = divmod(day.month - 1 + amount, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
