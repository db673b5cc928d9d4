"""Which step comes next for a dossier that routing shows."""

import pytest

from cli.walking import next_step


@pytest.mark.parametrize(
    ("leg_no", "under_way_to", "step"),
    [
        (1, None, "legs/1/complete"),
        (2, "N66.THUE", "legs/2/receive"),
        (None, None, "resolve"),
    ],
)
def test_the_next_step(leg_no: int | None, under_way_to: str | None, step: str):
    assert next_step({"leg_no": leg_no, "under_way_to": under_way_to})[0] == step
