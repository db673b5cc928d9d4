"""Which calendar holds for which unit: decisions of the country, then of each unit down to it."""

from collections.abc import Iterable, Sequence
from datetime import date

from law.calendar import Calendar
from law.days import Decision, WeeklyPattern


class Calendars:
    """All decisions; `of(chain)` gives the calendar of a unit. Units with the same decisions share one calendar.

    The newest version of each decision counts. `first` and `last` bound the known years.
    """

    def __init__(
        self,
        decisions: Iterable[Decision],
        *,
        pattern: WeeklyPattern | None = None,
        first: date = date(2018, 1, 1),
        last: date = date(2027, 12, 31),
    ) -> None:
        newest: dict[str, Decision] = {}
        for decision in decisions:
            held = newest.get(decision.code)
            if held is None or held.version < decision.version:
                newest[decision.code] = decision
        self._by_unit: dict[str | None, list[Decision]] = {}
        for decision in sorted(newest.values(), key=_strength):
            self._by_unit.setdefault(decision.unit, []).append(decision)
        self._pattern, self._first, self._last = pattern, first, last
        self._made: dict[tuple[str, ...], Calendar] = {}

    def of(self, chain: Sequence[str] = ()) -> Calendar:
        """Return the calendar of a unit, given the codes of its ancestors from the province down to itself."""
        scopes = tuple(unit for unit in chain if unit in self._by_unit)
        made = self._made.get(scopes)
        if made is None:
            decisions = [decision for scope in (None, *scopes) for decision in self._by_unit.get(scope, ())]
            made = Calendar(decisions, pattern=self._pattern, first=self._first, last=self._last)
            self._made[scopes] = made
        return made


def _strength(decision: Decision) -> tuple[date, str]:
    return decision.decided_on or date.min, decision.code
