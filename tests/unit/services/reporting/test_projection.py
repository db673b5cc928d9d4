"""Whatever the order of the topics, a dossier's row and its buckets end the same."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import intake, routing, sla
from services.reporting.domain.buckets import OUTCOME, RECEPTION, buckets_of, moves, standing
from services.reporting.domain.projection import Row, apply

DOSSIER = UUID(int=7)
START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
LATE = START + timedelta(days=5)


def place(_unit: str) -> tuple[str, str]:
    return "commune", "N66"


def event(kind, seq, at, **data):
    made = kind.Data(**data)
    return kind(
        id=uuid5(DOSSIER, f"{kind}{seq}"),
        subject=DOSSIER,
        time=at,
        recordedtime=at,
        dossierseq=seq,
        data=made,
    )


def received(seq=1, **changes):
    data = {
        "code": "H15.01-261102-0001",
        "procedure_code": "1.004222",
        "procedure_version": 1,
        "field": "cu-tru",
        "channel": "counter",
        "receiving_unit": "N66.C1",
        "competent_unit": "N66.C1",
        "rule_set": "nd-118-2025",
    }
    return event(intake.DossierReceived, seq, START, **(data | changes))


def snapshot(kind, seq, at, **data):
    base = {
        "state": "running",
        "rule_set": "nd-118-2025",
        "revision": seq,
        "due_current": LATE,
        "late_at": LATE,
    }
    return event(kind, seq, at, **(base | data))


LIFE = {
    "intake": [received(), event(intake.ResultReturned, 2, LATE, way="counter")],
    "routing": [
        event(routing.LegOpened, 1, START, leg_no=1, role="appraise", unit="N66.C1", competent_unit="N66.C1"),
        event(routing.DossierMoved, 2, START, from_unit="N66.C1", to_unit="N66.C2"),
    ],
    "sla": [
        snapshot(sla.ClockStarted, 1, START),
        snapshot(sla.DueSoon, 2, START, rung="one_day"),
        snapshot(sla.Overdue, 3, LATE, overdue=True),
        snapshot(
            sla.ClockStopped, 4, LATE, state="stopped", outcome="late", ended_at=LATE + timedelta(days=1)
        ),
    ],
}


def fold(events):
    row = Row(DOSSIER)
    for one in events:
        apply(row, one, place)
    return row


@given(st.permutations([name for name, events in LIFE.items() for _ in events]))
def test_any_interleaving_of_topics_ends_in_the_same_row(order):
    queues = {name: iter(events) for name, events in LIFE.items()}

    assert fold(next(queues[name]) for name in order) == fold(e for events in LIFE.values() for e in events)


@given(st.permutations([name for name, events in LIFE.items() for _ in events]), st.integers(1, 8))
def test_buckets_hold_each_dossier_once_per_basis_after_every_batch(order, size):
    queues = {name: iter(events) for name, events in LIFE.items()}
    events = [next(queues[name]) for name in order]
    row, held = Row(DOSSIER), Counter()

    for begin in range(0, len(events), size):
        before = buckets_of(row)
        for one in events[begin : begin + size]:
            apply(row, one, place)
        moves(before, buckets_of(row), held)

    assert {key: n for key, n in held.items() if n} == dict.fromkeys(buckets_of(row), 1)
    assert [key.basis for key in buckets_of(row)] == [RECEPTION, OUTCOME]


def test_a_dossier_turns_late_by_an_event_not_by_the_clock():
    row = fold([received(), snapshot(sla.ClockStarted, 1, START)])

    assert standing(row) == "open_in_time"
    apply(row, snapshot(sla.Overdue, 2, LATE, overdue=True), place)
    assert standing(row) == "open_late"


def test_a_dossier_without_a_deadline_stands_by_itself_open_or_ended():
    error = {"state": "error", "due_current": None, "late_at": None}
    row = fold([received(), snapshot(sla.DeadlineUncomputable, 1, START, why="no_limit", **error)])

    assert standing(row) == "uncomputable"
    assert [key.basis for key in buckets_of(row)] == [RECEPTION]
    apply(row, snapshot(sla.ClockStopped, 2, LATE, ended_at=LATE, ending="resolved", **error), place)
    assert standing(row) == "uncomputable"
    assert [key.day for key in buckets_of(row)] == [START.date(), LATE.date()]


def test_a_revision_takes_lateness_back():
    row = fold(
        [received(), snapshot(sla.Overdue, 1, LATE, overdue=True), snapshot(sla.ClockRevised, 2, LATE)]
    )

    assert standing(row) == "open_in_time"


def test_a_late_dossier_counts_on_the_day_it_became_late():
    row = fold([*LIFE["intake"], *LIFE["sla"]])

    assert buckets_of(row)[1].day == LATE.date()


def moved(seq, at, old, new):
    return event(routing.DossierMoved, seq, at, from_unit=old, to_unit=new)


def test_only_moves_of_the_competent_unit_move_a_dossier():
    row = fold([moved(1, START, "N66.C9", "N66.C8"), received(), moved(2, LATE, "N66.C1", "N66.C2")])

    assert row.unit == "N66.C2"
    assert [unit for _, unit in row.path] == ["N66.C2"]


@given(st.permutations(["N66.C1>N66.C5", "N66.C5>N66.C3", "N66.C3>N66.C4"]))
def test_a_chain_of_successors_told_for_one_moment_is_followed_in_any_order(told):
    events = [moved(n, LATE, *one.split(">")) for n, one in enumerate(told, 1)]

    assert fold([received(), *events]).unit == "N66.C4"
    assert fold([*events, received()]).unit == "N66.C4"


def test_a_corrected_unit_is_the_right_one_whatever_was_moved_before():
    correction = event(intake.DossierCorrected, 2, LATE, reason="mistaken_entry", competent_unit="N66.C7")

    assert fold([received(), moved(1, START, "N66.C1", "N66.C2"), correction]).unit == "N66.C7"


def test_a_voided_dossier_counts_nowhere():
    row = fold([received(), event(intake.DossierVoided, 2, START, reason="mistaken_entry")])

    assert buckets_of(row) == ()


def test_a_correction_moves_the_dossier_to_its_right_field():
    row = fold(
        [received(), event(intake.DossierCorrected, 2, START, reason="mistaken_entry", field="dat-dai")]
    )

    assert buckets_of(row)[0].field == "dat-dai"


@pytest.mark.parametrize("hour", [16, 17])
def test_days_are_vietnamese_days(hour):
    at = START.replace(hour=hour)
    row = fold([event(intake.DossierReceived, 1, at, **received().data.model_dump())])

    assert buckets_of(row)[0].day.day == (2 if hour < 17 else 3)


def test_returned_is_taken_from_an_imported_history():
    steps = ({"at": START, "event": "resolved"}, {"at": LATE, "event": "returned"})
    row = fold([received(), event(intake.HistoryImported, 2, START, batch=UUID(int=1), steps=steps)])

    assert row.returned_at == LATE


def test_every_snapshot_of_sla_reaches_the_row():
    from contracts.topics import BY_NAME
    from services.reporting.domain.projection import matters

    snapshots = [m for m in BY_NAME["sla.events"].models if m is not sla.ImportTimed]

    assert all(matters(model.model_construct()) for model in snapshots)
