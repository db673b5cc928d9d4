"""Counts and the rate made of them: integers first, then a decimal with a declared scale and rounding."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Rounding(StrEnum):
    """How a rate loses its further digits. Both occur in published reports, so a report declares its own."""

    TRUNCATE = "truncate"
    HALF_UP = "half-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many of the selected dossiers stand where."""

    early: int = 0
    on_time: int = 0
    late: int = 0
    open_in_time: int = 0
    open_late: int = 0
    uncomputable: int = 0
    """Open or ended without a deadline that could be computed: never in time, never late."""

    @property
    def received(self) -> int:
        """Return all selected."""
        return sum(getattr(self, name) for name in OUTCOMES)

    @property
    def good(self) -> int:
        """Return those that ended early or on time."""
        return self.early + self.on_time

    def __add__(self, other: "Counts") -> "Counts":
        """Return the sum, column by column."""
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in OUTCOMES})

    def as_row(self) -> dict[str, int]:
        """Return the integers of a rates row by name, in their order."""
        return {"received": self.received, **{name: getattr(self, name) for name in OUTCOMES}}


OUTCOMES = ("early", "on_time", "late", "open_in_time", "open_late", "uncomputable")


def percent(part: int, whole: int, *, scale: int, rounding: Rounding) -> Decimal | None:
    """Return `part` of `whole` in percent with `scale` decimals; None of nothing.

    >>> percent(70_141, 70_237, scale=1, rounding=Rounding.TRUNCATE)
    Decimal('99.8')
    """
    if whole == 0:
        return None
    units = part * 100 * 10**scale
    whole_units = units // whole if rounding is Rounding.TRUNCATE else (2 * units + whole) // (2 * whole)
    return Decimal(whole_units).scaleb(-scale)


def rate(counts: Counts, *, scale: int, rounding: Rounding) -> Decimal | None:
    """Return (early + on time) of all selected, in percent."""
    return percent(counts.good, counts.received, scale=scale, rounding=rounding)
