"""The whole system by its own command: up, asked, its parts killed, down; in a state folder and on a port of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cli.client import token_for
from deploy.local import fresh
from deploy.local.children import PROJECT
from deploy.local.locks import is_free, launcher_pid
from deploy.local.ports import keep
from tests.integration.local.launched import Launched, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


class Commands:
    """`motcua` as a person types it, for one stack."""

    def __init__(self, home) -> None:
        self.launched = Launched(home)
        self.home = home
        self.port = keep(home.parent / "port.json", ["gateway"])["gateway"]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            cwd=PROJECT,
            env=self.launched.settings.child_environment(),
            timeout=500,
        )

    def up(self) -> str:
        done = self.run("up", "--detach", "--bare", "--port", str(self.port))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def processes(self) -> dict[str, dict]:
        rows = json.loads((self.home / "processes.json").read_text())
        return {row["name"]: row for row in rows}

    def get(self, path: str, user: str = "inspector") -> httpx.Response:
        token = token_for(self.home, user)
        return httpx.get(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )


@pytest.fixture(scope="module")
def motcua(tmp_path_factory):
    commands = Commands(tmp_path_factory.mktemp("stack") / "home")
    yield commands
    fresh.wipe(commands.launched.settings)
    commands.launched.remove()


@pytest.fixture
def running(motcua):
    if launcher_pid(motcua.home) is None:
        motcua.up()
    return motcua


def test_before_the_first_start_every_command_says_what_to_do(motcua):
    for arguments in (("status",), ("token",)):
        done = motcua.run(*arguments)

        assert done.returncode in {1, 2}
        assert "motcua up" in done.stderr
        assert "Traceback" not in done.stderr


def test_up_returns_when_all_is_ready_and_says_how_long_each_part_took(motcua):
    said = motcua.up()

    for part in (
        "PostgreSQL answers",
        "Kafka answers",
        "roles and schemas",
        "services ready",
        "The system is up",
    ):
        assert part in said
    assert "clerk\t" in said
    assert not [
        line for line in (motcua.home / "log" / "stack.log").read_text().splitlines() if "clerk\t" in line
    ]
    assert motcua.run("status").returncode == 0


def test_the_broker_starts_from_what_its_rehearsal_learned(running):
    """The first start on a machine rehearses, so whatever ran before this test, the archive is there and in use."""
    (broker,) = [
        command.split(b"\0")
        for pid in running.launched.holders()
        if b"kafka.Kafka" in (command := Path(f"/proc/{pid}/cmdline").read_bytes())
    ]
    (option,) = [each.decode() for each in broker if each.startswith(b"-XX:AOTCache=")]

    assert Path(option.removeprefix("-XX:AOTCache=")).stat().st_mode & 0o777 == 0o644
    said = (running.home / "log" / "kafka.log").read_text()
    assert "Unable to use AOT cache" not in said
    assert "error occurred" not in said.lower()


@pytest.mark.parametrize("service", ["intake", "routing", "sla", "reporting"])
def test_every_service_answers_on_the_one_port(running, service):
    for path in ("healthz", "readyz", "metrics", "docs", "openapi.json"):
        assert running.get(f"/{service}/{path}").status_code == 200, path


def test_a_printed_token_opens_the_api(running):
    address = f"http://127.0.0.1:{running.port}/sla/api/v1/late-dossiers"
    token = running.run("token", "--user", "inspector").stdout.strip()

    assert httpx.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code == 200
    assert httpx.get(address, timeout=30).status_code == 401


def test_an_unknown_user_is_a_sentence(running):
    done = running.run("token", "--user", "nobody")

    assert done.returncode == 2
    assert "inspector" in done.stderr


def test_status_can_be_read_by_programs(running):
    rows = json.loads(running.run("status", "--format", "json").stdout)

    assert {row["process"] for row in rows} >= {"postgres", "kafka", "gateway", "sla", "sla-worker"}
    assert {row["health"] for row in rows} == {"ok"}


def test_a_second_up_is_refused(running):
    done = running.run("up", "--detach", "--port", str(running.port))

    assert done.returncode == 2
    assert "already runs" in done.stderr


def test_fresh_asks_before_it_deletes(running):
    done = running.run("up", "--detach", "--fresh")

    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert launcher_pid(running.home)


def test_no_service_finds_the_owners_address(running, monkeypatch):
    environment = open(f"/proc/{running.processes()['sla']['pid']}/environ", "rb").read()  # noqa: SIM115, PTH123

    assert b"MOTCUA_DATABASE_URL=postgresql://sla:" in environment
    assert b"postgresql://postgres:" not in environment


def test_whatever_is_killed_comes_back(running):
    victims = ("postgres", "kafka", "sla", "sla-worker", "gateway")
    before = running.processes()
    for name in victims:
        os.kill(before[name]["pid"], signal.SIGKILL)

    wait_for(lambda: all(running.processes()[name]["restarts"] for name in victims), "the restarts", 60)
    wait_for(lambda: running.run("status").returncode == 0, "good health", 120)


def test_nothing_is_left_when_the_launcher_is_killed_and_it_starts_again(running):
    os.kill(launcher_pid(running.home), signal.SIGKILL)
    wait_for(lambda: is_free(running.home), "the end of all processes", 60)
    assert running.launched.holders() == []
    assert running.run("status").returncode == 1

    running.up()

    assert running.run("status").returncode == 0


def test_down_leaves_nothing(running):
    done = running.run("down")

    assert done.returncode == 0
    assert "Stopped" in done.stdout
    assert running.launched.holders() == []
    assert "No stack was running" in running.run("down").stdout
