"""Our arithmetic against numpy's on random calendars: 100,000 cases of days, and as many of hours, by counting minutes."""

from datetime import date, timedelta

import numpy as np
import pytest

from law.calendar import Calendar
from law.days import DayKind, DayRule, Decision, WeeklyPattern, parse_sessions
from law.deadline import first_deadline
from law.durations import Duration, Limit
from law.moments import DAY, MINUTE, at_vn, day_number
from law.rule_set import rule_sets
from law.timeline import Timeline

FIRST, LAST = date(2020, 1, 1), date(2027, 12, 31)
SPAN = (LAST - FIRST).days
ONE_DAY = np.timedelta64(1, "D")
CALENDARS, CASES = 20, 5_000


def _random(seed: int) -> tuple[Calendar, np.busdaycalendar]:
    rng = np.random.default_rng(seed)
    weekdays = rng.random(7) < 0.7
    weekdays[rng.integers(7)] = True
    off = {FIRST + timedelta(days=int(at)) for at in rng.integers(0, SPAN, 150)}
    days = tuple(DayRule(date=day, kind=DayKind.HOLIDAY) for day in off)
    pattern = WeeklyPattern(weekdays=frozenset(np.flatnonzero(weekdays).tolist()))
    ours = Calendar([Decision(code="H", days=days)], first=FIRST, last=LAST, pattern=pattern)
    return ours, np.busdaycalendar(weekmask=weekdays.tolist(), holidays=sorted(off))


def _numbers(days: np.ndarray) -> list[int]:
    return (days.astype(int) - np.datetime64("2000-01-01").astype(int)).tolist()


def _days(rng: np.random.Generator, number: int) -> np.ndarray:
    """Return days after FIRST, far from both ends."""
    return rng.integers(500, SPAN - 500, number).astype("timedelta64[D]")


@pytest.mark.parametrize("seed", range(CALENDARS))
def test_days_are_counted_as_numpy_counts_them(seed: int) -> None:
    ours, theirs = _random(seed)
    line, rng = ours.timeline, np.random.default_rng(seed + 1_000)
    days = np.datetime64(FIRST) + _days(rng, CASES)
    others = np.datetime64(FIRST) + _days(rng, CASES)
    amounts = rng.integers(1, 60, CASES)
    starts, ends, counts = _numbers(days), _numbers(others), amounts.tolist()

    after = np.busday_offset(days, amounts, roll="preceding", busdaycal=theirs)
    before = np.busday_offset(days, -amounts, roll="following", busdaycal=theirs)
    rolled = np.busday_offset(days, 0, roll="following", busdaycal=theirs)
    between = np.busday_count(days + ONE_DAY, others + ONE_DAY, busdaycal=theirs)

    assert [line.add_days(day, count) for day, count in zip(starts, counts, strict=True)] == _numbers(after)
    assert [line.add_days(day, -count) for day, count in zip(starts, counts, strict=True)] == _numbers(before)
    assert [line.roll(day) for day in starts] == _numbers(rolled)
    ordered = [line.days_between(*pair) for pair in zip(starts, ends, strict=True) if pair[0] <= pair[1]]
    assert ordered == between[days <= others].tolist()


@pytest.mark.parametrize("seed", range(CALENDARS))
def test_appointments_fall_where_numpy_puts_them(seed: int) -> None:
    ours, theirs = _random(seed)
    rng = np.random.default_rng(seed + 2_000)
    days = np.datetime64(FIRST) + _days(rng, 1_000)
    amounts, rules = rng.integers(1, 60, 1_000), rule_sets().get("nd-118-2025")
    day_zero = np.busday_offset(days, 0, roll="forward", busdaycal=theirs)
    due = np.busday_offset(day_zero, amounts, busdaycal=theirs)

    found = [
        first_deadline(
            received_at=at_vn(day.item(), "09:00"),
            channel=None,
            limit=Limit.single(Duration(int(amount))),
            rule_set=rules,
            calendar=ours,
        ).due_at
        for day, amount in zip(days, amounts, strict=True)
    ]

    assert found == [at_vn(day.item(), "17:00") for day in due]


def _hours(rng: np.random.Generator) -> tuple[Timeline, np.ndarray]:
    """Return random hours of some weeks as ours, and for each of their minutes whether it is worked."""
    days = 120
    cuts = [np.sort(rng.choice(96, size=2 * rng.integers(0, 3), replace=False)) * 15 for _ in range(days)]
    is_open = np.zeros(days * 1440 + 1, dtype=int)
    rules = []
    for at, cut in enumerate(cuts):
        pairs = [(int(cut[i]), int(cut[i + 1])) for i in range(0, len(cut), 2)]
        for opening, closing in pairs:
            is_open[at * 1440 + opening : at * 1440 + closing] = 1
        text = [(f"{o // 60:02}:{o % 60:02}", f"{c // 60:02}:{c % 60:02}") for o, c in pairs]
        kind = DayKind.WORKING if pairs else DayKind.CLOSED
        rules.append(DayRule(date=FIRST + timedelta(days=at), kind=kind, sessions=parse_sessions(text)))
    decided = [Decision(code="R", days=tuple(rules))]
    last = FIRST + timedelta(days=days - 1)
    return Calendar(decided, first=FIRST, last=last).timeline, is_open


@pytest.mark.parametrize("seed", range(CALENDARS))
def test_worked_minutes_are_those_one_can_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    line, is_open = _hours(rng)
    base = day_number(FIRST) * DAY
    counted = np.concatenate([[0], np.cumsum(is_open[:-1])])
    opens = np.flatnonzero(is_open)
    moments = rng.integers(0, opens[-1], CASES)
    amounts = rng.integers(1, counted[-1], CASES // 2)

    def ticks(minutes: np.ndarray) -> list[int]:
        return [base + at * MINUTE for at in minutes.tolist()]

    assert [line.worked(at) // MINUTE for at in ticks(moments)] == counted[moments].tolist()
    firsts, lasts = np.searchsorted(counted, amounts), np.searchsorted(counted, amounts, side="right") - 1
    assert [line.first_at(amount * MINUTE) for amount in amounts.tolist()] == ticks(firsts)
    assert [line.last_at(amount * MINUTE) for amount in amounts.tolist()] == ticks(lasts)
    assert [line.opening(at) for at in ticks(moments)] == ticks(opens[np.searchsorted(opens, moments)])
