"""Processes before they touch a server."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def run(*roles: str, said: str, **more: str) -> subprocess.CompletedProcess[str]:
    nowhere = {
        "MOTCUA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "MOTCUA_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    }
    command = [sys.executable, "-m", "services.reporting", *roles]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=nowhere | more,
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("roles", [["worker"], ["api", "clockwork"]])
def test_a_held_process_whose_launcher_is_gone_ends_without_having_touched_a_server(roles: list[str]):
    done = run(*roles, said="", MOTCUA_HELD="1")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_unknown_roles_are_told_how_it_is_called():
    done = run("cook", said="")

    assert done.returncode == 1
    assert "usage: python -m services.reporting" in done.stderr
