"""Our arithmetic against numpy's on random calendars: 100,000 cases of days, and minutes by counting them."""

from datetime import date, timedelta

import numpy as np
import pytest

from law.calendar import Calendar
from law.days import DayKind, DayRule, Decision, WeeklyPattern, parse_sessions
from law.moments import DAY, MINUTE, day_number

FIRST, LAST = date(2020, 1, 1), date(2027, 12, 31)
SPAN = (LAST - FIRST).days
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


@pytest.mark.parametrize("seed", range(CALENDARS))
def test_days_are_counted_as_numpy_counts_them(seed: int) -> None:
    ours, theirs = _random(seed)
    line, rng = ours.timeline, np.random.default_rng(seed + 1_000)
    days = np.datetime64(FIRST) + rng.integers(500, SPAN - 500, CASES)
    others = np.datetime64(FIRST) + rng.integers(500, SPAN - 500, CASES)
    amounts = rng.integers(1, 60, CASES)
    starts, ends, counts = _numbers(days), _numbers(others), amounts.tolist()

    after = np.busday_offset(days, amounts, roll="preceding", busdaycal=theirs)
    before = np.busday_offset(days, -amounts, roll="following", busdaycal=theirs)
    rolled = np.busday_offset(days, 0, roll="following", busdaycal=theirs)
    between = np.busday_count(days + 1, others + 1, busdaycal=theirs)

    assert [line.add_days(day, count) for day, count in zip(starts, counts, strict=True)] == _numbers(after)
    assert [line.add_days(day, -count) for day, count in zip(starts, counts, strict=True)] == _numbers(before)
    assert [line.roll(day) for day in starts] == _numbers(rolled)
    ordered = [line.days_between(*pair) for pair in zip(starts, ends, strict=True) if pair[0] <= pair[1]]
    assert ordered == between[days <= others].tolist()


@pytest.mark.parametrize("seed", range(10))
def test_worked_minutes_are_those_one_can_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days = 60
    cuts = [np.sort(rng.choice(96, size=2 * rng.integers(0, 3), replace=False)) * 15 for _ in range(days)]
    open_minutes = np.zeros(days * 1440 + 1, dtype=int)
    rules = []
    for at, cut in enumerate(cuts):
        pairs = [(int(cut[i]), int(cut[i + 1])) for i in range(0, len(cut), 2)]
        for opening, closing in pairs:
            open_minutes[at * 1440 + opening : at * 1440 + closing] = 1
        text = [(f"{o // 60:02}:{o % 60:02}", f"{c // 60:02}:{c % 60:02}") for o, c in pairs]
        kind = DayKind.WORKING if pairs else DayKind.CLOSED
        rules.append(DayRule(date=FIRST + timedelta(days=at), kind=kind, sessions=parse_sessions(text)))
    decided = [Decision(code="R", days=tuple(rules))]
    line = Calendar(decided, first=FIRST, last=FIRST + timedelta(days=days - 1)).timeline
    base = day_number(FIRST) * DAY
    counted = np.concatenate([[0], np.cumsum(open_minutes[:-1])])
    moments = rng.integers(0, days * 1440, 1_500).tolist()

    assert [line.worked(base + at * MINUTE) // MINUTE for at in moments] == counted[moments].tolist()
    for amount in rng.integers(1, counted[-1], 500).tolist():
        first = int(np.argmax(counted >= amount))
        assert line.first_at(amount * MINUTE) == base + first * MINUTE
        last = int(np.argmax(counted > amount)) - 1
        if counted[-1] > amount:
            assert line.last_at(amount * MINUTE) == base + last * MINUTE
    opens = np.flatnonzero(open_minutes)
    for at in moments:
        if at <= opens[-1]:
            assert line.opening(base + at * MINUTE) == base + int(opens[np.searchsorted(opens, at)]) * MINUTE
