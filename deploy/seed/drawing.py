"""One dossier of the register, drawn so that the clock makes of it what its fate says.

Moments are ticks of law.moments, in whole seconds. Where a wait moves the deadline, the result keeps a working
day's distance from it, so that no fine point of the pause rule can tip the outcome.
"""

from dataclasses import dataclass
from random import Random

from contracts.codes import Channel
from deploy.seed.arrivals import arrival, calendar, office_moment
from deploy.seed.choice import Choice
from deploy.seed.mix import Counter, Work
from deploy.seed.totals import LAST_DAY, Fate
from law.moments import DAY, MINUTE, day_number

CUT_OFF = (day_number(LAST_DAY) + 1) * DAY
"""The first tick of 2023 in Việt Nam."""
_LINE = calendar().timeline
LAST_WORKED = _LINE.add_days(CUT_OFF // DAY, -1)
_CHANNELS = Choice((Channel.ONLINE, Channel.COUNTER, Channel.POST), (56, 42, 2))
_WAITS = {Fate.GOOD: 0.07, Fate.LATE: 0.12}
_IS_TAX = 0.5
_ON_LAST_DAY = 0.22
_NEVER_FETCHED = 0.015
_FETCHED_AT_ONCE = 0.6
_SETTLED_IN_JANUARY = 0.7
_JANUARY, _BY_JUNE = 13, 115
"""Working days from the cut-off to Tết 2023, and to mid-June."""
_HAND_OVER = 45 * MINUTE
"""Of worked time, for a file to get from one agency to the other."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Time that does not count: a supplement asked for and brought, or a tax due and paid.

    For a tax the file goes to the tax office before (`sent_at`) and comes back after (`back_at`).
    """

    is_tax: bool
    asked_at: int
    answered_at: int

    @property
    def sent_at(self) -> int:
        """Return when the file was sent to the tax office."""
        return _worked_later(self.asked_at, -2 * _HAND_OVER)

    @property
    def there_at(self) -> int:
        """Return when it arrived there."""
        return _worked_later(self.asked_at, -_HAND_OVER)

    @property
    def home_at(self) -> int:
        """Return when it was sent back."""
        return _worked_later(self.answered_at, _HAND_OVER)

    @property
    def back_at(self) -> int:
        """Return when work on the dossier can go on."""
        return _worked_later(self.answered_at, 2 * _HAND_OVER) if self.is_tax else self.answered_at


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as the register will have it."""

    work: Work
    counter: Counter
    channel: Channel
    fate: Fate
    received_at: int
    due_at: int
    """The appointment on its slip, before any wait."""
    wait: Wait | None
    resolved_at: int
    returned_at: int | None


def draw(*, work: Work, counter: Counter, fate: Fate, day: int, rng: Random) -> Dossier:
    """Return a dossier received on a working day (number) that has the fate at the cut-off."""
    channel = _CHANNELS.draw(rng)
    received = arrival(day, rng)
    due = work.due(channel, received)
    wait, resolved = _course(work, channel, received, fate, rng)
    return Dossier(work, counter, channel, fate, received, due, wait, resolved, _returned(resolved, rng))


def _course(work: Work, channel: Channel, received: int, fate: Fate, rng: Random) -> tuple[Wait | None, int]:
    """Return what happened between reception and result."""
    due = work.due(channel, received)
    if fate is Fate.OPEN_IN_TIME or fate is Fate.OPEN_LATE:
        return None, _after_the_year(rng)
    if work.may_wait and rng.random() < _WAITS[fate]:
        waited = _with_wait(work, channel, received, fate, rng)
        if waited is not None:
            return waited
    if fate is Fate.GOOD:
        return None, _in_time(received, min(due // DAY, LAST_WORKED), rng)
    return None, _too_late(due // DAY, rng)


def _with_wait(
    work: Work, channel: Channel, received: int, fate: Fate, rng: Random
) -> tuple[Wait, int] | None:
    """Return a wait and the result after it, or None where the year is too short for that."""
    reckoning = work.reckonings[channel]
    run = reckoning.begin(received)
    is_tax = work.owes_tax and rng.random() < _IS_TAX
    asked_on = _LINE.add_days(received // DAY, 2 if is_tax else 1 + int(rng.random() * 3))
    answered_on = _LINE.add_days(asked_on, 1 + int(rng.random() * 8))
    if asked_on >= reckoning.appointment(run.due) // DAY or answered_on >= LAST_WORKED:
        return None
    wait = Wait(is_tax, office_moment(asked_on, rng), office_moment(answered_on, rng))
    due_on = reckoning.appointment(reckoning.shift(run.due, wait.asked_at, wait.answered_at)) // DAY
    if fate is Fate.LATE:
        return (wait, _too_late(_LINE.add_days(due_on, 1), rng)) if due_on < _before_last() else None
    last = min(_LINE.add_days(due_on, -1), LAST_WORKED)
    return (wait, _in_time(wait.back_at, last, rng)) if last > answered_on else None


def _before_last() -> int:
    return _LINE.add_days(LAST_WORKED, -1)


def _in_time(since: int, last: int, rng: Random) -> int:
    """Return a moment from `since` on, by the end of a day; now and then on that very day."""
    span = _LINE.days_between(since // DAY, last)
    if span <= 0:
        return office_moment(since // DAY, rng, after=since)
    at = span if rng.random() < _ON_LAST_DAY else int(span * rng.random())
    day = _LINE.add_days(since // DAY, at)
    return office_moment(day, rng, after=since if at == 0 else 0)


def _too_late(due_on: int, rng: Random) -> int:
    """Return a moment on a later day, but before the cut-off; few days late is commoner than many."""
    room = _LINE.days_between(due_on, LAST_WORKED)
    luck = rng.random()
    return office_moment(_LINE.add_days(due_on, min(1 + int(luck * luck * luck * 25), room)), rng)


def _after_the_year(rng: Random) -> int:
    """Return when a dossier open at the cut-off was settled after all: in January, or slowly by June."""
    within = _JANUARY if rng.random() < _SETTLED_IN_JANUARY else _BY_JUNE
    return office_moment(_LINE.add_days(LAST_WORKED, 1 + int(rng.random() * within)), rng)


def _worked_later(tick: int, span: int) -> int:
    return _LINE.last_at(_LINE.worked(tick) + span)


def _returned(resolved: int, rng: Random) -> int | None:
    """Return when the applicant had the result: often the same day, sometimes never."""
    luck = rng.random()
    if luck < _NEVER_FETCHED:
        return None
    day = resolved // DAY
    return office_moment(day, rng, after=resolved) if luck < _FETCHED_AT_ONCE else _later(day, rng)


def _later(day: int, rng: Random) -> int:
    return office_moment(_LINE.add_days(day, 1 + int(rng.random() * 3)), rng)
