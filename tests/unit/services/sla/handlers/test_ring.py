"""Which rungs may be told at a moment, and how a dossier's are."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.sla import ClockState, SlaEvent
from law.moments import to_tick
from services.sla.domain.answer import Answer
from services.sla.domain.clock import fold
from services.sla.handlers.ladder import ANY_HOUR, WAIT, set_next, silence
from services.sla.handlers.ring import Horizon, Rang, horizon, tell
from services.sla.store.dossiers import Row
from tests.unit.law.support import NEW
from tests.unit.services.sla.domain.support import answer, fact, story, terms
from tests.unit.services.sla.makers import vn

NOON = vn("2026-03-02 12:00")
PATIENCE = timedelta(seconds=60)
EVENING, TOMORROW = vn("2026-03-02 19:00"), vn("2026-03-03 07:00")


def at_once(_row: Row, tick: int) -> int:
    return tick


def tomorrow(_row: Row, _tick: int) -> int:
    return to_tick(TOMORROW)


def row(*steps) -> Row:
    ladder = [[name, to_tick(at), *rest] for name, at, *rest in steps]
    return Row(UUID(int=1), state=ClockState.RUNNING, rule_set="nd-118-2025", ladder=ladder)


def rings(a_row: Row, at=NOON, sure=None, opening=at_once) -> list[SlaEvent]:
    done = Rang()
    tell(a_row, Horizon(sure=sure or at, until=at), at, done, opening)
    return done.events


def told(a_row: Row, at=NOON, sure=None) -> list[tuple[str, bool]]:
    return [
        (getattr(event.data, "rung", WAIT), getattr(event.data, "provisional", False))
        for event in rings(a_row, at, sure)
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


def test_a_notice_found_outside_office_hours_waits_for_the_next_opening():
    a_row = row(("today", NOON), ("overdue", vn("2026-03-05 00:00")))

    assert rings(a_row, EVENING, opening=tomorrow) == []
    assert a_row.next_rung_at == TOMORROW

    (event,) = rings(a_row, TOMORROW)
    assert (event.data.rung, event.time) == ("today", TOMORROW)


def test_overdue_and_the_notices_of_the_wall_clock_wait_for_no_opening():
    a_row = row(("half", NOON, ANY_HOUR), ("overdue", NOON + PATIENCE))

    assert [event.data.rung for event in rings(a_row, EVENING, opening=tomorrow)] == ["overdue"]

    a_row = row(("half", NOON, ANY_HOUR))
    assert [event.data.rung for event in rings(a_row, EVENING, opening=tomorrow)] == ["half"]


def test_a_notice_that_waits_gives_way_to_a_rung_that_comes_first():
    a_row = row(("today", NOON), ("overdue", EVENING + PATIENCE))
    rings(a_row, EVENING, opening=tomorrow)

    assert [event.data.rung for event in rings(a_row, TOMORROW)] == ["overdue", "today"]


def running(due: str) -> Answer:
    extended = fact("2026-03-03 09:00", "extended", new_tick=to_tick(vn(due)))
    return fold([*story("2026-03-02 08:00 received"), extended], terms(NEW))


def rung_by_rung(a_row: Row, until: str) -> list[tuple[str, bool]]:
    said = []
    while a_row.next_rung_at is not None and a_row.next_rung_at <= vn(until):
        said += rings(a_row, a_row.next_rung_at)
    return [(event.data.rung.value, event.data.told_before is not None) for event in said]


def test_a_moved_deadline_rearms_what_lies_ahead_and_says_for_which_moment_a_rung_was_told_before():
    a_row = row()
    set_next(a_row, answer(NEW, "2026-03-02 08:00 received"), now=vn("2026-03-02 08:00"))
    assert rung_by_rung(a_row, "2026-03-06 20:00") == [
        ("two_days", False),
        ("half", False),
        ("one_day", False),
    ]

    set_next(a_row, running("2026-03-20 17:00"), now=vn("2026-03-06 20:00"))

    assert rung_by_rung(a_row, "2026-03-20 20:00") == [
        ("two_days", True),
        ("one_day", True),
        ("today", False),
    ]


def test_a_rung_that_was_only_passed_over_is_not_said_to_have_been_told_before():
    a_row = row()
    set_next(a_row, answer(NEW, "2026-03-02 08:00 received"), now=vn("2026-03-02 08:00"))
    silence(a_row, now=vn("2026-03-06 20:00"))

    set_next(a_row, running("2026-03-20 17:00"), now=vn("2026-03-06 20:00"))

    assert rung_by_rung(a_row, "2026-03-20 20:00") == [
        ("two_days", False),
        ("one_day", False),
        ("today", False),
    ]


def test_a_rung_rearmed_and_not_told_yet_survives_another_fold_after_its_moment():
    a_row = row()
    set_next(a_row, answer(NEW, "2026-03-02 08:00 received"), now=vn("2026-03-02 08:00"))
    rung_by_rung(a_row, "2026-03-06 20:00")
    moved = running("2026-03-20 17:00")
    set_next(a_row, moved, now=vn("2026-03-06 20:00"))

    set_next(a_row, moved, now=vn("2026-03-18 07:01"))

    assert rung_by_rung(a_row, "2026-03-18 08:00") == [("two_days", True)]


def test_a_told_rung_is_not_told_again_however_often_its_dossier_is_folded():
    given, a_row = answer(NEW, "2026-03-02 08:00 received"), row()
    set_next(a_row, given, now=vn("2026-03-02 08:00"))
    first = rung_by_rung(a_row, "2026-03-30 08:00")

    set_next(a_row, given, now=vn("2026-03-30 08:00"))

    assert [name for name, _ in first][-1] == "overdue_10"
    assert a_row.ladder == []
