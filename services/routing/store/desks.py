"""Desks: who sits where, and how much open work each has."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from libs.db import Connection

_LOCK = """
SELECT unit, role, staff FROM officer_desk WHERE unit = ANY($1::text[]) AND NOT absent
ORDER BY unit, role, staff FOR UPDATE
"""
_LOAD = """
SELECT leg_officer AS staff, count(*) AS load FROM dossier
WHERE stage IN ('open', 'waiting') AND leg_officer = ANY($1::uuid[]) GROUP BY leg_officer
"""
_REGISTER = """
INSERT INTO officer_desk (unit, role, staff, absent)
SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bool[])
ON CONFLICT (unit, role, staff) DO UPDATE SET absent = excluded.absent
"""

Desk = tuple[str, str]
"""A unit and a role."""


async def lock(conn: Connection, units: Iterable[str]) -> dict[Desk, dict[UUID, int]]:
    """Lock the desks of some units and return their officers with the number of their open legs.

    Whoever gives work to an officer holds this lock until commit, so that two do not choose by the same count.
    """
    rows = await conn.fetch(_LOCK, sorted(set(units)))
    if not rows:
        return {}
    loads = await conn.fetch(_LOAD, sorted({row["staff"] for row in rows}))
    load: Mapping[UUID, int] = {row["staff"]: row["load"] for row in loads}
    desks: dict[Desk, dict[UUID, int]] = {}
    for row in rows:
        desks.setdefault((row["unit"], row["role"]), {})[row["staff"]] = load.get(row["staff"], 0)
    return desks


async def register(conn: Connection, desks: Iterable[tuple[str, str, UUID, bool]]) -> int:
    """Store (unit, role, staff, absent) rows; return how many."""
    rows = sorted(set(desks))
    if rows:
        await conn.execute(_REGISTER, *(list(column) for column in zip(*rows, strict=True)))
    return len(rows)
