"""Time limits as procedures state them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self


class DurationUnit(StrEnum):
    """In what a time limit is counted; the same words as the catalogue's."""

    WORKING_DAY = "working_day"
    WORKING_HOUR = "working_hour"
    CALENDAR_DAY = "calendar_day"
    """Every day counts; an end on a day off rolls forward to the next working day."""
    MONTH = "month"
    """To the same day of the month (its last day if it is shorter), rolled forward off a day off."""
    MINUTE = "minute"
    """Of wall-clock time, day and night."""


class JudgedBy(StrEnum):
    """Whether lateness is a matter of the date (the usual rule) or of the moment."""

    DATE = "date"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of time. Zero: the result is given at once, on the day of reception (trả ngay).

    `same_day`: on the day of reception; received after the rule set's line (15:00), the next working day.
    """

    amount: int
    unit: DurationUnit = DurationUnit.WORKING_DAY
    same_day: bool = False

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError(f"a duration is never negative: {self.amount}")


class ChannelDuration(Protocol):
    """What the catalogue's TimeLimit looks like."""

    @property
    def amount(self) -> int:
        """How many units."""

    @property
    def unit(self) -> str:
        """A word of DurationUnit."""

    @property
    def channel(self) -> str | None:
        """The channel it holds for; none: all others."""

    @property
    def same_day(self) -> bool:
        """Whether the result is due on the day of reception."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The time limit of a procedure version: a duration per channel, the one without a channel for all others.

    `judged_by` None leaves it to the rule set.
    """

    durations: tuple[tuple[str | None, Duration], ...]
    judged_by: JudgedBy | None = None

    @classmethod
    def of(cls, items: Iterable[ChannelDuration], *, judged_by: str | None = None) -> Self:
        """Return the limit of a catalogue procedure (its `limits` and `judged_by`)."""
        durations = tuple(
            (item.channel, Duration(item.amount, DurationUnit(item.unit), item.same_day)) for item in items
        )
        return cls(durations, JudgedBy(judged_by) if judged_by else None)

    @classmethod
    def single(cls, duration: Duration, *, judged_by: JudgedBy | None = None) -> Self:
        """Return a limit that is the same for every channel."""
        return cls(((None, duration),), judged_by)

    def on(self, channel: str | None) -> Duration | None:
        """Return the duration for a channel; None when the procedure states none."""
        other = None
        for key, duration in self.durations:
            if key == channel:
                return duration
            if key is None:
                other = duration
        return other


@dataclass(frozen=True, slots=True)
class Declared:
    """A deadline taken over from a legacy register for a procedure the catalogue lacks; judged by date."""

    due_at: datetime
