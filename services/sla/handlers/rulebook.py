"""The law as one catalogue states it: the terms that bind a dossier, and the calendar of a unit. Pure, cached."""

from collections.abc import Sequence
from functools import cached_property

from contracts.catalogue import CalendarDecision
from contracts.sla import Uncomputable
from law.calendar import Calendar
from law.calendars import Calendars
from law.days import Decision, WeeklyPattern
from law.deadline import DeadlineUncomputableError, Terms, terms_of
from law.durations import Declared, Limit
from law.rule_set import RuleSet, RuleSets, UnknownRuleSetError, rule_sets
from libs.catalogue import Catalogue
from services.sla.handlers.head import Head

Versions = frozenset[tuple[str, int]]
"""Code and newest version of each decision."""
_USUAL = WeeklyPattern()
_KEPT = 16
"""Rulebooks of the past kept in memory beside one."""
_Key = tuple[str, int, str | None, str, str | None]


class Rulebook:
    """Answers from one immutable catalogue; a newer catalogue needs a new one (`Rulebooks`)."""

    def __init__(
        self,
        catalogue: Catalogue,
        known: RuleSets | None = None,
        *,
        decisions: Sequence[CalendarDecision] | None = None,
    ) -> None:
        self.catalogue = catalogue
        self._rule_sets = known or rule_sets()
        decided = catalogue.all_calendar_decisions if decisions is None else decisions
        self._decided = tuple(decided)
        self._decisions = [as_decision(decision) for decision in decided]
        self._calendars: dict[WeeklyPattern | None, Calendars] = {}
        self._chains: dict[str | None, tuple[str, ...]] = {None: ()}
        self._terms: dict[_Key, Terms | Uncomputable] = {}
        self._deciding = frozenset(each.unit for each in self._decisions if each.unit)
        self._versions = frozenset((each.code, each.version) for each in decided)
        self._kept: dict[Versions, Rulebook] = {}
        self._calendars_of: dict[tuple[str | None, str | None], Calendar] = {}
        self._late_calendars: dict[tuple[str | None, str | None], str] = {}

    def with_decision(self, decision: CalendarDecision) -> "Rulebook":
        """Return the rulebook as it would be if a decision were published beside all that is."""
        return self.with_decisions([*self._decided, decision])

    def with_decisions(self, decisions: Sequence[CalendarDecision]) -> "Rulebook":
        """Return the rulebook as it would be with these decisions alone; of a code the newest version counts."""
        return Rulebook(self.catalogue, self._rule_sets, decisions=decisions)

    def known_with(self, versions: Versions) -> "Rulebook | None":
        """Return the rulebook with these versions of decisions alone, where it is this one or was kept."""
        return self if versions == self._versions else self._kept.get(versions)

    def keep_with(self, versions: Versions, decisions: Sequence[CalendarDecision]) -> "Rulebook":
        """Return the rulebook with these decisions alone, and keep it as long as this one lives."""
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        made = self._kept[versions] = self.with_decisions(decisions)
        return made

    def terms(self, head: Head) -> Terms | Uncomputable:
        """Return what binds a dossier, or why nothing does.

        A procedure the catalogue lacks is bound by the deadline its legacy register declared.
        """
        try:
            rule_set = self._rule_sets.get(head.rule_set or "")
        except UnknownRuleSetError:
            return Uncomputable.UNKNOWN_RULE_SET
        if head.procedure_version is None:
            return self._declared(head, rule_set)
        key = (
            head.procedure_code or "",
            head.procedure_version,
            head.channel,
            rule_set.code,
            head.reception_unit,
        )
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = self._of_procedure(head, rule_set)
        return found

    def _of_procedure(self, head: Head, rule_set: RuleSet) -> Terms | Uncomputable:
        procedure = self.catalogue.procedure_version(head.procedure_code or "", head.procedure_version or 0)
        if procedure is None:
            return Uncomputable.UNKNOWN_PROCEDURE
        limit = Limit.of(procedure.limits, judged_by=procedure.judged_by)
        return self._bind(limit, head, rule_set)

    def _declared(self, head: Head, rule_set: RuleSet) -> Terms | Uncomputable:
        if head.declared_due_at is None:
            return Uncomputable.UNKNOWN_PROCEDURE
        return self._bind(Declared(head.declared_due_at), head, rule_set)

    def _bind(self, limit: Limit | Declared, head: Head, rule_set: RuleSet) -> Terms | Uncomputable:
        calendar = self.calendar(head.reception_unit, rule_set)
        try:
            return terms_of(limit=limit, channel=head.channel, rule_set=rule_set, calendar=calendar)
        except DeadlineUncomputableError as error:
            return Uncomputable(error.reason.value)

    def calendar(self, unit: str | None, rule_set: RuleSet | None = None) -> Calendar:
        """Return the calendar of a unit; its usual office hours are those of the rule set."""
        pattern = rule_set.pattern if rule_set else None
        calendars = self._calendars.get(pattern)
        if calendars is None:
            calendars = self._calendars[pattern] = Calendars(self._decisions, pattern=pattern)
        return calendars.of(self.chain(unit))

    def calendar_of(self, unit: str | None, rule_set: str | None) -> Calendar:
        """Return the calendar of a unit under a rule set named by its code (unknown: the usual hours)."""
        found = self._calendars_of.get((unit, rule_set))
        if found is None:
            found = self._calendars_of[unit, rule_set] = self.calendar(unit, self.rule_set(rule_set))
        return found

    def late_calendar(self, unit: str | None, rule_set: str | None) -> str:
        """Return the key of the calendar that counts working days late there; "" is the country's usual one.

        It names the lowest unit of the chain with decisions of its own, and the rule set where that has office
        days of its own: `P01.C001`, `P01/nd-9-2030`.
        """
        key = (unit, rule_set)
        found = self._late_calendars.get(key)
        if found is None:
            lowest = next((code for code in reversed(self.chain(unit)) if code in self._deciding), "")
            rules = self.rule_set(rule_set)
            usual = rules is None or rules.pattern.weekdays == _USUAL.weekdays
            found = self._late_calendars[key] = lowest if usual else f"{lowest}/{rule_set}"
        return found

    @cached_property
    def is_one_calendar(self) -> bool:
        """Tell whether the country's usual calendar counts every lateness."""
        return not self._deciding and not any(self.late_calendar(None, code) for code in self.rule_set_codes)

    @property
    def deciding_units(self) -> frozenset[str]:
        """Return the units with calendar decisions of their own."""
        return self._deciding

    @property
    def rule_set_codes(self) -> tuple[str, ...]:
        """Return the rule sets this program knows."""
        return tuple(each.code for each in self._rule_sets)

    def calendar_of_key(self, key: str) -> Calendar:
        """Return the calendar a key of `late_calendar` names."""
        unit, _, code = key.partition("/")
        return self.calendar_of(unit or None, code or None)

    def rule_set(self, code: str | None) -> RuleSet | None:
        """Return a rule set by its code."""
        try:
            return self._rule_sets.get(code or "")
        except UnknownRuleSetError:
            return None

    def chain(self, unit: str | None) -> tuple[str, ...]:
        """Return the units whose decisions hold at a unit, from the province down to itself."""
        chain = self._chains.get(unit)
        if chain is None:
            above = [each.code for each in self.catalogue.ancestors(unit or "")]
            chain = self._chains[unit] = tuple(reversed(above)) or (unit or "",)
        return chain

    def place(self, unit: str | None) -> tuple[str | None, str | None]:
        """Return the province and the level of a unit, None where the catalogue lacks it."""
        known = self.catalogue.unit(unit) if unit else None
        return (known.province, known.level.value) if known else (None, None)


class Rulebooks:
    """The rulebook of the newest catalogue; made anew only when the catalogue changed."""

    def __init__(self, known: RuleSets | None = None) -> None:
        self._known = known
        self._last: Rulebook | None = None

    def of(self, catalogue: Catalogue) -> Rulebook:
        """Return the rulebook of a catalogue."""
        if self._last is None or self._last.catalogue is not catalogue:
            self._last = Rulebook(catalogue, self._known)
        return self._last


def as_decision(decision: CalendarDecision) -> Decision:
    """Return a decision of the catalogue as the law reads it."""
    return Decision.parse(decision.model_dump())
