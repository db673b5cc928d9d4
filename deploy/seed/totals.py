"""Quảng Nam 2022 as published, how the unsettled rest is split, and exact integers for every scale.

Published (article on the province's one-stop results): received 70,237 / 147,125 / 245,207 at province,
district and commune level, early or on time 70,141 / 139,968 / 236,544. Whether the other 96 / 7,157 / 8,663
were late or still open the article does not say: that split is ours.

The rates 99.8 / 95.1 / 96.4 (truncated) hold at 1:1, 1:10, 1:50 and 1:100. At 1:1000 no split of 71, 147 and
245 dossiers can give them (70/71 is 98.5 %, 71/71 is 100 %): they are 100.0 / 95.2 / 96.3 there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from contracts.codes import Level

FIRST_DAY, LAST_DAY = date(2022, 1, 1), date(2022, 12, 31)
"""Reception dates; the cut-off (`as_of`) is the end of the last day, in Việt Nam."""


class Fate(StrEnum):
    """What a dossier is at the cut-off. The clock decides it, from the moments in the register."""

    GOOD = "good"
    """Resolved early or on time."""
    LATE = "late"
    OPEN_IN_TIME = "open_in_time"
    OPEN_LATE = "open_late"


TOTALS: Mapping[Level, Mapping[Fate, int]] = {
    Level.PROVINCE: {Fate.GOOD: 70_141, Fate.LATE: 72, Fate.OPEN_IN_TIME: 16, Fate.OPEN_LATE: 8},
    Level.DISTRICT: {Fate.GOOD: 139_968, Fate.LATE: 4_871, Fate.OPEN_IN_TIME: 1_622, Fate.OPEN_LATE: 664},
    Level.COMMUNE: {Fate.GOOD: 236_544, Fate.LATE: 6_703, Fate.OPEN_IN_TIME: 1_187, Fate.OPEN_LATE: 773},
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What one level of the register must count to, as of the cut-off."""

    received: int
    good: int
    late: int
    open_in_time: int
    open_late: int

    @property
    def rate(self) -> str:
        """Return good / received in percent, truncated to one decimal as the source does."""
        thousandths = self.good * 1000 // self.received if self.received else 0
        return f"{thousandths // 10}.{thousandths % 10}"


def expected(scale: int = 1) -> dict[Level, Expected]:
    """Return the exact counts of the register at 1:`scale`, by level."""
    return {
        level: Expected(received=sum(fates.values()), **{fate.value: count for fate, count in fates.items()})
        for level, fates in quotas(scale).items()
    }


def quotas(scale: int = 1) -> dict[Level, dict[Fate, int]]:
    """Return how many dossiers of each level and fate there are at 1:`scale`.

    Largest remainder twice: the scaled total over the levels, then each level over its fates.
    """
    received = [sum(fates.values()) for fates in TOTALS.values()]
    levels = largest_remainder(round(Fraction(sum(received), scale)), received)
    return {
        level: dict(zip(fates, largest_remainder(count, list(fates.values())), strict=True))
        for (level, fates), count in zip(TOTALS.items(), levels, strict=True)
    }


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole shares of `total` in proportion to the weights; equal remainders go to the earlier one."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    neediest = sorted(range(len(weights)), key=lambda at: (-remainders[at], at))
    for at in neediest[: total - sum(shares)]:
        shares[at] += 1
    return shares


def spread(total: int, weights: Sequence[int], *, offset: float = 0.5) -> list[int]:
    """Return whole shares of `total` along a line of weights; exact in sum, even where shares are below one.

    `offset` in [0, 1) says where the counting begins, so that several lines don't all pick the same places.
    """
    whole, resolution = sum(weights), 1 << 20
    if not whole:
        raise ValueError("nothing to spread over")
    passed, done = 0, 0
    start = int(offset * resolution) * whole
    shares = []
    for weight in weights:
        passed += weight
        reached = (total * passed * resolution + start) // (whole * resolution)
        shares.append(reached - done)
        done = reached
    return shares
