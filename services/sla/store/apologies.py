"""SQL of the apology lists: which dossiers are in a state, the newest first, and how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from libs.db import Pool
from services.sla.domain.apology import ApologyState

EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
_LATE = "d.late_since IS NOT NULL AND d.late_since <= $2"
_IN = {
    ApologyState.TOO_LATE: "a.letters = 'too_late'",
    ApologyState.SECOND_REFUSED: "a.refused > 0",
    ApologyState.EXTENDED_OPEN: f"a.letters = 'extended' AND d.ended_at IS NULL AND ({_LATE}) IS NOT TRUE",
    ApologyState.EXTENDED_ON_TIME: "a.letters = 'extended' AND d.outcome IN ('early', 'on_time')",
    ApologyState.EXTENDED_LATE: f"a.letters = 'extended' AND ({_LATE})",
    ApologyState.IN_TIME: "a.letters = 'in_time'",
}
"""What puts a dossier with letters into a state, at the moment $2."""
_COLUMNS = """d.id, d.code, d.procedure_code, d.field, d.competent_unit, d.holder, d.rule_set, d.origin, d.received_at,
d.due_original, d.due_current, d.late_at, d.late_since, d.state, d.outcome, d.ended_at, a.letters, a.letter_at,
a.reason, a.responsible_unit, a.signed_by, a.new_due_at, coalesce(a.refused, 0) AS refused"""
_SCOPE = "($1::text[] IS NULL OR d.competent_unit = ANY($1))"
_LISTED = f"""
FROM apology a JOIN dossier d ON d.id = a.dossier
WHERE {{state}} AND a.at >= $3 AND a.at < $4 AND {_SCOPE} AND $2::timestamptz IS NOT NULL"""
_WITHOUT = f"""
FROM dossier d LEFT JOIN apology a ON a.dossier = d.id
WHERE {_LATE} AND d.late_since >= $3 AND d.late_since < $4 AND {_SCOPE}
  AND NOT EXISTS (SELECT FROM apology b WHERE b.dossier = d.id AND b.letters IS NOT NULL)"""
"""Asked so and not by the joined row: only so the late ones are read in their order, a page at a time."""
_IN_SPAN = "d.late_since <= $1 AND d.late_since >= $2 AND d.late_since < $3"
_ALL_LATE = f"""
SELECT ((SELECT count(*) FROM dossier d WHERE {_IN_SPAN})
      - (SELECT count(*) FROM apology a JOIN dossier d ON d.id = a.dossier
         WHERE a.letters IS NOT NULL AND {_IN_SPAN}))::int
"""
"""Late without a letter, of all units: the late ones from their index alone, less the few that have one."""


class Place(NamedTuple):
    """Where a page ended."""

    at: datetime
    dossier: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which dossiers: in a state at `as_of`, of some units (None: all).

    The span [since, until) is that of the first letter; of those without one, of the first late moment.
    """

    state: ApologyState
    as_of: datetime
    units: frozenset[str] | None = None
    since: datetime = EVER[0]
    until: datetime = EVER[1]

    @property
    def values(self) -> list[Any]:
        """Return the parameters all queries begin with."""
        return [None if self.units is None else sorted(self.units), self.as_of, self.since, self.until]


def _from(state: ApologyState) -> tuple[str, str]:
    """Return what is read for a state, and the column it is listed by."""
    if state is ApologyState.LATE_WITHOUT:
        return _WITHOUT, "d.late_since"
    return _LISTED.format(state=_IN[state]), "a.at"


def page_sql(wanted: Wanted, after: Place | None, limit: int) -> tuple[str, list[Any]]:
    """Return the query of one page and its parameters."""
    source, order = _from(wanted.state)
    values = wanted.values
    beyond = ""
    if after is not None:
        beyond = f" AND ({order}, d.id) < ($5, $6)"
        values += after
    sql = (
        f"SELECT {_COLUMNS}, {order} AS at {source}{beyond} ORDER BY {order} DESC, d.id DESC LIMIT {limit:d}"
    )
    return sql, values


async def page(pool: Pool, wanted: Wanted, after: Place | None, limit: int) -> Sequence[asyncpg.Record]:
    """Return up to `limit` dossiers, the newest first, after a place."""
    sql, values = page_sql(wanted, after, limit)
    rows: Sequence[asyncpg.Record] = await pool.fetch(sql, *values)
    return rows


async def count(pool: Pool, wanted: Wanted) -> int:
    """Return how many dossiers are in a state."""
    if wanted.state is ApologyState.LATE_WITHOUT and wanted.units is None:
        late: int = await pool.fetchval(_ALL_LATE, *wanted.values[1:])
        return late
    source, _ = _from(wanted.state)
    number: int = await pool.fetchval(f"SELECT count(*)::int {source}", *wanted.values)
    return number


async def count_all(pool: Pool, now: datetime) -> dict[ApologyState, int]:
    """Return how many dossiers of all units are in each state."""
    return {state: await count(pool, Wanted(state=state, as_of=now)) for state in ApologyState}
