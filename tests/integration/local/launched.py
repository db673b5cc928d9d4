"""A launcher of the two servers as a process of its own, in a state folder of its own, to be maltreated."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local import fresh, servers_only
from deploy.local.children import PROJECT
from deploy.local.locks import is_free, launcher_pid
from deploy.local.places import locate
from deploy.local.secret_store import load_or_create
from deploy.local.servers import Servers, describe, kept_ports
from deploy.local.settings import LocalSettings

STAY = "600"


class Launched:
    """Starts, watches and kills launchers of one state folder."""

    def __init__(self, home: Path, **given: str) -> None:
        none_given = {"database_url": None, "kafka_bootstrap": None}
        self.settings = LocalSettings().model_copy(update={"home_override": home} | none_given | given)
        self.home = home
        self.process: subprocess.Popen[str] | None = None

    def launch(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a launcher process without waiting for anything."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", *(arguments or ("servers", "--linger", STAY))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=PROJECT,
            env=self.settings.child_environment(),
            start_new_session=True,
        )
        return self.process

    def start(self) -> Servers:
        """Start a launcher and return its servers once they are ready."""
        process = self.launch()
        wait_for(lambda: servers_only.is_ready(self.home) or process.poll() is not None, "the servers", 240)
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        return self.servers

    @property
    def servers(self) -> Servers:
        secrets = load_or_create(self.home / "secrets.json")
        return describe(self.settings, secrets, kept_ports(self.home))

    def outcome(self, *arguments: str) -> tuple[int, str]:
        """Run a launcher to its end; return exit code and output."""
        process = self.launch(*arguments)
        output, _ = process.communicate(timeout=120)
        return process.returncode, output

    def kill_launcher(self) -> None:
        assert self.process
        self.process.kill()
        self.process.communicate()

    def terminate(self) -> str:
        assert self.process
        self.process.terminate()
        return self.process.communicate(timeout=120)[0]

    def holders(self) -> list[int]:
        """Return the processes that hold the stack's lock file open."""
        lock = (self.home / "lock").resolve()
        running = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return [int(entry.name) for entry in running if _holds(entry, lock)]

    def kill_all(self) -> None:
        for pid in self.holders():
            with contextlib.suppress(ProcessLookupError):  # one child's end may be another's
                os.kill(pid, signal.SIGKILL)
        assert self.process
        self.process.communicate()

    def remove(self) -> None:
        """End what runs and delete all it has kept."""
        if self.process and self.process.poll() is None:
            self.terminate()
        own = self.settings.model_copy(update={"database_url": None, "kafka_bootstrap": None})
        fresh.wipe(own)
        shutil.rmtree(locate(own).base, ignore_errors=True)

    def wait_gone(self) -> None:
        """Wait until nothing of the stack lives."""
        wait_for(
            lambda: is_free(self.home) and launcher_pid(self.home) is None, "the end of all children", 20
        )


def _holds(entry: Path, lock: Path) -> bool:
    try:
        return any(Path(fd).readlink() == lock for fd in (entry / "fd").iterdir())
    except OSError:
        return False


def wait_for(seen, what: str, limit: float) -> None:
    """Poll until `seen()`; fail with `what` after `limit` seconds."""
    end = time.monotonic() + limit
    while not seen():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {limit} s")
        time.sleep(0.05)
