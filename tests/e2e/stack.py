"""A whole system of its own: started, asked and stopped through the real `motcua` command."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from deploy.local import fresh
from deploy.local.children import PROJECT
from deploy.local.locks import is_free, launcher_pid
from deploy.local.places import locate
from deploy.local.roles import with_database
from deploy.local.secret_store import load_or_create
from deploy.local.servers import Servers, describe, kept_ports
from deploy.local.settings import LocalSettings

Done = subprocess.CompletedProcess[str]
T = TypeVar("T")
_OURS = ("MOTCUA_", "KAFKA_", "DATABASE_URL")


class Stack:
    """One state folder, one port, and the commands that work on them."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        none_given = {"database_url": None, "kafka_bootstrap": None}
        self.settings = LocalSettings().model_copy(update={"home_override": home, **none_given})
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        paths = {"MOTCUA_HOME": str(home), "MOTCUA_CACHE": str(self.settings.cache), "COLUMNS": "200"}
        self.environment = inherited | paths | {"PYTHONPATH": str(PROJECT)}
        self.timed: dict[str, float] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def servers(self) -> Servers:
        secrets = load_or_create(self.home / "secrets.json")
        return describe(self.settings, secrets, kept_ports(self.home))

    @property
    def owner_dsn(self) -> str:
        """The owner's address of the database: reads every schema, which no service can."""
        return with_database(self.servers.owner_dsn, self.servers.database)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `motcua …` without waiting."""
        return subprocess.Popen(
            [Path(sys.executable).with_name("motcua"), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env=self.environment,
        )

    def run(self, *arguments: str, limit: float = 240) -> Done:
        """Run `motcua …` to its end, whatever its exit code."""
        process, began = self.start(*arguments), time.monotonic()
        try:
            output, errors = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        self.timed[" ".join(arguments[:2])] = time.monotonic() - began
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def motcua(self, *arguments: str, limit: float = 240) -> str:
        """Run `motcua …`, which must succeed, and return what it printed."""
        done = self.run(*arguments, limit=limit)
        assert done.returncode == 0, (
            f"motcua {' '.join(arguments)}: {done.stdout}\n{done.stderr}{logged(done.stderr)}"
        )
        return done.stdout

    def up(self) -> str:
        return self.motcua("up", "--detach", "--port", str(self.port))

    def client(self, user: str = "admin") -> httpx.Client:
        """Return an HTTP client that is signed in as one of the stack's people."""
        token = self.motcua("token", "--user", user).strip()
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def pids(self) -> dict[str, int]:
        """Return the processes under the launcher's care, by name."""
        rows: list[dict[str, Any]] = json.loads((self.home / "processes.json").read_text())
        return {row["name"]: row["pid"] for row in rows}

    def kill(self, name: str) -> int:
        """kill -9 one process; return its id."""
        pid = self.pids()[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_everything(self) -> None:
        """kill -9 the launcher and everything it started."""
        launcher = launcher_pid(self.home)
        assert launcher
        for pid in (launcher, *self.pids().values()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it died with its launcher

    def is_gone(self) -> bool:
        """Return whether no process of the stack lives."""
        return is_free(self.home) and launcher_pid(self.home) is None

    def remove(self) -> None:
        """Stop what runs and delete what it has kept."""
        fresh.wipe(self.settings)
        shutil.rmtree(locate(self.settings).base, ignore_errors=True)


def logged(sentence: str) -> str:
    """Return the end of the log that a sentence points to: the folder is gone when a person looks."""
    logs = [Path(name) for name in re.findall(r"\bsee (\S+?\.log)", sentence)]
    return "".join(f"\n{log.name}:\n{log.read_text()[-3000:]}" for log in logs if log.exists())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(ask: Callable[[], T], seen: Callable[[T], bool], *, limit: float, pause: float = 0.1) -> T:
    """Ask again and again until the answer is as wanted; fail with the last answer after `limit` seconds."""
    end = time.monotonic() + limit
    while not seen(answer := ask()):
        assert time.monotonic() < end, f"not within {limit} s: {answer}"
        time.sleep(pause)
    return answer
