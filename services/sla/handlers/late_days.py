"""Working days late and moments of lateness: the one from the other, for every calendar of a rulebook. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from law.moments import at_vn, vn_date
from law.timeline import OutsideCalendarError, Timeline
from services.sla.domain.late_buckets import Bucket
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.late import LAST
from services.sla.store.late_filter import LONG_AGO, LateFilter, Position, Span

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class LateDays:
    """How late an open dossier is at `as_of`, by the key of its calendar (`Rulebook.late_calendar`).

    `own` are the keys whose working days are not the country's (`own_days`); every other counts as `""` does.
    """

    rulebook: Rulebook
    as_of: datetime
    own: tuple[str, ...] = ()
    _known: dict[tuple[str, datetime], int | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the calendars to be told apart, the country's first."""
        return ("", *self.own)

    def of(self, key: str, late_since: datetime) -> int | None:
        """Return the working days by which a dossier late since a moment is late; None outside the calendar."""
        place = (key, late_since)
        if place not in self._known:
            self._known[place] = self._count(key, day_before(late_since))
        return self._known[place]

    def _count(self, key: str, last_good: date) -> int | None:
        calendar = self.rulebook.calendar_of_key(key)
        try:
            return max(0, calendar.working_days_between(last_good, vn_date(self.as_of)))
        except OutsideCalendarError:
            return None

    def until(self, key: str, days: int) -> datetime:
        """Return the latest moment of lateness that makes at least so many working days."""
        if days <= 0:
            return self.as_of
        calendar = self.rulebook.calendar_of_key(key)
        try:
            return at_vn(calendar.add_working_days(vn_date(self.as_of) + _DAY, -days))
        except OutsideCalendarError:
            return LONG_AGO

    def select(self, wanted: LateFilter) -> LateFilter:
        """Return a filter that says in moments what it asks in days."""
        if not wanted.counts_days:
            return wanted
        spans = {
            key: Span(
                LONG_AGO if wanted.most is None else self.until(key, wanted.most + 1),
                self.until(key, wanted.least),
            )
            for key in self.keys
        }
        return replace(wanted, spans=spans)

    def thresholds(self, key: str, buckets: Iterable[Bucket]) -> Sequence[datetime]:
        """Return, longest lateness first, the first moments that no longer reach each bucket (ascending)."""
        return [self.until(key, bucket.least) + _TICK for bucket in reversed(tuple(buckets))]

    def start(self, key: str, after: Position | None) -> Position:
        """Return after which (late_since, id) one calendar's dossiers go on, in the order of lateness."""
        if after is None or after.days is None:
            return Position(LONG_AGO, LAST)
        longer, same = self.until(key, after.days + 1), self.until(key, after.days)
        if after.late_since <= longer:
            return Position(longer, LAST)
        return Position(same, LAST) if after.late_since > same else Position(after.late_since, after.id)


def own_days(rulebook: Rulebook, keys: Iterable[str]) -> tuple[str, ...]:
    """Return which calendars count other working days than the country's: a Saturday counter changes none."""
    usual = rulebook.calendar_of_key("").timeline
    return tuple(key for key in keys if not _alike(rulebook.calendar_of_key(key).timeline, usual))


@lru_cache(maxsize=8192)
def _alike(line: Timeline, other: Timeline) -> bool:
    return (line.start, line.end) == (other.start, other.end) and line.days == other.days


def day_before(late_since: datetime) -> date:
    """Return the last day that was not late: a lateness from 00:00 is one of the day before."""
    return vn_date(late_since - _TICK)
