"""`python -m bench`: measure, print a table, write bench/results.json."""

import argparse
import asyncio
import json
import time
from pathlib import Path

from bench import consumers, machine
from bench.corner import corner
from bench.figures import Figures

_RESULTS = Path(__file__).with_name("results.json")
_PARTS = ("events", "requests", "import")


def main() -> None:
    """Measure the parts asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each case; the median counts")
    parser.add_argument("--events", type=int, default=20_000, help="events in the topic")
    parser.add_argument("--only", choices=_PARTS, action="append", help="measure only this part")
    parser.add_argument("--out", type=Path, default=_RESULTS, help="where to write the figures")
    options = parser.parse_args()
    began, figures, described = time.monotonic(), Figures(), machine.describe()
    asyncio.run(_measure(figures, options))
    result = {"machine": described, "runs": options.runs, "events": options.events} | figures.as_json()
    result["seconds"] = round(time.monotonic() - began)
    options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("\n".join(["", *figures.lines(), "", f"{result['seconds']} s; written to {options.out}"]))


async def _measure(figures: Figures, options: argparse.Namespace) -> None:
    parts = options.only or _PARTS
    if "events" in parts:
        print(f"{options.events:,} events through sla, reporting and their peers:", flush=True)
        async with corner(options.events) as made:
            await consumers.measure(made, figures, runs=options.runs, tell=_tell)


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
