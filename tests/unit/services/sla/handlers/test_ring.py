"""Which rungs may be told at a moment, and how a dossier's are."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.sla import ClockState
from law.moments import to_tick
from services.sla.handlers.ladder import WAIT, silence
from services.sla.handlers.ring import Horizon, Rang, horizon, tell
from services.sla.store.dossiers import Row
from tests.unit.services.sla.makers import vn

NOON = vn("2026-03-02 12:00")
PATIENCE = timedelta(seconds=60)


def row(*steps) -> Row:
    ladder = [[name, to_tick(at), *rest] for name, at, *rest in steps]
    return Row(UUID(int=1), state=ClockState.RUNNING, rule_set="nd-118-2025", ladder=ladder)


def told(a_row: Row, at=NOON, sure=None) -> list[tuple[str, bool]]:
    done = Rang()
    tell(a_row, Horizon(sure=sure or at, until=at), at, done)
    return [
        (getattr(event.data, "rung", WAIT), getattr(event.data, "provisional", False))
        for event in done.events
    ]


@pytest.mark.parametrize(
    ("caught_up", "sure", "until"),
    [
        (timedelta(0), timedelta(0), timedelta(0)),
        (timedelta(seconds=5), timedelta(0), timedelta(0)),
        (timedelta(seconds=-5), timedelta(seconds=-5), timedelta(seconds=-5)),
        (timedelta(seconds=-90), timedelta(seconds=-90), timedelta(seconds=-60)),
    ],
)
def test_a_horizon_is_what_was_applied_or_patience(caught_up, sure, until):
    found = horizon(now=NOON, caught_up_at=NOON + caught_up, patience=PATIENCE)

    assert (found.sure, found.until) == (NOON + sure, NOON + until)


def test_without_any_proof_only_patience_counts():
    found = horizon(now=NOON, caught_up_at=None, patience=PATIENCE)

    assert found.until == NOON - PATIENCE
    assert found.sure < found.until


def test_all_latenesses_are_told_and_of_due_soon_rungs_the_last():
    hour = timedelta(hours=1)
    a_row = row(("two_days", NOON - 4 * hour), ("today", NOON - 3 * hour), ("overdue", NOON - 2 * hour),
                ("overdue_5", NOON - hour), ("overdue_10", NOON + hour))  # fmt: skip

    assert told(a_row) == [("overdue", False), ("overdue_5", False)]
    assert a_row.next_rung_at == NOON + hour
    assert set(a_row.told) == {"two_days", "today", "overdue", "overdue_5"}
    assert a_row.overdue


def test_what_lies_beyond_the_proof_is_provisional():
    a_row = row(("overdue", NOON - PATIENCE))

    assert told(a_row, sure=NOON - 2 * PATIENCE) == [("overdue", True)]


def test_a_due_soon_rung_does_not_make_a_dossier_overdue():
    a_row = row(("today", NOON))

    assert told(a_row) == [("today", False)]
    assert not a_row.overdue
    assert a_row.next_rung_at is None


def test_silence_marks_without_a_word():
    a_row = row(("half", NOON - PATIENCE), ("today", NOON), ("overdue", NOON + PATIENCE))

    silence(a_row, now=NOON)

    assert set(a_row.told) == {"half", "today"}
    assert a_row.next_rung_at == NOON + PATIENCE
