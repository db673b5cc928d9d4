"""Samples of repeated runs, their medians, and ratios of medians."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Tell = Callable[[str], None]


@dataclass(slots=True)
class Series:
    """What one thing measured, once per run."""

    name: str
    unit: str
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Return the median of the runs."""
        return statistics.median(self.values)

    def as_json(self) -> dict[str, Any]:
        """Return it with every run's value."""
        return {"unit": self.unit, "median": _short(self.median), "runs": [_short(v) for v in self.values]}


@dataclass(slots=True)
class Ratio:
    """One series against another; `goal` is what it should at least be, `most` what it should at most be."""

    name: str
    above: str
    below: str
    goal: float | None = None
    most: float | None = None

    def promise(self, ratio: float) -> dict[str, Any]:
        """Return the goal, if there is one, and whether it is met."""
        if self.goal is not None:
            return {"goal": self.goal, "met": ratio >= self.goal}
        return {} if self.most is None else {"at_most": self.most, "met": ratio <= self.most}

    def told(self) -> str:
        """Return the goal for people."""
        if self.goal is not None:
            return f"   (goal {self.goal:g})"
        return "" if self.most is None else f"   (goal: at most {self.most:g})"


@dataclass(slots=True)
class Figures:
    """Everything that was measured."""

    series: dict[str, Series] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)

    def add(self, name: str, unit: str, value: float) -> None:
        """Add one run's value."""
        self.series.setdefault(name, Series(name, unit)).values.append(value)

    def compare(
        self, name: str, above: str, below: str, *, goal: float | None = None, most: float | None = None
    ) -> None:
        """Add a ratio of two series."""
        self.ratios.append(Ratio(name, above, below, goal, most))

    def ratio(self, one: Ratio) -> float:
        """Return a ratio of medians."""
        return self.series[one.above].median / self.series[one.below].median

    def as_json(self) -> dict[str, Any]:
        """Return medians, runs and ratios."""
        return {
            "series": {name: series.as_json() for name, series in self.series.items()},
            "ratios": {
                one.name: {
                    "of": one.above,
                    "to": one.below,
                    "ratio": round(self.ratio(one), 3),
                    **one.promise(self.ratio(one)),
                }
                for one in self.ratios
            },
        }

    def lines(self) -> list[str]:
        """Return a table for people."""
        rows = [f"{name:58} {s.median:12,.1f} {s.unit}" for name, s in self.series.items()]
        return rows + [f"{one.name:58} {self.ratio(one):12.2f} x{one.told()}" for one in self.ratios]


def _short(value: float) -> float:
    return round(value, 1 if abs(value) >= 10 else 4)
