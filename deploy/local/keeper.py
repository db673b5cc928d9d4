"""Keeps processes alive: one that ends is started again, a little later each time."""

import asyncio
import json
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.children import ended
from deploy.local.errors import StackError
from deploy.local.places import write_private
from deploy.local.progress import Teller

Start = Callable[[], Awaitable[subprocess.Popen[bytes]]]
_FIRST, _LONGEST = 0.3, 10.0
_STEADY = 30.0


@dataclass(slots=True)
class Kept:
    """A process under care."""

    name: str
    start: Start
    child: subprocess.Popen[bytes]
    port: int
    probe: str = ""
    restarts: int = 0
    started: float = 0.0
    pause: float = _FIRST


class Keeper:
    """Watches the processes of a stack and writes who they are into `processes.json`."""

    def __init__(self, home: Path, teller: Teller) -> None:
        self._file, self._teller = home / "processes.json", teller
        self.kept: dict[str, Kept] = {}

    def add(self, kept: Kept) -> None:
        """Take a started process into care."""
        kept.started = time.monotonic()
        self.kept[kept.name] = kept
        self._write()

    async def watch(self) -> None:
        """Start again whatever ends, for ever."""
        await asyncio.gather(*(self._watch_one(kept) for kept in self.kept.values()))

    async def _watch_one(self, kept: Kept) -> None:
        while True:
            code = await ended(kept.child, every=0.25)
            kept.pause = next_pause(kept.pause, alive=time.monotonic() - kept.started)
            self._teller.say(f"{kept.name} ended with code {code}; it starts again in {kept.pause:.1f} s")
            await asyncio.sleep(kept.pause)
            kept.restarts += 1
            kept.started = time.monotonic()
            try:
                kept.child = await kept.start()
            except StackError as error:
                self._teller.say(str(error))
            self._write()

    def _write(self) -> None:
        rows = [
            {"name": k.name, "pid": k.child.pid, "port": k.port, "probe": k.probe, "restarts": k.restarts}
            for k in self.kept.values()
        ]
        write_private(self._file, json.dumps(rows))

    def forget(self) -> None:
        """Remove the list once everything has ended."""
        self._file.unlink(missing_ok=True)


def next_pause(last: float, *, alive: float) -> float:
    """Return how long to wait before the next start: longer after each short life, short after a steady one."""
    return _FIRST if alive > _STEADY else min(_LONGEST, last * 2)
