"""SQL of the screens' thresholds: what people changed, and who changed it when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.db import Connection, Pool

_SET = """
INSERT INTO threshold (screen, name, value) VALUES ($1, $2, $3)
ON CONFLICT (screen, name) DO UPDATE SET value = excluded.value
"""
_NOTE = (
    "INSERT INTO threshold_change (screen, name, before, after, at, staff) VALUES ($1, $2, $3, $4, $5, $6)"
)
_CHANGES = """
SELECT id, screen, name, before, after, at, staff FROM threshold_change
WHERE screen = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One threshold from a value to another."""

    screen: str
    name: str
    before: int
    after: int


async def changed(source: Pool | Connection) -> Mapping[tuple[str, str], int]:
    """Return the thresholds that people changed, by screen and name."""
    rows = await source.fetch("SELECT screen, name, value FROM threshold")
    return {(row["screen"], row["name"]): row["value"] for row in rows}


async def lock(conn: Connection) -> None:
    """Let no other change come between what is read and what is written."""
    await conn.execute("LOCK TABLE threshold IN SHARE ROW EXCLUSIVE MODE")


async def change(conn: Connection, change: Change, *, at: datetime, staff: UUID) -> None:
    """Set a threshold and keep who did it."""
    await conn.execute(_SET, change.screen, change.name, change.after)
    await conn.execute(_NOTE, change.screen, change.name, change.before, change.after, at, staff)


async def changes(pool: Pool, screen: str, after: int | None, limit: int) -> Sequence[Any]:
    """Return the changes of a screen's thresholds, newest first."""
    rows: Sequence[Any] = await pool.fetch(_CHANGES, screen, after, limit)
    return rows
