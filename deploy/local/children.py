"""Start and end child processes so that none outlives the launcher."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.errors import StackError
from deploy.local.places import Places
from deploy.local.settings import LocalSettings

PROJECT = Path(__file__).parents[2]
"""Where the project's own code lies: the working folder of its processes."""
_TRAMPOLINE = Path(__file__).with_name("trampoline.py")
_WATCHDOG = Path(__file__).with_name("watchdog.py")
_LOG_KEEP_BYTES = 5 * 1024 * 1024
_PLAIN_ENV = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program to start: its arguments, where its output goes, how it dies, as whom it runs."""

    name: str
    argv: Sequence[str]
    death: signal.Signals = signal.SIGKILL
    stop: signal.Signals = signal.SIGTERM
    as_account: bool = False
    env: dict[str, str] = field(default_factory=dict)
    quiet: bool = False
    held: bool = False
    """Its standard input is a pipe; it waits for a line on it (`release`)."""


class Nursery:
    """Starts children; everything it started holds the stack's lock and dies with the launcher."""

    def __init__(self, places: Places, lock: int, *, watchdog: str = "auto") -> None:
        self._places = places
        self._lock = lock
        self._watched = watchdog == "pipe" or (watchdog == "auto" and sys.platform != "linux")
        self._watchdog: subprocess.Popen[str] | None = None
        self._started: list[tuple[Command, subprocess.Popen[bytes]]] = []

    def beside(self, places: Places) -> "Nursery":
        """Return a nursery of its own for other folders, under the same lock."""
        return Nursery(places, self._lock, watchdog="pipe" if self._watched else "kernel")

    def log(self, name: str) -> Path:
        """Return where the output of a program goes."""
        return self._places.logs / f"{name}.log"

    def start(self, command: Command) -> subprocess.Popen[bytes]:
        """Start the program; its output is appended to log/NAME.log (or thrown away when `quiet`)."""
        account = self._places.account if command.as_account else None
        uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
        death = 0 if self._watched else int(command.death)
        head = [sys.executable, "-I", "-S", str(_TRAMPOLINE), str(os.getpid()), str(death)]
        env = _PLAIN_ENV | {"HOME": str(self._places.work)} if account else LocalSettings.plain_environment()
        with self._output(command) as output:
            child = subprocess.Popen(
                [*head, str(uid), str(gid), *command.argv],
                stdin=subprocess.PIPE if command.held else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._places.work if account else PROJECT,
                env=env | command.env,
                umask=0o077,
                start_new_session=True,
                pass_fds=(self._lock,),
            )
        self._tell_watchdog(f"+{child.pid}")
        self._forget_ended()
        self._started.append((command, child))
        return child

    async def run(self, command: Command, *, limit: float = 120.0) -> None:
        """Run the program to its end; raise `StackError` when it fails or takes too long."""
        child = self.start(command)
        try:
            code = await asyncio.wait_for(ended(child), limit)
        except TimeoutError:
            child.kill()
            code = await ended(child)
        if code != 0:
            where = "" if command.quiet else f": see {self.log(command.name)}"
            raise StackError(f"{command.name} failed with code {code}{where}.")

    def _forget_ended(self) -> None:
        for _, child in (entry for entry in self._started if entry[1].poll() is not None):
            self._tell_watchdog(f"-{child.pid}")
        self._started = [entry for entry in self._started if entry[1].poll() is None]

    @contextmanager
    def _output(self, command: Command) -> Iterator[int]:
        if command.quiet:
            yield subprocess.DEVNULL
            return
        file = self.log(command.name)
        rotate(file)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _tell_watchdog(self, line: str) -> None:
        if not self._watched:
            return
        if self._watchdog is None:
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_WATCHDOG)],
                stdin=subprocess.PIPE,
                text=True,
                start_new_session=True,
                pass_fds=(self._lock,),
            )
        pipe = self._watchdog.stdin
        if pipe and not pipe.closed:
            pipe.write(line + "\n")
            pipe.flush()

    async def close(self) -> None:
        """End every child that is still alive, each in its own orderly way, then dismiss the watchdog."""
        await asyncio.gather(*(stop(child, command.stop) for command, child in self._started))
        if self._watchdog and self._watchdog.stdin:
            self._forget_ended()
            self._watchdog.stdin.close()
            self._watchdog.wait(10)


def rotate(file: Path, keep: int = _LOG_KEEP_BYTES) -> None:
    """Move a log that has grown past `keep` bytes to NAME.log.1."""
    if file.exists() and file.stat().st_size > keep:
        file.replace(file.with_name(file.name + ".1"))


def release(child: subprocess.Popen[bytes]) -> None:
    """Let a held child go on."""
    if child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # it ended: whoever awaits it will say so
            child.stdin.write(b"go\n")
            child.stdin.close()


async def ended(child: subprocess.Popen[bytes], *, every: float = 0.02) -> int:
    """Wait for the child's end, looking `every` so many seconds, and return its code."""
    while (code := child.poll()) is None:  # noqa: ASYNC110 - the system tells by no event
        await asyncio.sleep(every)
    return code


async def stop(child: subprocess.Popen[bytes], number: signal.Signals, *, patience: float = 20.0) -> int:
    """Ask the child to end, kill its whole session when it does not; return its code."""
    if child.poll() is None:
        child.send_signal(number)
        try:
            await asyncio.wait_for(ended(child), patience)
        except TimeoutError:
            os.killpg(child.pid, signal.SIGKILL)
    return await ended(child)


async def together(*work: Coroutine[Any, Any, None]) -> None:
    """Run the work side by side; the first failure cancels the rest and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for part in work:
                group.create_task(part)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
