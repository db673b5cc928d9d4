"""The calendar as seeded, the rule sets as published, and short ways to write moments."""

from datetime import date, datetime
from functools import cache

from deploy.seed import items
from law.calendar import Calendar
from law.calendars import Calendars
from law.days import Decision
from law.deadline import Deadline, first_deadline
from law.durations import Duration, DurationUnit, Limit
from law.moments import VN
from law.rule_set import RuleSet, rule_sets

DAYS, HOURS = DurationUnit.WORKING_DAY, DurationUnit.WORKING_HOUR
CALENDAR_DAYS, MONTHS, MINUTES = DurationUnit.CALENDAR_DAY, DurationUnit.MONTH, DurationUnit.MINUTE
OLD, NEW, BUILDING = "nd-61-2018", "nd-118-2025", "nd-217-2026"


@cache
def decisions() -> tuple[Decision, ...]:
    return tuple(Decision.parse(item.data.model_dump()) for item in items.calendar())


@cache
def calendar() -> Calendar:
    """Việt Nam 2018–2027 as seeded."""
    return Calendars(decisions()).of()


def vn(text: str) -> datetime:
    """Return a moment of Việt Nam: `2026-03-04 09:10`."""
    return datetime.fromisoformat(text).replace(tzinfo=VN)


def show(moment: datetime) -> str:
    return moment.astimezone(VN).strftime("%Y-%m-%d %H:%M")


def on(text: str) -> date:
    return date.fromisoformat(text)


def rules(code: str) -> RuleSet:
    return rule_sets().get(code)


def deadline(
    received: str, duration: Duration, *, code: str | None = None, law: RuleSet | None = None
) -> Deadline:
    at = vn(received)
    rule_set = law or (rules(code) if code else rule_sets().on(at.date()))
    limit = Limit.single(duration)
    return first_deadline(
        received_at=at, channel="counter", limit=limit, rule_set=rule_set, calendar=calendar()
    )
