"""Sở, phòng, branches and sector agencies: a few hand-kept patterns, spread over the units they match."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fnmatch import fnmatchcase

from deploy.seed.places import Place, Succession
from deploy.seed.tables import Row


def is_match(code: str, pattern: str) -> bool:
    """Say whether a unit code has the pattern's depth and each segment matches."""
    parts, patterns = code.split("."), pattern.split(".")
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))


def digits(code: str) -> str:
    """Return the number of the district in a code: `502` of `P49.D502.CNVPDK`."""
    return next(part[1:] for part in code.split(".") if part[0] == "D" and part[1:].isdigit())


def spread(
    places: Mapping[str, Place], rows: Iterable[Row], old_districts: Mapping[str, list[Place]]
) -> list[Place]:
    """Return one office for each row and unit it matches, in the order of the rows."""
    known = dict(places)
    found: list[Place] = []
    for row in rows:
        above = [place for code, place in known.items() if is_match(code, row["under"])]
        for parent in above:
            seats = old_districts[parent.province] if row["each"] == "old-district" else [parent]
            new = [_office(parent, seat, row) for seat in seats]
            found += new
            known |= {office.code: office for office in new}
    return [office for office in found if not office.valid_to or office.valid_from <= office.valid_to]


def _office(parent: Place, seat: Place, row: Row) -> Place:
    number = seat.tail[1:] if row["each"] else ""
    ends = [end for end in (row["valid_to"], parent.valid_to) if end]
    return Place(
        code=f"{parent.code}.{row['suffix'].format(digits=number)}",
        name=row["name"].format(name=_inline(seat.name), short=_short(seat.name)),
        level=parent.level,
        kind=row["kind"],
        valid_from=max(row["valid_from"], parent.valid_from),
        valid_to=min(ends, default=""),
        basis=row["basis"],
    )


def _inline(name: str) -> str:
    """Return a unit's name as it stands inside another name: `Sở Y tế tỉnh Đắk Lắk`."""
    return name[0].lower() + name[1:]


def _short(name: str) -> str:
    for kind in ("Thành phố ", "Thị xã ", "Thị Xã ", "Huyện ", "Quận "):
        name = name.removeprefix(kind)
    return name


def hand_successions(
    places: Mapping[str, Place], rows: Iterable[Row], by_old: Mapping[str, Succession]
) -> list[Succession]:
    """Return the hand-kept successions, patterns spread over the units they match."""
    found: list[Succession] = []
    for row in rows:
        for old in _ending(places, row):
            above = by_old.get(places[old].parent)
            number = digits(old) if "{digits}" in row["to"] else ""
            new = row["to"].format(digits=number, default=above.new if above else "")
            found.append(Succession(old, new, row["on"]))
    return found


def _ending(places: Mapping[str, Place], row: Row) -> list[str]:
    """Return the units a row means: the one it names, or those of its pattern that end the day before."""
    if "*" not in row["from"]:
        return [row["from"]]
    last_day = (date.fromisoformat(row["on"]) - timedelta(days=1)).isoformat()
    return [
        code for code, place in places.items() if place.valid_to == last_day and is_match(code, row["from"])
    ]


def inherited(places: Mapping[str, Place], successions: Iterable[Succession]) -> list[Succession]:
    """Return successions of offices that follow their parent: same office of the parent's default successor."""
    rows = list(successions)
    settled = {row.old for row in rows}
    defaults = {row.old: row for row in rows if row.default and not row.commune}
    found: list[Succession] = []
    for code, place in places.items():
        above = defaults.get(place.parent)
        if code in settled or above is None or place.valid_to >= above.on or not place.valid_to:
            continue
        new = f"{above.new}.{place.tail}"
        if new in places:
            found.append(Succession(code, new, above.on))
    return found


def numbered(places: Iterable[Place], letters: Mapping[str, str]) -> list[Place]:
    """Return the units with the agency codes they give dossier codes under.

    The province's letters are real; the numbers behind them are ours: offices from 01, legacy districts from
    31, legacy communes from 21 in their district, today's communes from 101 in their province.
    """
    codes: dict[str, str] = {}
    counters: defaultdict[tuple[str, int], int] = defaultdict(int)
    done: list[Place] = []
    for place in places:
        if not place.parent:
            codes[place.code] = letters[place.code]
        else:
            first = _first_number(place)
            counters[place.parent, first] += 1
            codes[place.code] = f"{codes[place.parent]}.{first + counters[place.parent, first] - 1:02d}"
        done.append(replace(place, agency_code=codes[place.code]))
    return done


def _first_number(place: Place) -> int:
    if place.kind != "peoples_committee":
        return 1
    if place.level == "district":
        return 31
    return 21 if place.province.startswith("P") else 101
