"""The sentence a newcomer with the wrong Python gets."""

import pytest

from deploy.check_python import complaint


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_python_we_run_on_passes(version):
    assert complaint(version, has_venv=True) == ""


@pytest.mark.parametrize("version", [(2, 7), (3, 10), (3, 14)])
def test_another_python_is_named_with_what_to_do(version):
    said = complaint(version, has_venv=True)

    assert ".".join(map(str, version)) in said
    assert "make setup PYTHON=" in said


def test_a_python_without_venv_is_told_the_package():
    assert "python3.11-venv" in complaint((3, 11), has_venv=False)
