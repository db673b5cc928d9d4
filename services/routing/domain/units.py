"""The dated tree of units, as far as finding a leg's unit and a successor needs it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from operator import attrgetter

from contracts.catalogue import Succession, Unit


class UnitTree:
    """Units and successions of the catalogue. Of several states of a code the one valid on a day counts."""

    def __init__(self, units: Iterable[Unit], successions: Iterable[Succession] = ()) -> None:
        self._states: dict[str, list[Unit]] = defaultdict(list)
        below: dict[str, set[str]] = defaultdict(set)
        for unit in units:
            self._states[unit.code].append(unit)
            if unit.parent is not None:
                below[unit.parent].add(unit.code)
        for states in self._states.values():
            states.sort(key=attrgetter("valid_from", "version"))
        self._below = {code: sorted(codes) for code, codes in below.items()}
        self._successions: dict[str, list[Succession]] = defaultdict(list)
        for succession in successions:
            self._successions[succession.from_unit].append(succession)
        self._found: dict[tuple[str, str, date], str | None] = {}

    def __contains__(self, code: str) -> bool:
        return code in self._states

    def at(self, code: str, on: date) -> Unit | None:
        """Return a unit's state on a day; None for an unknown code or a day outside its life."""
        states = self._states.get(code, ())
        return next((u for u in reversed(states) if _is_valid(u, on)), None)

    def last(self, code: str) -> Unit | None:
        """Return a unit's newest state."""
        states = self._states.get(code)
        return states[-1] if states else None

    def chain(self, code: str) -> Iterator[str]:
        """Yield a unit and all above it, nearest first."""
        seen: set[str] = set()
        while code and code not in seen:
            seen.add(code)
            yield code
            unit = self.last(code)
            code = (unit.parent or "") if unit else ""

    def below(self, code: str) -> list[str]:
        """Return the units directly below one, by code."""
        return self._below.get(code, [])

    def agency(self, suffix: str, near: str, on: date) -> str | None:
        """Return the agency whose code ends in `suffix` nearest to a unit: under it, beside it, or beside those above.

        Never leaves the unit's province, since no chain does.
        """
        key = (suffix, near, on)
        if key not in self._found:
            self._found[key] = self._agency(suffix, near, on)
        return self._found[key]

    def _agency(self, suffix: str, near: str, on: date) -> str | None:
        for above in self.chain(near):
            if above.rpartition(".")[2] == suffix and self.at(above, on):
                return above
            for code in self.below(above):
                if code.rpartition(".")[2] == suffix and self.at(code, on):
                    return code
        return None

    def successor(self, code: str, on: date, communes: Iterable[str | None] = ()) -> Succession | None:
        """Return who took over from a unit that has ended by a day, or None while it lives.

        A rule for the applicant's or parcel's commune comes before the default.
        """
        if not self._has_ended(code, on):
            return None
        rules = [s for s in self._successions.get(code, ()) if s.on <= on]
        places = {commune for commune in communes if commune}
        named = [s for s in rules if s.by_commune in places]
        general = [s for s in rules if s.default and s.by_commune is None]
        return min(named or general, key=attrgetter("on", "to_unit"), default=None)

    def successor_exists(self, code: str) -> bool:
        """Return whether somebody takes over from a unit at any time."""
        return code in self._successions

    def ended(self, on: date) -> list[str]:
        """Return the units that have ended by a day and have a successor, by code."""
        return sorted(code for code in self._successions if self._has_ended(code, on))

    def _has_ended(self, code: str, on: date) -> bool:
        unit = self.last(code)
        return unit is not None and unit.valid_to is not None and unit.valid_to < on


def _is_valid(unit: Unit, on: date) -> bool:
    return unit.valid_from <= on and (unit.valid_to is None or on <= unit.valid_to)
