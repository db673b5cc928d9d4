"""A table of rates: what was asked, its rows and their sum, each with the same declared rounding."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.reporting.domain.rates import Counts, Rounding, rate

HEADER = ("key", "received", "early", "on_time", "late", "open_in_time", "open_late", "rate", "uncomputable")
"""The columns of a table; those after `rate` came later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: its key, the integers, the rate in percent (None of nothing)."""

    key: str
    name: str
    counts: Counts
    rate: Decimal | None

    def as_json(self) -> dict[str, Any]:
        """Return the row as it stands in JSON."""
        number = None if self.rate is None else float(self.rate)
        return {"key": self.key, **self.counts.as_row(), "rate": number, "name": self.name}

    def as_cells(self) -> tuple[Any, ...]:
        """Return the row as it stands in a CSV or a sheet, in the order of HEADER."""
        *numbers, uncomputable = self.counts.as_row().values()
        return (self.key, *numbers, self.rate, uncomputable)


@dataclass(frozen=True, slots=True)
class RateTable:
    """All rows, and their total."""

    lines: tuple[Line, ...]
    total: Line


def build(
    counts: Mapping[str, Counts], names: Mapping[str, str], *, scale: int, rounding: Rounding
) -> RateTable:
    """Return the table of `counts`; a key without a name is shown as it is."""

    def line(key: str, name: str, of: Counts) -> Line:
        return Line(key=key, name=name, counts=of, rate=rate(of, scale=scale, rounding=rounding))

    lines = tuple(line(key, names.get(key, key), one) for key, one in counts.items())
    return RateTable(lines, line("total", "Tổng cộng", sum(counts.values(), Counts())))
