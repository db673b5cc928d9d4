"""Start the stack in the background: wait until it is ready, passing on what it says."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.local.children import PROJECT, rotate
from deploy.local.errors import AlreadyRunningError, StackError
from deploy.local.locks import launcher_pid
from deploy.local.places import READY, locate, prepare
from deploy.local.servers import kept_ports
from deploy.local.settings import DEFAULT_GATEWAY_PORT, LocalSettings

_LIMIT = 600.0


def last_port(settings: LocalSettings) -> int:
    """Return the port of this stack's last start, 8080 before the first."""
    try:
        return kept_ports(settings.home).get("gateway", DEFAULT_GATEWAY_PORT)
    except FileNotFoundError:
        return DEFAULT_GATEWAY_PORT


def start(settings: LocalSettings, *, port: int, tell: Callable[[str], None], seeded: bool = True) -> str:
    """Start the stack in the background and return its address once everything is ready.

    Raises `StackError` with the launcher's own sentence when it does not come up.
    """
    if launcher_pid(settings.home) is not None:
        raise AlreadyRunningError(
            f"A stack already runs in {settings.home}: 'motcua status' shows it, 'motcua down' stops it."
        )
    prepare(locate(settings))
    log = settings.home / "log" / "stack.log"
    first, is_first = settings.home / "first-passwords.txt", not (settings.home / "users.json").exists()
    rotate(log, keep=0)
    with log.open("wb") as sink:
        launcher = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "deploy.local",
                "stack",
                "--port",
                str(port),
                *([] if seeded else ["--bare"]),
            ],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=PROJECT,
            env=settings.child_environment() | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        url = _follow(launcher, log, settings.home / READY, tell)
    except KeyboardInterrupt:
        launcher.terminate()
        launcher.wait()
        raise
    if is_first and first.exists():  # shown here, so that they come into no log
        tell(first.read_text().rstrip())
    return url


def _follow(launcher: subprocess.Popen[bytes], log: Path, ready: Path, tell: Callable[[str], None]) -> str:
    """Pass on the launcher's lines; the newest is held back, for it may be the sentence it ends with."""
    end, text = time.monotonic() + _LIMIT, ""
    with log.open() as said:
        while True:
            code, is_up = launcher.poll(), _is_ready(ready, launcher.pid)
            *told, text = (text + said.read()).splitlines(keepends=True) or [""]
            for line in told:
                tell(line.rstrip())
            if code is not None:
                raise StackError(text.strip() or f"The stack ended with code {code}: see {log}.")
            if is_up:
                tell(text.rstrip())
                return str(json.loads(ready.read_text())["url"])
            if time.monotonic() > end:
                raise StackError(
                    f"The stack was not ready within {_LIMIT:.0f} s: see {log}, then 'motcua down'."
                )
            time.sleep(0.1)


def _is_ready(ready: Path, pid: int) -> bool:
    return ready.exists() and json.loads(ready.read_text())["pid"] == pid
