"""Arithmetic over worked time: sessions flattened into prefix sums, so that no question walks over days."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from law.moments import DAY

Session = tuple[int, int]
"""Opening and closing, in ticks after midnight; half-open."""


class OutsideCalendarError(ValueError):
    """A date lies outside the years for which the calendar is known; no deadline can be computed there."""


class Timeline:
    """Sessions of consecutive days, the first of them `first` (a day number).

    `worked(t)` is the time worked from the beginning until `t`; it never falls, and stands still while closed.
    """

    __slots__ = (
        "_before",
        "_closes",
        "_day_close",
        "_day_open",
        "_known",
        "_nth",
        "_opens",
        "_rolled",
        "_sums",
        "end",
        "first",
        "start",
    )

    def __init__(self, *, first: int, sessions: Sequence[Sequence[Session]]) -> None:
        self.first = first
        self.start = first * DAY
        self.end = (first + len(sessions)) * DAY
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._sums: list[int] = []
        self._before = [0]
        self._nth: list[int] = []
        self._rolled: list[int] = []
        self._day_open: list[int] = []
        self._day_close: list[int] = []
        self._lay(sessions)
        self._known = len(self._rolled)

    def _lay(self, sessions: Sequence[Sequence[Session]]) -> None:
        total = 0
        for day, spans in enumerate(sessions, self.first):
            if spans:
                missing = day + 1 - self.first - len(self._rolled)
                self._rolled += [day] * missing
                self._day_open += [day * DAY + spans[0][0]] * missing
                self._day_close += [day * DAY + spans[-1][1]] * missing
                self._nth.append(day)
            self._before.append(len(self._nth))
            for opening, closing in spans:
                self._opens.append(day * DAY + opening)
                self._closes.append(day * DAY + closing)
                self._sums.append(total)
                total += closing - opening

    def require(self, *ticks: int) -> None:
        """Raise `OutsideCalendarError` unless every tick lies in the known years."""
        if min(ticks) < self.start or max(ticks) > self.end:
            raise OutsideCalendarError("the calendar does not know this day")

    @property
    def days(self) -> Sequence[int]:
        """Return the days that are worked, at whatever hours."""
        return self._nth

    def worked(self, tick: int) -> int:
        """Return the time worked from the beginning of the calendar until `tick`."""
        if not self.start <= tick <= self.end:
            raise OutsideCalendarError("the calendar does not know this day")
        at = bisect_right(self._opens, tick) - 1
        if at < 0:
            return 0
        closing = self._closes[at]
        return self._sums[at] + (min(closing, tick)) - self._opens[at]

    def first_at(self, worked: int) -> int:
        """Return the first moment by which so much was worked: of closing and next opening, the closing."""
        at = bisect_left(self._sums, worked) - 1
        if at < 0:
            raise OutsideCalendarError("before the first session of the calendar")
        tick = self._opens[at] + worked - self._sums[at]
        if tick > self._closes[at]:
            raise OutsideCalendarError("after the last session of the calendar")
        return tick

    def last_at(self, worked: int) -> int:
        """Return the last moment until which no more was worked: of closing and next opening, the opening."""
        at = bisect_right(self._sums, worked) - 1
        if at < 0:
            raise OutsideCalendarError("before the first session of the calendar")
        tick = self._opens[at] + worked - self._sums[at]
        if tick >= self._closes[at]:
            raise OutsideCalendarError("after the last session of the calendar")
        return tick

    def opening(self, tick: int) -> int:
        """Return `tick` if work is going on then, else the next opening."""
        at = bisect_right(self._closes, tick)
        if tick < self.start or at == len(self._opens):
            raise OutsideCalendarError("the calendar knows no opening after this day")
        opens = self._opens[at]
        return max(tick, opens)

    def _index(self, day: int) -> int:
        at = day - self.first
        if 0 <= at < self._known:
            return at
        raise OutsideCalendarError("the calendar does not know this day, or no working day after it")

    def add_days(self, day: int, amount: int) -> int:
        """Return the `amount`-th working day after `day`; before it for a negative amount; 0: the day itself."""
        if not amount:
            return day
        at = self._index(day)
        rank = self._before[at + 1] + amount - 1 if amount > 0 else self._before[at] + amount
        if not 0 <= rank < len(self._nth):
            raise OutsideCalendarError("not so many working days in the calendar")
        return self._nth[rank]

    def roll(self, day: int) -> int:
        """Return `day` if it is worked, else the next working day."""
        return self._rolled[self._index(day)]

    def is_worked(self, day: int) -> bool:
        """Tell whether anybody works on a day."""
        return self.roll(day) == day

    def days_between(self, earlier: int, later: int) -> int:
        """Return how many working days lie after `earlier`, up to and with `later`; negative when turned round."""
        return self._before[self._index(later) + 1] - self._before[self._index(earlier) + 1]

    def day_open(self, day: int) -> int:
        """Return the first opening of a working day (of the next one for a day off)."""
        at = day - self.first  # the fold asks this most: no further call
        return self._day_open[at if 0 <= at < self._known else self._index(day)]

    def day_close(self, day: int) -> int:
        """Return the last closing of a working day (of the next one for a day off)."""
        at = day - self.first
        return self._day_close[at if 0 <= at < self._known else self._index(day)]
