"""The demo's folder holds one scale of the register: its codes are the same at every scale."""

from pathlib import Path

import pytest

from cli.demo import _require_same_scale
from cli.errors import CliError


def test_an_empty_folder_takes_any_scale(tmp_path: Path):
    _require_same_scale(tmp_path, 100)


@pytest.mark.parametrize(
    ("mark", "words"), [("demo-begun", "part of the register"), ("demo-loaded", "holds the register")]
)
def test_another_scale_is_refused_before_anything_starts_and_says_what_to_do(
    tmp_path: Path, mark: str, words: str
):
    (tmp_path / mark).write_text("1")
    _require_same_scale(tmp_path, 1)

    with pytest.raises(CliError, match=words) as refused:
        _require_same_scale(tmp_path, 100)
    assert "motcua demo --scale 1" in str(refused.value)
    assert "up --fresh" in str(refused.value)
