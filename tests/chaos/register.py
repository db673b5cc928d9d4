"""A register in two parts, and what must be said about each of its dossiers."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from deploy.seed.register import write_register

SCALE = 100
STEPS = {
    "sent": "LegSent",
    "received": "LegReceived",
    "supplement_requested": "SupplementRequested",
    "payment_requested": "PaymentRequested",
    "resolved": "DossierResolved",
}
"""What routing makes of a step of the register."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the register's dossiers, with their steps, as files."""

    register: Path
    steps: Path
    dossiers: int
    events: Counter[tuple[str, str]]
    """How often an (emitter, event type) must be said about them."""


def parts(folder: Path, share: float) -> tuple[Part, Part]:
    """Write the register at 1 : 100 as two parts; the first holds `share` of it."""
    whole = write_register(folder / "whole", scale=SCALE)
    rows, steps = _read(whole.register), _read(whole.steps)
    cut = int(len(rows) * share)
    return tuple(  # type: ignore[return-value]
        _part(folder / name, some, steps) for name, some in (("first", rows[:cut]), ("second", rows[cut:]))
    )


def _part(folder: Path, rows: list[dict[str, str]], steps: list[dict[str, str]]) -> Part:
    folder.mkdir(parents=True)
    codes = {row["code"] for row in rows}
    mine = [step for step in steps if step["code"] in codes]
    _write(folder / "REGISTER.csv", rows)
    _write(folder / "STEPS.csv", mine)
    return Part(folder / "REGISTER.csv", folder / "STEPS.csv", len(rows), _events(rows, mine))


def _events(rows: list[dict[str, str]], steps: list[dict[str, str]]) -> Counter[tuple[str, str]]:
    said: Counter[tuple[str, str]] = Counter()
    said["intake", "DossierReceived"] = said["intake", "HistoryImported"] = len(rows)
    said["sla", "ClockStarted"] = len(rows)
    said["sla", "ClockStopped"] = said["routing", "DossierResolved"] = sum(
        bool(r["resolved_at"]) for r in rows
    )
    for step in steps:
        if step["event"] in STEPS:
            said["routing", STEPS[step["event"]]] += 1
    return said


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
