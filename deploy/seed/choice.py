"""A weighted choice that draws the same everywhere: whole-number weights, one `random()` each."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Choice(Generic[T]):
    """Things of which each is drawn as often as its weight says."""

    __slots__ = ("_of", "_sums")

    def __init__(self, of: Sequence[T], weights: Sequence[int]) -> None:
        self._of, self._sums = of, list(accumulate(weights))

    @property
    def weight(self) -> int:
        """Return the sum of all weights; zero when there is nothing to draw."""
        return self._sums[-1] if self._sums else 0

    def draw(self, rng: Random) -> T:
        """Return one of them."""
        return self._of[bisect_right(self._sums, int(rng.random() * self._sums[-1]))]
