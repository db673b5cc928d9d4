"""Dossiers a second of a whole running system: a register through `motcua import`, until reporting has it all."""

import re
import tempfile
import time
from pathlib import Path

from bench.figures import Figures, Tell
from deploy.seed.register import write_register
from tests.e2e.stack import Stack


def measure(figures: Figures, *, runs: int, scale: int, tell: Tell) -> None:
    """Start a system of its own, import `runs` parts of the register one after the other, remove it."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        parts = split(Path(folder), runs, scale)
        stack = Stack(Path(folder) / "home")
        try:
            began = time.monotonic()
            stack.up()
            figures.add("start of the whole system, catalogue included", "s", time.monotonic() - began)
            for turn, (register, steps, dossiers) in enumerate(parts, 1):
                began = time.monotonic()
                said = stack.motcua("import", str(register), "--steps", str(steps), limit=900)
                seconds = time.monotonic() - began
                assert re.search(rf"{dossiers:,} dossiers imported", said), said
                figures.add("import through all services", "dossiers/s", dossiers / seconds)
                tell(
                    f"  run {turn}  {dossiers:,} dossiers in {seconds:.1f} s: {dossiers / seconds:,.0f} dossiers/s"
                )
        finally:
            stack.remove()


def split(folder: Path, parts: int, scale: int) -> list[tuple[Path, Path, int]]:
    """Write the register in parts of equal size: files of register and steps, and how many dossiers each has."""
    whole = write_register(folder / "whole", scale=scale)
    head, *lines = whole.register.read_text(encoding="utf-8").splitlines()
    steps_head, *steps = whole.steps.read_text(encoding="utf-8").splitlines()
    found = []
    for part in range(parts):
        mine = lines[part::parts]
        codes = {line.partition(",")[0] for line in mine}
        files = folder / f"register-{part}.csv", folder / f"steps-{part}.csv"
        files[0].write_text("\n".join([head, *mine]) + "\n", encoding="utf-8")
        its = [step for step in steps if step.partition(",")[0] in codes]
        files[1].write_text("\n".join([steps_head, *its]) + "\n", encoding="utf-8")
        found.append((*files, len(mine)))
    return found
