"""Make data/units.csv and data/successions.csv: `python -m deploy.seed.build_units [FOLDER]`.

Needs `vietnamadminunits` (a test requirement); what that package lacks comes from the hand-kept tables beside.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from pathlib import Path

from deploy.seed import offices, package
from deploy.seed.places import LEGACY_TO, TODAY_FROM, Place, Succession
from deploy.seed.tables import DATA, read, write

UNIT_COLUMNS = ("code", "name", "level", "kind", "agency_code", "valid_from", "valid_to", "basis")
SUCCESSION_COLUMNS = ("from", "to", "on", "default", "commune")


def build(folder: Path) -> None:
    """Write both files into a folder; the same bytes every time."""
    known = package.load()
    places = {place.code: place for place in known.places} | {place.code: place for place in _by_hand()}
    places = dict(sorted(places.items()))
    communes = package.commune_successions(known)
    above = _districts(places, communes) + _provinces(communes)

    old_districts = _old_districts(places, communes)
    for office in offices.spread(places, read("offices.csv"), old_districts):
        places[office.code] = office
    by_old = {row.old: row for row in communes + above if row.default and not row.commune}
    by_hand = offices.hand_successions(places, read("successions_hand.csv"), by_old)
    explicit = communes + above + by_hand
    successions = explicit + offices.inherited(places, explicit)

    done = sorted(offices.numbered(places.values(), _letters(places)), key=lambda place: place.code)
    write(folder / "units.csv", UNIT_COLUMNS, (astuple(place) for place in done))
    write(folder / "successions.csv", SUCCESSION_COLUMNS, _rows(successions))


def _by_hand() -> list[Place]:
    return [
        Place(
            code=row["code"],
            name=row["name"],
            level=row["level"],
            kind=row["kind"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            basis=row["basis"],
        )
        for row in read("units_hand.csv")
    ]


def _letters(places: Mapping[str, Place]) -> dict[str, str]:
    """Return the letters of each province, old and new, found by its name."""
    by_name = {row["province"]: row["letters"] for row in read("letters.csv")}
    return {
        code: by_name[place.name.removeprefix("Tỉnh ").removeprefix("Thành phố ")]
        for code, place in places.items()
        if not place.parent
    }


def _provinces(communes: Iterable[Succession]) -> list[Succession]:
    pairs = {(row.old.partition(".")[0], row.new.partition(".")[0]) for row in communes}
    return [Succession(old, new, TODAY_FROM) for old, new in sorted(pairs)]


def _districts(places: Mapping[str, Place], communes: Iterable[Succession]) -> list[Succession]:
    """Return the successions of districts: commune by commune, and a default for whoever names none.

    The default is the commune that kept the district's name (mostly its seat), else the one that took most of
    its communes: our choice, not the law's.
    """
    taken: defaultdict[str, list[Succession]] = defaultdict(list)
    for row in communes:
        if row.default:
            place = places[row.old]
            taken[place.code if place.level == "district" else place.parent].append(row)
    found: list[Succession] = []
    for district, rows in sorted(taken.items()):
        if places[district].valid_to != LEGACY_TO or rows[0].old == district:
            continue
        found.append(Succession(district, _heir(places, district, rows), TODAY_FROM))
        found += [Succession(district, row.new, TODAY_FROM, default=False, commune=row.old) for row in rows]
    return found


def _heir(places: Mapping[str, Place], district: str, rows: Iterable[Succession]) -> str:
    shares = Counter(row.new for row in rows)
    own = places[district].name.split(" ", 1)[1].removeprefix("phố ").removeprefix("xã ").removeprefix("Xã ")
    return min(shares, key=lambda new: (places[new].name.split(" ", 1)[1] != own, -shares[new], new))


def _old_districts(places: Mapping[str, Place], communes: Iterable[Succession]) -> dict[str, list[Place]]:
    """Return the districts of mid-2025 that lie in each of today's provinces."""
    found: defaultdict[str, dict[str, Place]] = defaultdict(dict)
    for row in communes:
        code = ".".join(row.old.split(".")[:2])
        found[row.new.partition(".")[0]][code] = places[code]
    return {province: [inside[code] for code in sorted(inside)] for province, inside in found.items()}


def _rows(successions: Iterable[Succession]) -> list[tuple[str, ...]]:
    return sorted(
        (row.old, row.new, row.on, "default" if row.default else "", row.commune) for row in set(successions)
    )


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
