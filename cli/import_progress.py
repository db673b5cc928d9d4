"""How far an import is: bars on a terminal, plain lines elsewhere; what is read and what is applied apart."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

_EVERY = 5.0
_SHORT = 0.5
"""Seconds: what was done sooner needs no line."""
_SAID = float("inf")


class Bars:
    """Shows stages of work, each with done, total, rate and remaining time."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = console.is_terminal
        self._progress = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}
        self._told: dict[str, float] = {}

    def show(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        now = time.monotonic()
        began = self._began.setdefault(stage, now)
        speed = done / (now - began) if now > began else 0.0
        if self._live:
            task = self._tasks.get(stage)
            if task is None:
                task = self._tasks[stage] = self._progress.add_task(stage, total=total, rate="")
            self._progress.update(task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")
            return
        last = done >= total
        if self._told.get(stage) == _SAID or (last and now - began < _SHORT):
            return
        if last or now - self._told.get(stage, began) >= _EVERY:
            self._told[stage] = _SAID if last else now
            left = f", {(total - done) / speed:.0f} s left" if speed and not last else ""
            self._console.print(f"{stage}: {done:,} of {total:,} ({speed:,.0f}/s{left})", markup=False)

    @contextmanager
    def running(self) -> Iterator["Bars"]:
        """Draw while the work goes on."""
        if not self._live:
            yield self
            return
        with self._progress:
            yield self


def bars() -> Bars:
    """Return the progress display of this process; it writes to stderr, so that stdout stays clean."""
    return Bars(Console(stderr=True, highlight=False, soft_wrap=True))
