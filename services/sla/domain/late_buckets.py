"""How many working days late are told apart: buckets, as data. Pure."""

import re
from dataclasses import dataclass

_PART = re.compile(r"([0-9]{1,4})-([0-9]{1,4})?", re.ASCII)
USUAL = "1-2,3-5,6-10,11-"


@dataclass(frozen=True, slots=True)
class Bucket:
    """From `least` to `most` working days late, both inclusive; `most` None: without end."""

    least: int
    most: int | None

    @property
    def code(self) -> str:
        """Return the name by which it is asked for, `3-5` or `11-`."""
        return f"{self.least}-{'' if self.most is None else self.most}"

    @property
    def text(self) -> str:
        """Return it in words for people."""
        if self.most is None:
            return f"Từ {self.least} ngày làm việc"
        days = f"{self.least}" if self.least == self.most else f"{self.least}–{self.most}"
        return f"{days} ngày làm việc"

    def holds(self, days: int) -> bool:
        """Tell whether so many days fall into it."""
        return self.least <= days and (self.most is None or days <= self.most)


def parse_buckets(text: str) -> tuple[Bucket, ...]:
    """Return the buckets of a text like `1-2,3-5,6-10,11-`; raises ValueError for gaps, overlaps and nonsense."""
    found: list[Bucket] = []
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"not a bucket of days: {part!r}")
        least, most = int(match[1]), int(match[2]) if match[2] else None
        expected = 1 if not found else (found[-1].most or 0) + 1
        if least != expected or (most is not None and most < least) or (found and found[-1].most is None):
            raise ValueError(f"buckets run without a gap from 1 on: {text!r}")
        found.append(Bucket(least, most))
    return tuple(found)
