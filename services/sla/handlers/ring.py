"""Rungs told at their moment: marks and events in one transaction, each rung once, whatever crashes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts import sla
from contracts.sla import SlaEvent
from law.moments import to_moment, to_tick
from libs import offsets, outbox
from libs.db import Pool, transaction
from services.sla import metrics
from services.sla.domain.alarms import OVERDUE
from services.sla.handlers.announce import Statement, utter
from services.sla.handlers.ladder import WAIT, point
from services.sla.store import alarms, dossiers
from services.sla.store.dossiers import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Up to when rungs may be told: those up to `sure` as facts, those up to `until` as provisional."""

    sure: datetime
    until: datetime


@dataclass(slots=True)
class Rang:
    """What one sweep did."""

    dossiers: int = 0
    events: list[SlaEvent] = field(default_factory=list)
    provisional: int = 0


def horizon(*, now: datetime, caught_up_at: datetime | None, patience: timedelta) -> Horizon:
    """Return the horizon at a moment.

    A rung for T may be told once all inputs up to T are applied (`caught_up_at`); after `patience` without
    that it is told all the same, marked provisional.
    """
    overdue = now - patience
    sure = min(now, caught_up_at) if caught_up_at is not None else overdue - timedelta(days=36_500)
    return Horizon(sure=sure, until=max(sure, overdue))


async def ring(pool: Pool, group: str, *, now: datetime, patience: timedelta, limit: int) -> Rang:
    """Tell up to `limit` dossiers' due rungs; return what was done (nothing when nothing is due)."""
    done = Rang()
    async with transaction(pool) as conn:
        caught_up_at = await offsets.caught_up_at(conn, group)
        bounds = horizon(now=now, caught_up_at=caught_up_at, patience=patience)
        rows = await alarms.take_due(conn, bounds.until, limit)
        for row in sorted(rows, key=lambda each: each.id):
            tell(row, bounds, now, done)
        await dossiers.save_alarms(conn, rows)
        await outbox.put(conn, done.events)
    _count(done)
    return done


def tell(row: Row, bounds: Horizon, now: datetime, done: Rang) -> None:
    """Tell a dossier's rungs up to the horizon, mark them, and set its next one.

    Of several due-soon rungs that fell while nobody looked only the last is worth telling.
    """
    until, sure = to_tick(bounds.until), to_tick(bounds.sure)
    due = [step for step in row.ladder if step[1] <= until]
    row.ladder = row.ladder[len(due) :]
    for place, (name, at, *rest) in enumerate(due, 1):
        row.told[name] = at
        if name not in OVERDUE and place < len(due):
            continue
        provisional = at > sure
        done.provisional += provisional
        row.overdue = row.overdue or name in OVERDUE
        done.events.append(utter(row, _statement(name, at, rest, provisional=provisional), now))
    point(row)
    row.changed_at = now
    done.dossiers += 1


def _statement(name: str, at: int, rest: list[str], *, provisional: bool) -> Statement:
    moment = to_moment(at)
    if name == WAIT:
        return Statement(sla.WaitExpired, moment, {"follow_up": rest[0], "ground": rest[1]})
    kind = sla.Overdue if name in OVERDUE else sla.DueSoon
    return Statement(kind, moment, {"rung": name, "provisional": provisional})


def _count(done: Rang) -> None:
    metrics.PROVISIONAL.inc(done.provisional)
    for event in done.events:
        rung = getattr(event.data, "rung", WAIT)
        metrics.RUNGS.labels(str(rung)).inc()
