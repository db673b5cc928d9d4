"""`python -m bench`: measure, print a table, write bench/results.json."""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from bench import consumers, due, fold, imports, latelist, machine, recompute, requests, sweep
from bench.corner import corner
from bench.figures import Figures

_RESULTS = Path(__file__).with_name("results.json")
_PARTS = ("events", "requests", "import", "fold", "due", "sweep", "latelist", "recompute")


def main() -> None:
    """Measure the parts asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each case; the median counts")
    parser.add_argument("--events", type=int, help="events in the topic (20,000)")
    parser.add_argument("--requests", type=int, default=3_000, help="HTTP requests of a run")
    parser.add_argument("--scale", type=int, default=30, help="the imported register is 1 : SCALE of 462,569")
    parser.add_argument("--due", type=int, default=100_000, help="dossiers due in the same second")
    parser.add_argument(
        "--alarms", type=int, nargs=2, default=(100_000, 10_000_000), help="few and many alarms of the sweep"
    )
    parser.add_argument(
        "--listed", type=int, default=10_000_000, help="dossiers behind the late list, 1 of 10 late"
    )
    parser.add_argument(
        "--open", type=int, help="open dossiers of the recomputation (--events, else a million)"
    )
    parser.add_argument("--only", choices=_PARTS, action="append", help="measure only this part")
    parser.add_argument("--out", type=Path, default=_RESULTS, help="where to write the figures")
    options = parser.parse_args()
    options.open = options.open or options.events or 1_000_000
    options.events = options.events or 20_000
    began, figures, described = time.monotonic(), Figures(), machine.describe()
    parts = options.only or _PARTS
    if {"events", "requests"} & set(parts):
        asyncio.run(_in_a_corner(figures, options, parts))
    if "import" in parts:
        _tell("A register through a whole running system:")
        imports.measure(figures, runs=options.runs, scale=options.scale, tell=_tell)
    _clocks(figures, options, parts)
    result = {"machine": described, "runs": options.runs, "events": options.events} | figures.as_json()
    result["machine"]["load_after"] = [round(load, 2) for load in os.getloadavg()]
    result["seconds"] = round(time.monotonic() - began)
    options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("\n".join(["", *figures.lines(), "", f"{result['seconds']} s; written to {options.out}"]))


def _clocks(figures: Figures, options: argparse.Namespace, parts: Sequence[str]) -> None:
    """Measure the legal clock: its fold, very many dossiers due together, the sweep among very many alarms."""
    if "fold" in parts:
        _tell("Dossiers of six facts folded:")
        fold.measure(figures, runs=options.runs, tell=_tell)
    if "due" in parts:
        _tell(f"{options.due:,} dossiers due in the same second:")
        due.run(figures, runs=options.runs, number=options.due, tell=_tell)
    if "sweep" in parts:
        few, many = options.alarms
        _tell(f"The sweep among {few:,} and {many:,} alarms:")
        sweep.run(figures, runs=options.runs, sizes=(few, many), tell=_tell)
    if "latelist" in parts:
        _tell(f"The late list among {options.listed:,} dossiers:")
        latelist.run(figures, runs=options.runs, number=options.listed, tell=_tell)
    if "recompute" in parts:
        _tell(f"{options.open:,} open dossiers after a calendar decision:")
        recompute.run(figures, runs=options.runs, number=options.open, tell=_tell)


async def _in_a_corner(figures: Figures, options: argparse.Namespace, parts: Sequence[str]) -> None:
    key, runs = requests.Key(), options.runs
    events = options.events if "events" in parts else 1
    async with corner(events, token_public_key=key.public) as made:
        if "events" in parts:
            _tell(f"{options.events:,} events through sla, reporting and their peers:")
            await consumers.measure(made, figures, runs=runs, tell=_tell)
        if "requests" in parts:
            _tell(f"{options.requests:,} receptions over HTTP, sixteen at once:")
            await requests.measure(made, key, figures, runs=runs, number=options.requests, tell=_tell)


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
