"""Stopping leaves nothing behind, and what was stopped goes on where it was."""

from pathlib import Path

from tests.e2e.conftest import SCALE
from tests.e2e.stack import Stack


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_down_leaves_no_process_and_a_second_demo_finds_its_year_and_ends_by_itself(stack: Stack, demo: str):
    before = stack.pids()

    assert "Stopped." in stack.motcua("down")

    assert stack.is_gone()
    assert not [name for name, pid in before.items() if alive(pid)]
    assert "No stack was running" in stack.motcua("down")
    done = stack.run("rates")
    assert (done.returncode, done.stdout) == (2, "")
    assert "No stack is running" in done.stderr

    again = stack.motcua("demo", "--scale", str(SCALE), "--exit", "--port", str(stack.port))

    assert "already loaded" in again
    assert f"The integers equal the published totals at 1 : {SCALE}." in again
    assert stack.is_gone()
