"""What a start tells: one line per part with the time it took, bars for downloads, plain lines without a terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from deploy.local.jars import Tell


class Teller:
    """Prints what happens during a start."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self.started = time.monotonic()

    def begin(self) -> None:
        """Count from now on: what came before is done once for all starts."""
        self.started = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the start began."""
        return time.monotonic() - self.started

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, markup=False)

    @property
    def is_seen(self) -> bool:
        """Return whether a person looks on (nothing told here goes into a file)."""
        return self.console.is_terminal

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Print how long a part took once it is done; nothing when it fails."""
        begun = time.monotonic()
        yield
        self.say(f"{self.elapsed:7.2f} s  {name} ({time.monotonic() - begun:.2f} s)")

    @contextmanager
    def steps(self, name: str, *, of_bytes: bool = False) -> Iterator[Tell]:
        """Give a function `tell(done, all)`: a bar on a terminal, otherwise a line per quarter.

        Nothing is shown before the first call.
        """
        bar = (
            _Bar(self.console, name, of_bytes=of_bytes)
            if self.is_seen
            else _Lines(self.say, name, of_bytes=of_bytes)
        )
        try:
            yield bar.tell
        finally:
            bar.close()


class _Bar:
    def __init__(self, console: Console, name: str, *, of_bytes: bool) -> None:
        counts = (
            (DownloadColumn(), TransferSpeedColumn())
            if of_bytes
            else (MofNCompleteColumn(), TimeRemainingColumn())
        )
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), *counts, console=console, transient=True
        )
        self._name = name
        self._task: TaskID | None = None

    def tell(self, done: int, everything: int) -> None:
        if self._task is None:
            self._progress.start()
            self._task = self._progress.add_task(self._name, total=everything)
        self._progress.update(self._task, completed=done)

    def close(self) -> None:
        self._progress.stop()


class _Lines:
    def __init__(self, say: Callable[[str], None], name: str, *, of_bytes: bool) -> None:
        self._say, self._name, self._of_bytes, self._quarter = say, name, of_bytes, 0

    def tell(self, done: int, everything: int) -> None:
        reached = 4 * done // max(everything, 1)
        if reached > self._quarter:
            self._quarter = reached
            unit, word = (2**20, "MB") if self._of_bytes else (1, "items")
            self._say(f"{self._name}: {done // unit} of {everything // unit} {word}")

    def close(self) -> None:
        """Nothing to tidy up."""
