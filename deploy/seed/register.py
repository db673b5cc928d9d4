"""Quảng Nam's register of 2022 as files for `motcua import`, made from published totals (see totals.py).

`python -m deploy.seed.register --scale 100 --out DIR` writes REGISTER.csv and STEPS.csv; the same bytes for the
same scale and seed. Dossiers open at the cut-off (31/12/2022, 24:00) are settled after it, most in January 2023
and the last by June, so `as_of` matters: asked without it, they are no longer open.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid5

from deploy.seed.drawing import Dossier, Wait
from deploy.seed.totals import expected
from deploy.seed.year import year
from law.moments import DAY, SECOND, day_date

SEED = 2022
REGISTER_COLUMNS = (
    *("code", "procedure_code", "field", "channel", "receiving_unit", "competent_unit"),
    *("received_at", "declared_due_at", "resolved_at", "returned_at"),
)
STEP_COLUMNS = ("code", "at", "event", "unit", "officer", "reason", "ground")
_OFFICERS = UUID("0d4cfb0c-3f0b-5c3c-8d7f-3a2f8a1f2022")
_REASONS = ("missing_paper", "wrong_paper", "unclear_content")
_MISCOUNTED = 400
"""One in so many declared deadlines is a day short: the legacy system's mistake, for the import to list."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where a register was written, and how much of it."""

    register: Path
    steps: Path
    dossiers: int


def rows(scale: int, *, seed: int = SEED) -> Iterator[tuple[str, list[str]]]:
    """Yield each dossier's line of the register and its lines of steps, in the order of reception."""
    for day in year(scale, seed=seed):
        numbers: defaultdict[str, int] = defaultdict(int)
        for dossier in day:
            agency = dossier.counter.agency_code
            numbers[agency] += 1
            number = numbers[agency]
            code = f"{agency}-{_short_day(dossier.received_at // DAY)}-{number:04d}"
            yield _line(code, dossier), list(_steps(code, dossier, number))


def write_register(folder: Path, *, scale: int, seed: int = SEED) -> Files:
    """Write REGISTER.csv and STEPS.csv into a folder, holding one day in memory at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "REGISTER.csv", folder / "STEPS.csv"
    count = 0
    with (
        files[0].open("w", encoding="utf-8", newline="") as register,
        files[1].open("w", encoding="utf-8", newline="") as steps,
    ):
        register.write(",".join(REGISTER_COLUMNS) + "\n")
        steps.write(",".join(STEP_COLUMNS) + "\n")
        for line, its_steps in rows(scale, seed=seed):
            register.write(line)
            steps.writelines(its_steps)
            count += 1
    return Files(*files, count)


def _line(code: str, dossier: Dossier) -> str:
    work, counter = dossier.work, dossier.counter
    declared = dossier.due_at - (DAY if _is_miscounted(dossier) else 0)
    head = f"{code},{work.procedure_code},{work.field},{dossier.channel.value},{counter.code}"
    times = f"{_local(dossier.received_at)},{_local(declared)},{_local(dossier.resolved_at)}"
    return f"{head},{counter.competent(work)},{times},{_local(dossier.returned_at)}\n"


def _is_miscounted(dossier: Dossier) -> bool:
    if dossier.work.is_declared or dossier.received_at // SECOND % _MISCOUNTED:
        return False
    return dossier.due_at - DAY > dossier.received_at


def _steps(code: str, dossier: Dossier, number: int) -> Iterator[str]:
    wait = dossier.wait
    if wait is None:
        return
    unit = dossier.counter.competent(dossier.work)
    if wait.is_tax:
        yield from _way_to_tax(code, wait, unit, f"{unit.rpartition('.')[0]}.THUE")
        return
    reason = _REASONS[number % len(_REASONS)]
    officer = _officer(unit, number % 3)
    yield f"{code},{_local(wait.asked_at)},supplement_requested,{unit},{officer},{reason},ND-61-2018/19.3\n"
    yield f"{code},{_local(wait.answered_at)},supplement_provided,{dossier.counter.code},,,\n"


def _way_to_tax(code: str, wait: Wait, unit: str, tax: str) -> Iterator[str]:
    """Yield the hand-over to the tax office, what was due and paid, and the way back."""
    officer = _officer(tax, 0)
    yield f"{code},{_local(wait.sent_at)},sent,{tax},{_officer(unit, 0)},,\n"
    yield f"{code},{_local(wait.there_at)},received,{tax},{officer},,\n"
    yield f"{code},{_local(wait.asked_at)},payment_requested,{tax},{officer},financial_obligation,\n"
    yield f"{code},{_local(wait.answered_at)},payment_made,{tax},,,\n"
    yield f"{code},{_local(wait.home_at)},sent,{unit},{officer},,\n"
    yield f"{code},{_local(wait.back_at)},received,{unit},{_officer(unit, 0)},,\n"


@lru_cache(maxsize=4096)
def _officer(unit: str, desk: int) -> UUID:
    return uuid5(_OFFICERS, f"{unit}/{desk}")


def _local(tick: int | None) -> str:
    """Return a tick as ISO 8601 in Việt Nam, without offset as legacy registers have it."""
    if tick is None:
        return ""
    day, rest = divmod(tick, DAY)
    minutes, seconds = divmod(rest // SECOND, 60)
    return f"{_iso_day(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


@lru_cache(maxsize=1024)
def _iso_day(day: int) -> str:
    return day_date(day).isoformat()


@lru_cache(maxsize=1024)
def _short_day(day: int) -> str:
    return f"{day_date(day):%y%m%d}"


def main() -> None:
    """Write the files and say what they must count to."""
    parser = argparse.ArgumentParser(description="Quảng Nam's register of 2022, from published totals")
    parser.add_argument("--scale", type=int, default=100, help="1 : SCALE of the 462,569 dossiers")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, required=True, help="folder for REGISTER.csv and STEPS.csv")
    options = parser.parse_args()
    files = write_register(options.out, scale=options.scale, seed=options.seed)
    print(f"{files.dossiers} dossiers in {files.register}, steps in {files.steps}")
    for level, counts in expected(options.scale).items():
        print(f"{level.value}: {counts.good} / {counts.received} early or on time = {counts.rate} %")


if __name__ == "__main__":
    main()
