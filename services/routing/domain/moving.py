"""Dossiers of units that ended pass to their successors; the clock runs on."""

from datetime import date, datetime

from contracts.codes import Reason
from contracts.routing import DossierMoved
from services.routing.domain.dossier import Dossier
from services.routing.domain.say import Say
from services.routing.domain.units import UnitTree

_LONGEST_CHAIN = 10


def units_of(dossier: Dossier) -> list[str]:
    """Return the units whose end concerns the dossier: who answers for it, works on it, or holds it."""
    leg = dossier.leg
    found = {dossier.competent_unit, dossier.holder, leg.unit if leg else "", dossier.under_way_to or ""}
    return sorted(found - {""})


def moves(dossier: Dossier, *, units: UnitTree, today: date) -> list[tuple[date, str, str]]:
    """Return the hand-overs an open dossier needs by `today`: (date of the succession, from, to), chains unrolled.

    `today` is Việt Nam's date.
    """
    if not dossier.is_open or dossier.head is None:
        return []
    concerned = units_of(dossier)
    if not any(units.successor_exists(code) for code in concerned):
        return []
    received = dossier.head.event.data
    communes = (received.applicant_commune, received.parcel_commune)
    found: list[tuple[date, str, str]] = []
    todo, seen = concerned, set[str]()
    while todo and len(found) < _LONGEST_CHAIN:
        code = todo.pop()
        if code in seen:
            continue
        seen.add(code)
        succession = units.successor(code, today, communes)
        if succession is not None:
            found.append((succession.on, code, succession.to_unit))
            todo.append(succession.to_unit)
    return sorted(found)


def corrected(dossier: Dossier, before: Dossier, at: datetime) -> list[Say]:
    """Return what a correction of the competent unit means for a leg it had not finished: it passes to the right one."""
    old, new, leg = before.competent_unit, dossier.competent_unit, dossier.leg
    if not dossier.is_open or leg is None or not old or old == new or leg.unit != old:
        return []
    data = DossierMoved.Data(from_unit=old, to_unit=new, reason=Reason.MISTAKEN_ENTRY)
    return [Say(DossierMoved, at, data)]


def say_moved(at: datetime, old: str, new: str) -> Say:
    """Return the statement of one hand-over, at the beginning of the day of the succession."""
    return Say(DossierMoved, at, DossierMoved.Data(from_unit=old, to_unit=new))
