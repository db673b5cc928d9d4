"""SQL of single dossiers and of the small lists: errors, and facts the fold could not use."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from libs.db import Pool
from services.sla.store.dossiers import COLUMNS, Row, row_of

_SEEN = "($2::text[] IS NULL OR competent_unit = ANY($2) OR holder = ANY($2))"
_BY_CODE = f"""
SELECT id, {", ".join(COLUMNS)} FROM dossier WHERE code = $1 AND {_SEEN}
ORDER BY state IS NOT DISTINCT FROM 'voided', received_at DESC LIMIT 1
"""
_ERRORS = f"""
SELECT id, code, procedure_code, field, competent_unit, received_at, why, ended_at FROM dossier
WHERE state = 'error' AND id > $1 AND {_SEEN} ORDER BY id LIMIT $3
"""
_DIFFERENCES = f"""
SELECT id, code, procedure_code, competent_unit, received_at, slip_at, due_original, origin FROM dossier
WHERE (slip_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date <> (due_original AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
  AND NOT EXISTS (SELECT FROM deadline_move m WHERE m.dossier = dossier.id)
  AND id > $1 AND {_SEEN} ORDER BY id LIMIT $3
"""
_CONFLICTS = f"""
SELECT id, {", ".join(COLUMNS)} FROM dossier WHERE ignored > 0 AND id > $1 AND {_SEEN} ORDER BY id LIMIT $3
"""
_BREACHES = f"""
SELECT id, {", ".join(COLUMNS)} FROM dossier WHERE breaches > 0 AND id > $1 AND {_SEEN} ORDER BY id LIMIT $3
"""
Scope = frozenset[str] | None


def _units(scope: Scope) -> list[str] | None:
    return None if scope is None else sorted(scope)


async def by_code(pool: Pool, code: str, scope: Scope) -> Row | None:
    """Return a dossier by its code, if it lies in the scope or is held there; None if not."""
    record = await pool.fetchrow(_BY_CODE, code, _units(scope))
    return row_of(record) if record else None


async def errors(pool: Pool, scope: Scope, after: UUID, limit: int) -> Sequence[asyncpg.Record]:
    """Return dossiers whose deadline cannot be computed, by id."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_ERRORS, after, _units(scope), limit)
    return rows


async def differences(pool: Pool, scope: Scope, after: UUID, limit: int) -> Sequence[asyncpg.Record]:
    """Return dossiers whose slip or legacy register names another day than the clock's first appointment, by id.

    Those that a calendar decision moved are listed with the decision instead.
    """
    rows: Sequence[asyncpg.Record] = await pool.fetch(_DIFFERENCES, after, _units(scope), limit)
    return rows


async def with_breaches(pool: Pool, scope: Scope, after: UUID, limit: int) -> list[Row]:
    """Return dossiers with facts that break a rule, by id."""
    return [row_of(record) for record in await pool.fetch(_BREACHES, after, _units(scope), limit)]


async def conflicts(pool: Pool, scope: Scope, after: UUID, limit: int) -> list[Row]:
    """Return dossiers with facts that the fold could not use, by id."""
    return [row_of(record) for record in await pool.fetch(_CONFLICTS, after, _units(scope), limit)]
