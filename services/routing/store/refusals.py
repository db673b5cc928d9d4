"""Refused requests for an extension: kept, listed the newest first, and counted by rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.db import Connection
from services.routing.store.finding import Scope

_KEEP = """
INSERT INTO refused_extension (id, at, dossier, rule, source, staff, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_WITHIN = """
FROM refused_extension r JOIN dossier d ON d.id = r.dossier
WHERE ($1::text[] IS NULL OR d.competent_unit = ANY($1)) AND ($2::text IS NULL OR r.rule = $2)
"""
_PAGE = f"""
SELECT r.id, r.at, d.code, d.procedure_code, d.competent_unit, r.rule, r.source, r.staff, r.due_at {_WITHIN}
  AND ($3::timestamptz IS NULL OR (r.at, r.id) < ($3, $4::uuid))
ORDER BY r.at DESC, r.id DESC LIMIT $5
"""
_COUNTS = f"SELECT r.rule, count(*) AS requests, count(DISTINCT r.dossier) AS dossiers {_WITHIN} GROUP BY 1 ORDER BY 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refused request: when, for which dossier, by which rule and article, who asked, the appointment that held."""

    id: UUID
    at: datetime
    dossier: UUID
    rule: str
    source: str
    staff: UUID
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedQuery:
    """Which refusals: of dossiers that some units (None: all) are competent for, by a rule, after a place."""

    units: Scope
    rule: str | None = None
    after: tuple[datetime, UUID] | None = None
    limit: int = 50

    @property
    def within(self) -> tuple[list[str] | None, str | None]:
        """Return what selects, without the place."""
        return None if self.units is None else sorted(self.units), self.rule


async def keep(conn: Connection, refusal: Refusal) -> None:
    """Keep a refused request."""
    await conn.execute(
        _KEEP, refusal.id, refusal.at, refusal.dossier, refusal.rule, refusal.source, refusal.staff, refusal.due_at
    )  # fmt: skip


async def page(conn: Connection, query: RefusedQuery) -> Sequence[Any]:
    """Return refused requests, the newest first."""
    at, own = query.after or (None, None)
    rows: Sequence[Any] = await conn.fetch(_PAGE, *query.within, at, own, query.limit)
    return rows


async def counts(conn: Connection, query: RefusedQuery) -> dict[str, dict[str, int]]:
    """Return how many requests were refused by each rule, and of how many dossiers."""
    rows = await conn.fetch(_COUNTS, *query.within)
    return {row["rule"]: {"requests": row["requests"], "dossiers": row["dossiers"]} for row in rows}
