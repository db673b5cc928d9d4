"""What `vietnamadminunits` knows: the units of early 2025 and of today, and which became which on 1/7/2025."""

import json
import sqlite3
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.seed.places import LEGACY_FROM, LEGACY_TO, TODAY_FROM, Place, Succession

_LEGACY = """
    select provinceCode, province, districtCode, district, wardCode, ward, provinceKey, districtKey, wardKey
    from admin_units_legacy order by provinceCode, districtCode, wardCode"""
_TODAY = "select provinceCode, province, wardCode, ward, provinceKey, wardKey from admin_units order by 1, 3"


@dataclass(frozen=True, slots=True)
class Package:
    """Units by the package's own keys, and its conversion from old to new."""

    places: list[Place]
    old_codes: dict[str, str]
    new_codes: dict[tuple[str, str], str]
    converter: dict[str, dict[str, dict[str, list[dict[str, str | bool]]]]]


def load() -> Package:
    """Return what the installed package holds; raise `ModuleNotFoundError` without it."""
    spec = find_spec("vietnamadminunits")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            "vietnamadminunits is needed to build the seed's units (requirements/test.in)"
        )
    folder = Path(spec.origin).parent / "data"
    converter = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    with sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro", uri=True) as database:
        legacy, old_codes = _legacy(database)
        today, new_codes = _today(database)
    return Package(legacy + today, old_codes, new_codes, converter)


def _legacy(database: sqlite3.Connection) -> tuple[list[Place], dict[str, str]]:
    places: dict[str, Place] = {}
    codes: dict[str, str] = {}
    for p_code, p_name, d_code, d_name, w_code, w_name, p_key, d_key, w_key in database.execute(_LEGACY):
        province, district = f"P{p_code}", f"P{p_code}.D{d_code}"
        places[province] = Place(province, p_name, "province", valid_from=LEGACY_FROM, valid_to=LEGACY_TO)
        places[district] = Place(district, d_name, "district", valid_from=LEGACY_FROM, valid_to=LEGACY_TO)
        code = district
        if w_code is not None:
            code = f"{district}.C{w_code}"
            places[code] = Place(code, w_name, "commune", valid_from=LEGACY_FROM, valid_to=LEGACY_TO)
        codes[f"{p_key}_{d_key}_{w_key or ''}"] = code
    return list(places.values()), codes


def _today(database: sqlite3.Connection) -> tuple[list[Place], dict[tuple[str, str], str]]:
    places: dict[str, Place] = {}
    codes: dict[tuple[str, str], str] = {}
    for p_code, p_name, w_code, w_name, p_key, w_key in database.execute(_TODAY):
        province, code = f"N{p_code}", f"N{p_code}.C{w_code}"
        places[province] = Place(province, p_name, "province", valid_from=TODAY_FROM)
        places[code] = Place(code, w_name, "commune", valid_from=TODAY_FROM)
        codes[p_key, w_key] = code
    return list(places.values()), codes


def commune_successions(package: Package) -> list[Succession]:
    """Return into which new commune(s) each old commune went on 1/7/2025; one of them is the default."""
    found: list[Succession] = []
    for province, communes in package.converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, old_keys in communes.items():
            new = package.new_codes[province, ward]
            found += [Succession(package.old_codes[str(key)], new, TODAY_FROM) for key in old_keys]
    for province, divided in package.converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, parts in divided.items():
            found += [
                Succession(
                    package.old_codes[key],
                    package.new_codes[province, str(part["newWardKey"])],
                    TODAY_FROM,
                    default=bool(part["isDefaultNewWard"]),
                )
                for part in parts
            ]
    return found
