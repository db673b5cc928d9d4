"""The fence: redelivered records are dropped, a hole stops the worker."""

import pytest

from libs.inbox_rules import Record
from libs.offsets import OffsetGapError, contiguous


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
