"""Rungs told at their moment: marks and events in one transaction, each rung once, whatever crashes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts import sla
from contracts.sla import SlaEvent
from law.moments import to_moment, to_tick
from law.timeline import OutsideCalendarError
from libs import offsets, outbox
from libs.db import Pool, transaction
from services.sla import metrics
from services.sla.domain.alarms import OVERDUE
from services.sla.handlers.announce import Statement, utter
from services.sla.handlers.ladder import WAIT, Step, is_mutable, pass_over, point, postpone, told_before
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import alarms
from services.sla.store.dossiers import Row

Opening = Callable[[Row, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Up to when rungs may be told: those up to `sure` as facts, those up to `until` as provisional."""

    sure: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look of the clockwork: when, how long a rung waits for proof, and how many dossiers at most."""

    now: datetime
    patience: timedelta
    limit: int


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


async def ring(pool: Pool, group: str, look: Look, rulebook: Rulebook) -> Rang:
    """Tell up to `look.limit` dossiers' due rungs; return what was done (nothing when nothing is due)."""
    done = Rang()

    def opening(row: Row, tick: int) -> int:
        with suppress(OutsideCalendarError):
            return rulebook.calendar_of(row.reception_unit, row.rule_set).timeline.opening(tick)
        return tick

    async with transaction(pool) as conn:
        caught_up_at = await offsets.caught_up_at(conn, group)
        bounds = horizon(now=look.now, caught_up_at=caught_up_at, patience=look.patience)
        rows = await alarms.take_due(conn, bounds.until, look.limit)
        for row in sorted(rows, key=lambda each: each.id):
            tell(row, bounds, look.now, done, opening)
        await alarms.save_told(conn, rows)
        await outbox.put(conn, done.events)
    _count(done)
    return done


def tell(row: Row, bounds: Horizon, now: datetime, done: Rang, opening: Opening) -> None:
    """Tell a dossier's rungs up to the horizon, mark them, and set its next one.

    Of several due-soon rungs that fell while nobody looked only the last is worth telling; outside office hours
    (`opening`: its dossier's next opening from a tick on) it waits for them.
    """
    until, sure, tick = to_tick(bounds.until), to_tick(bounds.sure), to_tick(now)
    due = [step for step in row.ladder if step[1] <= until]
    row.ladder = row.ladder[len(due) :]
    for place, step in enumerate(due, 1):
        name, at = step[0], step[1]
        if name not in OVERDUE and place < len(due):
            pass_over(row, step)
        elif is_mutable(step) and (opens := opening(row, tick)) > tick:
            postpone(row, step, opens)
        else:
            provisional = at > sure
            done.provisional += provisional
            row.overdue = row.overdue or name in OVERDUE
            statement = _statement(step, told_before(row, step), provisional=provisional)
            row.told[name] = at
            done.events.append(utter(row, statement, now))
    point(row)
    done.dossiers += 1


def _statement(step: Step, before: datetime | None, *, provisional: bool) -> Statement:
    name, moment = step[0], to_moment(step[1])
    if name == WAIT:
        return Statement(sla.WaitExpired, moment, {"follow_up": step[2], "ground": step[3]})
    kind = sla.Overdue if name in OVERDUE else sla.DueSoon
    return Statement(kind, moment, {"rung": name, "provisional": provisional, "told_before": before})


def _count(done: Rang) -> None:
    metrics.PROVISIONAL.inc(done.provisional)
    for event in done.events:
        rung = getattr(event.data, "rung", WAIT)
        metrics.RUNGS.labels(str(rung)).inc()
