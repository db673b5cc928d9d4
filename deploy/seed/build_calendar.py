"""Make data/calendar.csv from the `holidays` package and data/calendar_swaps.csv.

`python -m deploy.seed.build_calendar [FOLDER]`. The package's own swaps are left out: they stand in the
hand-kept table, with the one it lacks (2/1/2026 against 10/1/2026).
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import holidays

from deploy.seed.tables import DATA, read, write

YEARS = range(2018, 2028)
LABOUR_CODE_2019 = 2021
"""First year of the present labour code."""
CULTURE_DAY = 2026
"""First year of the Day of Vietnamese Culture, 24/11."""
PROVISIONAL_FROM = 2027
"""No yearly decision yet: what the package computed is a guess."""
COLUMNS = ("code", "date", "kind", "name", "document", "decided_on", "provisional")

CalendarRow = tuple[str, str, str, str, str, str, str]


def build(folder: Path) -> None:
    """Write the file into a folder; the same bytes every time."""
    write(folder / "calendar.csv", COLUMNS, sorted([*_years(), *_swaps()]))


def _years() -> Iterator[CalendarRow]:
    known = holidays.country_holidays("VN", years=YEARS, language="vi")
    swapped = {row["off"] for row in read("calendar_swaps.csv")}
    for day, label in sorted(known.items()):
        if day.isoformat() in swapped:
            continue
        kind = "compensatory" if "nghỉ bù" in label else "holiday"
        provisional = "yes" if day.year >= PROVISIONAL_FROM else ""
        yield f"VN.{day.year}", day.isoformat(), kind, _name(label), _document(day), "", provisional


def _name(label: str) -> str:
    """Return the holiday's name; which of the five days of Tết it is, the package says too loosely to keep."""
    if "Tết" in label and "Dương lịch" not in label:
        return "Tết Nguyên Đán"
    return label.replace("Ngày Chiến thắng", "Ngày Chiến thắng 30/4")


def _document(day: date) -> str:
    labour_code = (
        "Bộ luật Lao động 2019, Điều 112"
        if day.year >= LABOUR_CODE_2019
        else "Bộ luật Lao động 2012, Điều 115"
    )
    if day.year >= PROVISIONAL_FROM:
        return f"Theo {labour_code}; NQ 80-NQ/TW (ngày 24/11); tạm tính, chờ quyết định năm {day.year}"
    return f"Theo {labour_code}" + ("; NQ 80-NQ/TW (ngày 24/11)" if day.year >= CULTURE_DAY else "")


def _swaps() -> Iterator[CalendarRow]:
    for row in read("calendar_swaps.csv"):
        off, make_up = (date.fromisoformat(row[key]) for key in ("off", "make_up"))
        code = f"VN.{off.year}.S{off:%m%d}"
        source = (row["document"], row["decided_on"], "")
        yield code, row["off"], "swapped_off", f"Nghỉ, làm bù ngày {make_up:%d/%m/%Y}", *source
        yield code, row["make_up"], "make_up", f"Làm bù cho ngày {off:%d/%m/%Y}", *source


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
