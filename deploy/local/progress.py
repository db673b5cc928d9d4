"""What a start tells: one line per part with the time it took, bars for downloads, plain lines without a terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from deploy.local.jars import Tell


class Teller:
    """Prints what happens during a start."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self.started = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the start began."""
        return time.monotonic() - self.started

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, markup=False)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Print how long a part took once it is done; nothing when it fails."""
        begun = time.monotonic()
        yield
        self.say(f"{self.elapsed:7.2f} s  {name} ({time.monotonic() - begun:.2f} s)")

    @contextmanager
    def download(self, name: str) -> Iterator[Tell]:
        """Show a bar of bytes (or a line per quarter without a terminal) as soon as there is something to fetch."""
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        progress = Progress(*columns, console=self.console, transient=True)
        quarters = iter((1, 2, 3, 4))
        state = {"task": None, "next": next(quarters)}

        def tell(done: int, everything: int) -> None:
            if self.console.is_terminal:
                if state["task"] is None:
                    progress.start()
                    state["task"] = progress.add_task(name, total=everything)
                progress.update(state["task"], completed=done)  # type: ignore[arg-type]
            else:
                while state["next"] and done * 4 >= everything * state["next"]:
                    self.say(f"{name}: {done // 2**20} of {everything // 2**20} MB")
                    state["next"] = next(quarters, None)

        try:
            yield tell
        finally:
            progress.stop()
