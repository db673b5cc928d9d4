"""The first deadline of a dossier: the appointment on its slip, and the first moment of lateness."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from law.calendar import Calendar
from law.durations import Declared, JudgedBy, Limit
from law.kinds import reckoning_of
from law.moments import DAY, to_moment, to_tick
from law.reckoning import Reckoning
from law.rule_set import RuleSet
from law.timeline import OutsideCalendarError
from law.worked_time import AsDeclared


class Uncomputable(StrEnum):
    """Why a deadline cannot be computed; the same words as the contract's."""

    NO_LIMIT = "no_limit"
    OUTSIDE_CALENDAR = "outside_calendar"


class DeadlineUncomputableError(ValueError):
    """No deadline can be computed; `reason` says what is missing."""

    def __init__(self, reason: Uncomputable) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the clock starts, the appointment, and the first moment at which a result would be late; UTC."""

    starts_at: datetime
    due_at: datetime
    late_at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What binds a dossier: how its limit is counted and how lateness is judged."""

    reckoning: Reckoning
    judged_by: JudgedBy
    rule_set: RuleSet
    calendar: Calendar

    def late(self, appointment: int) -> int:
        """Return the first late tick for an appointment: the next midnight, or the moment itself."""
        return (appointment // DAY + 1) * DAY if self.judged_by is JudgedBy.DATE else appointment


def terms_of(
    *, limit: Limit | Declared | None, channel: str | None, rule_set: RuleSet, calendar: Calendar
) -> Terms:
    """Return the terms of a dossier, or raise `DeadlineUncomputableError` when its procedure states no limit."""
    line = calendar.timeline
    if isinstance(limit, Declared):
        declared = AsDeclared(line, rule_set, to_tick(limit.due_at))
        return Terms(declared, JudgedBy.DATE, rule_set, calendar)
    duration = limit.on(channel) if limit else None
    if limit is None or duration is None:
        raise DeadlineUncomputableError(Uncomputable.NO_LIMIT)
    reckoning = reckoning_of(duration=duration, rule_set=rule_set, line=line)
    return Terms(reckoning, limit.judged_by or rule_set.judged_by, rule_set, calendar)


def first_deadline(
    *,
    received_at: datetime,
    channel: str | None,
    limit: Limit | Declared | None,
    rule_set: RuleSet,
    calendar: Calendar,
) -> Deadline:
    """Return the deadline of a dossier on the day it is received.

    `limit` is the procedure version's (`Limit.of(procedure.limits, judged_by=procedure.judged_by)`) or, for a
    procedure the catalogue lacks, the `Declared` moment of the legacy register. Raises
    `DeadlineUncomputableError` when there is no limit or the deadline lies outside the known calendar.
    """
    terms = terms_of(limit=limit, channel=channel, rule_set=rule_set, calendar=calendar)
    try:
        run = terms.reckoning.begin(to_tick(received_at))
        due = terms.reckoning.appointment(run.due)
    except OutsideCalendarError:
        raise DeadlineUncomputableError(Uncomputable.OUTSIDE_CALENDAR) from None
    return Deadline(to_moment(run.start), to_moment(due), to_moment(terms.late(due)))
