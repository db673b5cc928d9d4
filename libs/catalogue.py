"""Reference data in memory: units, procedures, processes, rule sets, calendar decisions. Immutable, no I/O.

`Catalogue.of(items)` builds one; services read the current one from `runtime.catalogue` (libs/runtime.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from contracts.catalogue import (
    CalendarDecision,
    CalendarDecisionItem,
    CatalogueItem,
    Procedure,
    ProcedureItem,
    Process,
    ProcessItem,
    RuleSetItem,
    RuleSetPublished,
    Succession,
    SuccessionItem,
    Unit,
    UnitItem,
)
from contracts.envelope import Payload
from libs.errors import NotFoundError

WHOLE_COUNTRY = "*"
P = TypeVar("P", bound=Payload)


class Catalogue:
    """What is known at one moment. Never changes; a newer state is a new catalogue with a higher `revision`."""

    def __init__(self, items: Iterable[CatalogueItem] = (), *, revision: int = 0) -> None:
        self.revision = revision
        by_class: dict[type[CatalogueItem], list[Any]] = defaultdict(list)
        for item in items:
            by_class[type(item)].append(item.data)
        self.units: dict[str, Unit] = _newest(by_class[UnitItem])
        """Every unit that is or was, by code, in its newest version."""
        self.successions: tuple[Succession, ...] = tuple(by_class[SuccessionItem])
        self._procedures: dict[str, list[Procedure]] = _versions(by_class[ProcedureItem])
        self._processes: dict[tuple[str, int], Process] = {
            (p.code, p.version): p for p in by_class[ProcessItem]
        }
        self.rule_sets: dict[str, RuleSetPublished] = _newest(by_class[RuleSetItem])
        """Rule sets by code, newest version."""
        decided: dict[str, CalendarDecision] = _newest(by_class[CalendarDecisionItem])
        self.all_calendar_decisions: tuple[CalendarDecision, ...] = tuple(decided.values())
        """Newest version of each decision, withdrawn ones included: a calendar's version counts them."""
        self.calendar_decisions: tuple[CalendarDecision, ...] = tuple(
            d for d in self.all_calendar_decisions if not d.withdrawn
        )
        """Decisions that stand, newest version of each; order without meaning."""
        self._subtrees: dict[frozenset[str], frozenset[str]] = {}

    @classmethod
    def of(cls, items: Iterable[CatalogueItem], *, revision: int = 0) -> "Catalogue":
        """Return the catalogue of `items`, any order."""
        return cls(items, revision=revision)

    # units

    def unit(self, code: str) -> Unit | None:
        """Return a unit in its newest version."""
        return self.units.get(code)

    def name_of(self, code: str) -> str:
        """Return a unit's name, or its code where the unit is unknown."""
        unit = self.units.get(code)
        return unit.name if unit else code

    def ancestors(self, code: str) -> Iterator[Unit]:
        """Yield a unit and the units above it, upwards. Ends at an unknown parent or a circle."""
        seen: set[str] = set()
        unit = self.units.get(code)
        while unit is not None and unit.code not in seen:
            seen.add(unit.code)
            yield unit
            unit = self.units.get(unit.parent) if unit.parent else None

    def subtree(self, codes: Iterable[str]) -> frozenset[str] | None:
        """Return the codes of these units and all units below them; None (no limit) when "*" is among them.

        Units that ended are included: a province still answers for its former districts. Unknown codes
        stand for themselves.
        """
        wanted = frozenset(codes)
        if WHOLE_COUNTRY in wanted:
            return None
        if wanted not in self._subtrees:
            found, todo = set(wanted), list(wanted)
            while todo:
                fresh = [c for c in self._children.get(todo.pop(), ()) if c not in found]
                found.update(fresh)
                todo.extend(fresh)
            self._subtrees[wanted] = frozenset(found)
        return self._subtrees[wanted]

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        below: dict[str, list[str]] = defaultdict(list)
        for unit in self.units.values():
            if unit.parent:
                below[unit.parent].append(unit.code)
        return below

    def successions_from(self, code: str) -> tuple[Succession, ...]:
        """Return who takes over from a unit, earliest first; empty while it stands alone."""
        return self._successions_by_unit.get(code, ())

    @cached_property
    def _successions_by_unit(self) -> dict[str, tuple[Succession, ...]]:
        by_unit: dict[str, list[Succession]] = defaultdict(list)
        for succession in self.successions:
            by_unit[succession.from_unit].append(succession)
        return {
            code: tuple(sorted(them, key=lambda s: (s.on, s.by_commune or "", s.to_unit)))
            for code, them in by_unit.items()
        }

    # procedures and processes

    def procedure(self, code: str, on: date) -> Procedure | None:
        """Return the version of a procedure in force on a day (VN date), newest first; None if there is none."""
        for version in reversed(self._procedures.get(code, ())):
            if version.valid_from <= on and (version.valid_to is None or on <= version.valid_to):
                return version
        return None

    def procedure_version(self, code: str, version: int) -> Procedure | None:
        """Return one version of a procedure."""
        return next((p for p in self._procedures.get(code, ()) if p.version == version), None)

    def procedures(self) -> list[Procedure]:
        """Return every procedure in its newest version, by code."""
        return [versions[-1] for _, versions in sorted(self._procedures.items())]

    def process(self, code: str, version: int) -> Process | None:
        """Return one version of an internal process."""
        return self._processes.get((code, version))

    def processes(self) -> list[Process]:
        """Return every version of every process, by code and version."""
        return [process for _, process in sorted(self._processes.items())]

    def require_procedure(self, code: str, on: date) -> Procedure:
        """Return the procedure in force, or raise NotFoundError in words for the counter."""
        found = self.procedure(code, on)
        if found is None:
            raise NotFoundError(
                "procedure_code",
                "procedure_unknown",
                f"Không có thủ tục {code} có hiệu lực ngày {on:%d/%m/%Y}",
            )
        return found

    # rules

    def rule_set(self, code: str) -> RuleSetPublished | None:
        """Return a published rule set."""
        return self.rule_sets.get(code)

    def rule_sets_on(self, on: date) -> list[RuleSetPublished]:
        """Return the rule sets in force on a day, latest first."""
        valid = [
            r for r in self.rule_sets.values() if r.valid_from <= on and (not r.valid_to or on <= r.valid_to)
        ]
        return sorted(valid, key=lambda r: r.valid_from, reverse=True)

    def is_empty(self) -> bool:
        """Return whether nothing at all is known."""
        return not (self.units or self._procedures or self._processes or self.rule_sets)

    def counts(self) -> dict[str, int]:
        """Return how many items there are of each kind."""
        return {
            "unit": len(self.units),
            "succession": len(self.successions),
            "procedure": len(self._procedures),
            "process": len(self._processes),
            "ruleset": len(self.rule_sets),
            "calendar": len(self.calendar_decisions),
        }


def _versions(payloads: list[Any]) -> dict[str, list[Any]]:
    by_code: dict[str, list[Any]] = defaultdict(list)
    for payload in sorted(payloads, key=lambda p: p.version):
        by_code[payload.code].append(payload)
    return dict(by_code)


def _newest(payloads: list[Any]) -> dict[str, Any]:
    return {payload.code: payload for payload in sorted(payloads, key=lambda p: p.version)}
