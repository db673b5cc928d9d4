"""The fold against a clock that is simply watched, minute by minute."""

from datetime import timedelta
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from law.durations import Duration, DurationUnit
from law.moments import DAY, MINUTE, day_number
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact
from tests.unit.law.support import OLD, calendar, on
from tests.unit.services.sla.domain.support import fact, terms

FIRST = day_number(on("2026-01-05")) * DAY
SPAN = 120 * 24 * 60


@cache
def open_minutes() -> np.ndarray:
    """Return for each minute from 5/1/2026 whether anybody works then, read off the days."""
    mask = np.zeros(SPAN, dtype=bool)
    for at in range(SPAN // 1440):
        day = calendar().day(on("2026-01-05") + timedelta(days=at))
        for opening, closing in day.sessions:
            mask[at * 1440 + opening // MINUTE : at * 1440 + closing // MINUTE] = True
    return mask


def watched(received: int, days: int, waits: list[tuple[int, int]]) -> int:
    """Return the minute by which `days` days' work has been done, from the opening of the day after day 0."""
    worked = open_minutes().copy()
    opening = received + int(np.argmax(worked[received:]))
    day_zero = opening // 1440
    worked[: (day_zero + 1) * 1440] = False
    for since, until in waits:
        worked[since:until] = False
    return int(np.argmax(np.cumsum(worked) == days * 480)) + 1


def story(received: int, waits: list[tuple[int, int]]) -> list[Fact]:
    facts = [_at(received, "received", "r")]
    for at, (since, until) in enumerate(waits):
        facts += [_at(since, "payment_requested", f"p{at}"), _at(until, "payment_made", f"p{at}")]
    return facts


def _at(minute: int, kind: str, request: str) -> Fact:
    data = fact("2026-01-05 00:00", kind, request=request).dump()
    return Fact.load({**data, "id": f"{kind}{request}", "tick": FIRST + minute * MINUTE})


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 20 * 1440),
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 6_000)), max_size=3),
)
def test_the_fold_finds_the_minute_that_a_watched_clock_reaches(
    received: int, days: int, drawn: list[tuple[int, int]]
) -> None:
    bound = terms(OLD, Duration(days, DurationUnit.WORKING_DAY))
    waits: list[tuple[int, int]] = []
    for after, length in drawn:
        due = (fold(story(received, waits), bound).due_tick - FIRST) // MINUTE
        since = received + 1 + after
        if since < due:
            waits.append((since, since + 1 + length))

    found = fold(story(received, waits), bound)

    if not found.ignored:
        assert (found.due_tick - FIRST) // MINUTE == watched(received, days, waits)
