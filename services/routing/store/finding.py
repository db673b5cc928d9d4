"""Reading dossiers within a person's scope: one by its code, the desk's open ones by due moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.db import Connection

Scope = frozenset[str] | None
"""Unit codes a person may see; None: all."""

_MINE = """
($2::text[] IS NULL OR competent_unit = ANY($2) OR leg_unit = ANY($2) OR holder = ANY($2) OR under_way_to = ANY($2)
 OR receiving_unit = ANY($2) OR asked_units && $2)
"""
_FIND = f"SELECT id FROM dossier WHERE code = $1 AND {_MINE} ORDER BY stage = 'voided', id LIMIT 1"
_SHOWN = """
id, code, procedure_code, field, channel, receiving_unit, competent_unit, received_at, stage, holder, holder_since,
under_way_to, leg_no, leg_role, leg_unit, leg_officer, leg_due_at, waiting_since, clock_state, due_current, late_at,
wait_expired_at, appointment_at, asked_units, sort_due, seq
"""
_DESK = f"""
SELECT {_SHOWN} FROM dossier
WHERE stage IN ('open', 'waiting')
  AND ($1::text[] IS NULL OR leg_unit = ANY($1) OR ($7 AND asked_units && $1))
  AND (NOT $7 OR cardinality(asked_units) > 0)
  AND ($2::uuid IS NULL OR leg_officer = $2)
  AND ($3::timestamptz IS NULL OR (sort_due, id) > ($3, $4::uuid))
  AND (NOT $5 OR wait_expired_at IS NOT NULL)
ORDER BY sort_due, id LIMIT $6
"""
_COUNTS = """
SELECT count(*) AS open, count(*) FILTER (WHERE late_at <= $2) AS late,
       count(*) FILTER (WHERE late_at > $2 AND late_at <= $3) AS due_soon,
       count(*) FILTER (WHERE stage = 'waiting') AS waiting,
       count(*) FILTER (WHERE under_way_to = leg_unit) AS incoming
FROM dossier WHERE stage IN ('open', 'waiting') AND ($1::text[] IS NULL OR leg_unit = ANY($1))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskQuery:
    """Which open legs: of some units (None: all), of one officer, after a place, only those whose wait ran out."""

    units: Scope
    officer: UUID | None = None
    after: tuple[datetime, UUID] | None = None
    only_expired: bool = False
    only_asked: bool = False
    """Those that wait for an opinion, also for one of the units themselves."""
    limit: int = 50


def _list(scope: Scope) -> list[str] | None:
    return None if scope is None else sorted(scope)


async def find(conn: Connection, code: str, scope: Scope) -> UUID | None:
    """Return the id of a dossier the person may see."""
    found: UUID | None = await conn.fetchval(_FIND, code, _list(scope))
    return found


async def desk(conn: Connection, query: DeskQuery) -> Sequence[Any]:
    """Return open legs by due moment (those without one last)."""
    due, dossier = query.after or (None, None)
    rows: Sequence[Any] = await conn.fetch(
        _DESK,
        _list(query.units),
        query.officer,
        due,
        dossier,
        query.only_expired,
        query.limit,
        query.only_asked,
    )
    return rows


async def counts(conn: Connection, scope: Scope, now: datetime, soon: datetime) -> dict[str, int]:
    """Return how many legs are open, late at `now`, late before `soon`, waiting, or on their way in."""
    return dict(await conn.fetchrow(_COUNTS, _list(scope), now, soon))


async def clock_of(conn: Connection, dossier: UUID) -> Any:
    """Return sla's columns of a dossier."""
    return await conn.fetchrow(
        "SELECT clock_state, due_current, late_at, wait_expired_at, appointment_at FROM dossier WHERE id = $1",
        dossier,
    )
