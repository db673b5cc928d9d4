"""A province's year, day by day: how many of each fate come in on each day, drawn and put in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from contracts.codes import Level
from deploy.seed.arrivals import WorkingDay, working_days
from deploy.seed.choice import Choice
from deploy.seed.drawing import CUT_OFF, LAST_WORKED, Dossier, draw
from deploy.seed.mix import Work, counters, works
from deploy.seed.totals import Fate, quotas, spread
from law.moments import DAY, HOUR, MINUTE

_EARLIEST, _LATEST = 7 * HOUR, 17 * HOUR - MINUTE
_HALF_LIFE = 30
"""Days after which a dossier is half as likely to be still open, long after its deadline."""


@dataclass(frozen=True, slots=True)
class Lot:
    """So many dossiers of a level and fate, received on one day."""

    level: Level
    fate: Fate
    count: int


def year(scale: int, *, seed: int) -> Iterator[list[Dossier]]:
    """Yield the dossiers of each working day of 2022, in the order they came; one day is held at a time."""
    for day, lots in plan(scale):
        rng = Random(f"{seed}/{scale}/{day.number}")
        dossiers = [dossier for lot in lots for dossier in _draw(lot, day, rng)]
        yield sorted(dossiers, key=lambda dossier: dossier.received_at)


def plan(scale: int) -> list[tuple[WorkingDay, list[Lot]]]:
    """Return what comes in on each day; the counts of each level and fate sum to its quota exactly."""
    days = working_days()
    lots: list[list[Lot]] = [[] for _ in days]
    for level, fates in quotas(scale).items():
        for turn, (fate, quota) in enumerate(fates.items()):
            weights = [day.weight * choice(level, fate, day.number).weight // 100 for day in days]
            counts = spread(quota, weights, offset=(1 + turn) / 5) if quota else [0] * len(days)
            for at, count in enumerate(counts):
                if count:
                    lots[at].append(Lot(level, fate, count))
    return list(zip(days, lots, strict=True))


@cache
def choice(level: Level, fate: Fate, day: int) -> Choice[Work]:
    """Return which procedures can have this fate when received on this day, with their weights."""
    weighted = {work: _weight(work, fate, day) for work in works() if work.level is level}
    possible = [work for work, weight in weighted.items() if weight]
    return Choice(possible, [weighted[work] for work in possible])


def _weight(work: Work, fate: Fate, day: int) -> int:
    if fate is Fate.GOOD:
        return work.share
    earliest = min(work.due(channel, day * DAY + _EARLIEST) for channel in work.reckonings)
    latest = max(work.due(channel, day * DAY + _LATEST) for channel in work.reckonings)
    if fate is Fate.OPEN_IN_TIME:
        return work.share if earliest >= CUT_OFF else 0
    if fate is Fate.LATE:
        return work.share * work.late_weight if latest // DAY < LAST_WORKED else 0
    age = LAST_WORKED - latest // DAY
    return work.share * work.late_weight * 100 // (100 + 100 * age // _HALF_LIFE) if age >= 0 else 0


def _draw(lot: Lot, day: WorkingDay, rng: Random) -> Iterator[Dossier]:
    kinds = choice(lot.level, lot.fate, day.number)
    places = counters(lot.level, slow=lot.fate in (Fate.LATE, Fate.OPEN_LATE))
    for _ in range(lot.count):
        work = kinds.draw(rng)
        yield draw(work=work, counter=places.draw(rng), fate=lot.fate, day=day.number, rng=rng)
