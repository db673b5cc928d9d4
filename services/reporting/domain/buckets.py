"""Where a dossier counts: its day buckets, left and entered as it changes."""

from collections import Counter
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.sla import ClockState
from services.reporting.domain.projection import Row

VN = ZoneInfo("Asia/Ho_Chi_Minh")
RECEPTION, OUTCOME = "r", "o"
OPEN_IN_TIME, OPEN_LATE, UNCOMPUTABLE = "open_in_time", "open_late", "uncomputable"
ENDED = frozenset({"early", "on_time", "late"})


class Bucket(NamedTuple):
    """The key of one count; columns of table `bucket`, in order."""

    basis: str
    day: date
    unit: str
    level: str
    province: str
    field: str
    procedure_code: str
    channel: str
    outcome: str


def day_of(moment: datetime) -> date:
    """Return the day in Viet Nam."""
    return moment.astimezone(VN).date()


def standing(row: Row) -> str:
    """Return early, on_time or late for an ended dossier, open_late once overdue was said, else open_in_time.

    A dossier whose deadline cannot be computed is uncomputable, open or ended: nobody knows that it is in time.
    """
    if row.state == ClockState.ERROR:
        return UNCOMPUTABLE
    if row.ended_at is not None and row.outcome is not None:
        return row.outcome
    return OPEN_LATE if row.overdue else OPEN_IN_TIME


def outcome_at(row: Row) -> datetime | None:
    """Return when the outcome fell: the end, or the moment of lateness if that came first; None before either."""
    where = standing(row)
    if where == OPEN_IN_TIME:
        return None
    if where in {"late", OPEN_LATE} and row.late_at is not None:
        return row.late_at
    return row.ended_at


def buckets_of(row: Row) -> tuple[Bucket, ...]:
    """Return the buckets the dossier stands in: none before it is received or after it is voided."""
    if row.voided or row.received_at is None:
        return ()
    rest = (
        row.unit or "",
        row.level or "",
        row.province or "",
        row.field or "",
        row.procedure_code or "",
        row.channel or "",
        standing(row),
    )
    first = Bucket(RECEPTION, day_of(row.received_at), *rest)
    fell = outcome_at(row)
    return (first,) if fell is None else (first, Bucket(OUTCOME, day_of(fell), *rest))


def moves(before: tuple[Bucket, ...], after: tuple[Bucket, ...], into: Counter[Bucket]) -> None:
    """Add to `into` what changes when a dossier leaves `before` and enters `after`."""
    if before == after:
        return
    into.subtract(before)
    into.update(after)
