"""Who is competent for a dossier: the procedure's level, seen from where it was handed in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from contracts.catalogue import Procedure, Unit, UnitKind
from contracts.codes import Level

OFFICES: Mapping[str, tuple[str, ...]] = {
    "ho-tich": ("STP", "PTP"),
    "chung-thuc": ("STP", "PTP"),
    "ly-lich-tu-phap": ("CA", "STP"),
    "cu-tru": ("CA",),
    "can-cuoc": ("CA",),
    "pccc": ("CA",),
    "bao-hiem-xa-hoi": ("BHXH",),
    "dat-dai": ("VPDK", "CNVPDK", "SNNMT", "STNMT", "PTNMT"),
    "dang-ky-kinh-doanh": ("SKHDT", "STC", "PTCKH"),
    "xay-dung": ("SXD", "PKTHT"),
    "nong-nghiep-moi-truong": ("SNNMT", "SNNPTNT", "PNN"),
    "nguoi-co-cong": ("SLDTBXH", "SNV", "PLDTBXH"),
    "bao-tro-xa-hoi": ("SLDTBXH", "SYT", "PLDTBXH"),
    "giao-thong": ("SGTVT", "SXD", "PKTHT"),
}
"""Which office below a province, district or commune handles a field: last segments of unit codes, best first.

The first that exists on the day is taken; where none does, the people's committee itself is competent.
"""
_OWN_HAND = frozenset({"dat-dai", "dang-ky-kinh-doanh", "ho-tich", "chung-thuc", "xay-dung"})


class Units(Protocol):
    """The part of the catalogue that is asked here."""

    def unit(self, code: str) -> Unit | None:
        """Return a unit, or None."""

    def ancestors(self, code: str) -> Iterator[Unit]:
        """Yield a unit and those above it, upwards."""


def stands(unit: Unit | None, on: date) -> bool:
    """Tell whether a unit is known and exists on a day."""
    return unit is not None and unit.valid_from <= on and (unit.valid_to is None or on <= unit.valid_to)


def seat(units: Units, code: str) -> Unit | None:
    """Return the people's committee a unit belongs to: itself, or the nearest above."""
    return next((u for u in units.ancestors(code) if u.kind is UnitKind.PEOPLES_COMMITTEE), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a dossier was handed in, and where its parcel and its applicant are."""

    receiving: str
    parcel: str | None = None
    applicant: str | None = None


def find_competent(units: Units, *, procedure: Procedure, places: Places, on: date) -> str | None:
    """Return the code of the unit competent for `procedure` on a day, or None when that cannot be told.

    Mostly the seat of the counter, where the procedure names its level. A parcel elsewhere, or a counter
    higher up (one may hand in anywhere in the province, NĐ 118/2025 Đ.14.2), decides by the parcel's commune,
    else the applicant's; a counter lower down passes the dossier up.
    """
    here = seat(units, places.receiving)
    if here is None:
        return None
    if here.level in procedure.levels and _is_within(units, here, places.parcel):
        return _office(units, here, procedure.field, on)
    for code in (places.parcel, places.applicant, places.receiving):
        target = _level_above(units, code, procedure) if code else None
        if target is not None and target.province == here.province:
            return _office(units, target, procedure.field, on)
    return None


def _is_within(units: Units, here: Unit, parcel: str | None) -> bool:
    return parcel is None or here.code in {unit.code for unit in units.ancestors(parcel)}


def _level_above(units: Units, code: str, procedure: Procedure) -> Unit | None:
    """Return the lowest people's committee at or above `code` whose level the procedure names."""
    for unit in units.ancestors(code):
        if unit.kind is UnitKind.PEOPLES_COMMITTEE and unit.level in procedure.levels:
            return unit
    return None


def _office(units: Units, target: Unit, field: str, on: date) -> str:
    if target.level is Level.COMMUNE and field in _OWN_HAND:
        return target.code
    for suffix in OFFICES.get(field, ()):
        office = units.unit(f"{target.code}.{suffix}")
        if office is not None and stands(office, on):
            return office.code
    return target.code


def chain(units: Units, code: str) -> tuple[str, ...]:
    """Return the codes of a unit's ancestors from the province down to itself."""
    return tuple(unit.code for unit in units.ancestors(code))[::-1]
