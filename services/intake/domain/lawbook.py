"""The appointment on the slip: the catalogue's procedures and calendars, read by the law."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from contracts.catalogue import CalendarDecision, Procedure, TimeLimit
from law.calendars import Calendars
from law.days import Decision, WeeklyPattern
from law.deadline import DeadlineUncomputableError, first_deadline
from law.durations import Declared, Limit
from law.rule_set import RuleSet, RuleSets, UnknownRuleSetError


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """The first deadline and the versions it was computed with. Without `due_at` none could be computed."""

    rule_set: str
    calendar_version: int = 0
    due_at: datetime | None = None
    late_at: datetime | None = None
    uncomputable: str = ""


@lru_cache(maxsize=4096)
def _limit(limits: tuple[TimeLimit, ...], judged_by: str) -> Limit:
    return Limit.of(limits, judged_by=judged_by)


class LawBook:
    """What decides appointments as long as the catalogue's calendar decisions stay the same."""

    def __init__(self, decisions: Iterable[CalendarDecision], *, rule_sets: RuleSets) -> None:
        self._decisions = [Decision.parse(decision.model_dump()) for decision in decisions]
        self._calendars: dict[WeeklyPattern, Calendars] = {}
        self._rule_sets = rule_sets

    def rule_set(self, *, on: date, procedure: Procedure | None) -> RuleSet | None:
        """Return what rules a dossier of `procedure` received on a day; None when nothing is in force."""
        try:
            return self._rule_sets.on(on, special=procedure.rule_set if procedure else None)
        except UnknownRuleSetError:
            return None

    def _calendars_of(self, rule_set: RuleSet) -> Calendars:
        """Return the calendars with the usual office hours of a rule set, as sla's clock has them."""
        found = self._calendars.get(rule_set.pattern)
        if found is None:
            found = self._calendars[rule_set.pattern] = Calendars(self._decisions, pattern=rule_set.pattern)
        return found

    def appointment(
        self,
        *,
        procedure: Procedure | None,
        declared: datetime | None = None,
        channel: str,
        received_at: datetime,
        rule_set: RuleSet,
        chain: Sequence[str],
    ) -> Appointment:
        """Return the appointment of a dossier received at `received_at` (aware).

        `chain` is the competent unit's ancestors from the province down to itself (whose calendar holds);
        `declared` is the legacy register's own deadline, which rules only without a `procedure`.
        """
        calendar = self._calendars_of(rule_set).of(chain)
        limit: Limit | Declared | None = Declared(declared) if declared else None
        if procedure is not None:
            limit = _limit(procedure.limits, procedure.judged_by)
        try:
            found = first_deadline(
                received_at=received_at, channel=channel, limit=limit, rule_set=rule_set, calendar=calendar
            )
        except DeadlineUncomputableError as error:
            return Appointment(
                rule_set=rule_set.code, calendar_version=calendar.version, uncomputable=error.reason.value
            )
        return Appointment(
            rule_set=rule_set.code,
            calendar_version=calendar.version,
            due_at=found.due_at,
            late_at=found.late_at,
        )
