"""Days as decided: their kind, their sessions, and the document that made them so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Self

from law.moments import clock_tick
from law.timeline import Session

OFFICE_HOURS: tuple[tuple[str, str], ...] = (("07:00", "11:30"), ("13:30", "17:00"))
MONDAY_TO_FRIDAY = frozenset(range(5))


class DayKind(StrEnum):
    """What a day is. All but `weekend` can be decided; `weekend` follows from the weekly pattern."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    COMPENSATORY = "compensatory"
    """Day off in place of a holiday that fell on a weekend (nghỉ bù)."""
    SWAPPED_OFF = "swapped_off"
    """Working day made free against a make-up day (hoán đổi)."""
    MAKE_UP = "make_up"
    """Day off worked in place of a swapped one (làm bù)."""
    CLOSED = "closed"
    """Local closure: storm, moving house…"""
    COUNTER = "counter"
    """Only the counter is open (Saturday morning): dossiers are received, no clock runs."""


WORKED = frozenset({DayKind.WORKING, DayKind.MAKE_UP})


class InvalidDayError(ValueError):
    """A day of a decision makes no sense: no session where one is needed, or sessions that overlap."""


def parse_sessions(sessions: Sequence[Sequence[str]]) -> tuple[Session, ...]:
    """Return `HH:MM` pairs as ticks after midnight; they must be in order and must not overlap."""
    spans = tuple((clock_tick(opening), clock_tick(closing)) for opening, closing in sessions)
    previous = 0
    for opening, closing in spans:
        if opening < previous or closing <= opening:
            raise InvalidDayError(f"sessions overlap or run backwards: {sessions}")
        previous = closing
    return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRule:
    """What a decision makes of one date. Without sessions, a worked kind has the usual office hours."""

    date: date
    kind: DayKind
    name: str | None = None
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyRule:
    """What a decision makes of some weekdays, week after week. Weekday 0 is Monday."""

    weekdays: frozenset[int]
    kind: DayKind = DayKind.WORKING
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Days decided together, by a document. `unit` is where they hold, with its subtree; none: the country.

    `weekly` are office hours that hold from `valid_from` to `valid_to` wherever no day was decided by its date.
    Of two decisions about a date the one that was approved rules over the one that was only seeded, then the
    narrower over the wider, then the one decided later; one that `replaces` another rules over it in any case.
    """

    code: str
    version: int = 1
    unit: str | None = None
    document: str = ""
    decided_on: date | None = None
    days: tuple[DayRule, ...] = ()
    weekly: tuple[WeeklyRule, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    replaces: tuple[str, ...] = ()
    seeded: bool = True
    provisional: bool = False
    withdrawn: bool = False

    def holds_on(self, on: date) -> bool:
        """Tell whether its weekly hours are valid on a date."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )

    def week_rule(self, on: date, weekday: int) -> WeeklyRule | None:
        """Return what its weekly hours, as they hold on a date, make of a weekday, if anything."""
        if not self.holds_on(on):
            return None
        return next((rule for rule in self.weekly if weekday in rule.weekdays), None)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Self:
        """Return the decision of a mapping in the form of the catalogue's CalendarDecision (its `model_dump`)."""
        return cls(
            code=data["code"],
            version=data.get("version", 1),
            unit=data.get("unit"),
            document=data.get("document", ""),
            decided_on=_as_date(data.get("decided_on")),
            days=tuple(map(_day_rule, data["days"])),
            weekly=tuple(map(_weekly_rule, data.get("weekly") or ())),
            valid_from=_as_date(data.get("valid_from")),
            valid_to=_as_date(data.get("valid_to")),
            replaces=tuple(data.get("replaces") or ()),
            seeded=(data.get("origin") or "seed") == "seed",
            provisional=data.get("provisional", False),
            withdrawn=data.get("withdrawn", False),
        )


def _day_rule(data: Mapping[str, Any]) -> DayRule:
    return DayRule(
        date=_date(data["date"]),
        kind=DayKind(data["kind"]),
        name=data.get("name"),
        sessions=parse_sessions(data.get("sessions") or ()),
    )


def _weekly_rule(data: Mapping[str, Any]) -> WeeklyRule:
    return WeeklyRule(
        weekdays=frozenset(number - 1 for number in data["weekdays"]),
        kind=DayKind(data.get("kind", DayKind.WORKING)),
        sessions=parse_sessions(data.get("sessions") or ()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyPattern:
    """Office hours and office days where nothing else was decided. Weekday 0 is Monday."""

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    sessions: tuple[Session, ...] = field(default_factory=lambda: parse_sessions(OFFICE_HOURS))

    def on(self, weekday: int) -> tuple[Session, ...]:
        """Return the sessions of a weekday."""
        return self.sessions if weekday in self.weekdays else ()


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _as_date(value: date | str | None) -> date | None:
    return _date(value) if value else None
