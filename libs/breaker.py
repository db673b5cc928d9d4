"""Many dead letters with no success between them mean our bug, not bad data: stop instead of draining the topic."""

from dataclasses import dataclass

import asyncpg

from libs.db import Connection

PATIENCE = 20


class BreakerOpenError(RuntimeError):
    """Too many dead letters in a row: this service stops hearing until an operator closes the breaker."""


@dataclass(slots=True)
class Breaker:
    """Letters since the last applied event, as this process knows it."""

    letters: int = 0
    patience: int = PATIENCE


async def load(conn: Connection, group: str, into: Breaker) -> bool:
    """Read the stored count into `into`; return whether the breaker is open."""
    row = await conn.fetchrow("SELECT letters, patience, opened_at FROM breaker WHERE grp = $1", group)
    if row is None:
        return False
    into.letters, into.patience = row["letters"], row["patience"]
    return row["opened_at"] is not None


async def note(conn: Connection, group: str, letters: int) -> None:
    """Store the count, in the transaction of the letters."""
    await conn.execute(
        "INSERT INTO breaker (grp, letters) VALUES ($1, $2) ON CONFLICT (grp) DO UPDATE SET letters = $2,"
        " patience = CASE WHEN $2 = 0 THEN $3 ELSE breaker.patience END",
        group, letters, PATIENCE,
    )  # fmt: skip


async def open_now(pool: asyncpg.Pool, group: str) -> None:
    """Open the breaker: workers of the group stop and are not ready."""
    await pool.execute(
        "INSERT INTO breaker (grp, opened_at) VALUES ($1, now())"
        " ON CONFLICT (grp) DO UPDATE SET opened_at = coalesce(breaker.opened_at, now())",
        group,
    )


async def close(conn: Connection, group: str, patience: int = PATIENCE) -> None:
    """Close the breaker after the cause was mended.

    `patience` letters in a row are allowed until the next success, for a run of truly bad records.
    """
    await conn.execute(
        "UPDATE breaker SET letters = 0, patience = $2, opened_at = NULL WHERE grp = $1", group, patience
    )
