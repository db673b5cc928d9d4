"""The fence: redelivered records are dropped, a hole stops the worker."""

from datetime import UTC, datetime, timedelta

import pytest

from libs.inbox_rules import Record
from libs.offsets import Frontier, OffsetGapError, contiguous


def at(offset: int, part: int = 0) -> Record:
    return Record("intake.events", part, offset, None, None)


@pytest.mark.parametrize(
    ("came", "start", "fresh", "after", "redelivered"),
    [
        ([0, 1, 2], 0, [0, 1, 2], 3, 0),
        ([0, 1, 2], 2, [2], 3, 2),
        ([0, 1, 2, 1, 2, 3], 0, [0, 1, 2, 3], 4, 2),
        ([0, 1], 9, [], 9, 2),
    ],
)
def test_only_the_contiguous_run_is_new(came, start, fresh, after, redelivered):
    keep, offsets, dropped = contiguous([at(o) for o in came], {("intake.events", 0): start})

    assert [r.offset for r in keep] == fresh
    assert offsets == {("intake.events", 0): after}
    assert dropped == redelivered


def test_a_hole_is_refused():
    with pytest.raises(OffsetGapError, match="expected offset 1, got 2"):
        contiguous([at(0), at(2)], {("intake.events", 0): 0})


def test_partitions_do_not_disturb_each_other():
    keep, offsets, _ = contiguous(
        [at(0), at(7, part=1), at(1)], {("intake.events", 0): 0, ("intake.events", 1): 7}
    )

    assert len(keep) == 3
    assert offsets == {("intake.events", 0): 2, ("intake.events", 1): 8}


MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
HERE, THERE = ("intake.events", 0), ("intake.events", 1)


def test_a_partition_in_steady_traffic_is_applied_up_to_the_moment_whose_end_it_passed():
    frontier = Frontier()
    for second in range(3):
        frontier.saw(MOMENT + timedelta(seconds=second), {HERE: 10 * second + 10})

    assert frontier.reached({HERE: 9}) == {}
    assert frontier.reached({HERE: 25}) == {HERE: MOMENT + timedelta(seconds=1)}
    assert frontier.reached({HERE: 25}) == {}
    assert frontier.reached({HERE: 30}) == {HERE: MOMENT + timedelta(seconds=2)}


def test_an_idle_partition_is_applied_up_to_every_look():
    frontier = Frontier()
    frontier.saw(MOMENT, {HERE: 0, THERE: 5})

    assert frontier.reached({THERE: 4}) == {HERE: MOMENT}


def test_a_partition_that_went_away_is_forgotten():
    frontier = Frontier()
    frontier.saw(MOMENT, {HERE: 5, THERE: 5})
    frontier.saw(MOMENT + timedelta(seconds=1), {THERE: 5})

    assert frontier.reached({HERE: 5, THERE: 5}) == {THERE: MOMENT + timedelta(seconds=1)}
