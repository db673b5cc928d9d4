"""Which calendar holds for which unit: decisions of the country, then of each unit down to it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from law.calendar import Calendar
from law.days import Decision, WeeklyPattern

FIRST, LAST = date(2018, 1, 1), date(2027, 12, 31)
"""The years the calendar knows; a later one is known once the country's decision names its New Year's Day."""


class Calendars:
    """All decisions; `of(chain)` gives the calendar of a unit. Units with the same decisions share one calendar.

    The newest version of each decision counts. `first` and `last` bound the known years.
    """

    def __init__(
        self,
        decisions: Iterable[Decision],
        *,
        pattern: WeeklyPattern | None = None,
        first: date = FIRST,
        last: date | None = None,
    ) -> None:
        newest: dict[str, Decision] = {}
        for decision in decisions:
            held = newest.get(decision.code)
            if held is None or held.version < decision.version:
                newest[decision.code] = decision
        self._by_unit: dict[str | None, list[Decision]] = {}
        for decision in sorted(newest.values(), key=lambda each: _strength(each, newest)):
            self._by_unit.setdefault(decision.unit, []).append(decision)
        self._pattern, self._first, self._last = pattern, first, last or last_known(newest.values())
        self._made: dict[tuple[str, ...], Calendar] = {}

    def of(self, chain: Sequence[str] = ()) -> Calendar:
        """Return the calendar of a unit, given the codes of its ancestors from the province down to itself."""
        scopes = tuple(unit for unit in chain if unit in self._by_unit)
        made = self._made.get(scopes)
        if made is None:
            decisions = [decision for scope in (None, *scopes) for decision in self._by_unit.get(scope, ())]
            decisions.sort(key=lambda decision: not decision.seeded)  # stable: what was approved comes last
            made = Calendar(decisions, pattern=self._pattern, first=self._first, last=self._last)
            self._made[scopes] = made
        return made


def last_known(decisions: Iterable[Decision]) -> date:
    """Return the last day the calendar knows, given the newest version of each decision."""
    opened = {
        rule.date.year
        for decision in decisions
        if decision.unit is None and not decision.withdrawn
        for rule in decision.days
        if (rule.date.month, rule.date.day) == (1, 1)
    }
    year = LAST.year
    while year + 1 in opened:
        year += 1
    return date(year, 12, 31)


def _strength(
    decision: Decision, known: Mapping[str, Decision], above: Collection[str] = ()
) -> tuple[date, int, str]:
    """Return by what a decision is stronger than another of its scope: date, then what it replaces, then code.

    A replacement is never weaker than what it replaces, whatever the dates of the documents say.
    """
    path = (*above, decision.code)
    own = decision.decided_on or date.min
    replaced = [
        _strength(known[code], known, path)
        for code in decision.replaces
        if code in known and code not in path and known[code].unit == decision.unit
    ]
    latest = max((on for on, _, _ in replaced), default=own)
    depth = 1 + max((depth for _, depth, _ in replaced), default=-1)
    return max(own, latest), depth, decision.code
