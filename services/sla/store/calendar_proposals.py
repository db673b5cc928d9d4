"""The tables of calendar proposals and of who did what to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from contracts.catalogue import CalendarDecision
from libs.db import Connection, Pool

COUNTS = ("seen", "later", "earlier", "no_longer_late", "newly_late", "uncomputable")
_COLUMNS = (
    "id, code, version, unit, withdraws, decision, state, proposed_by, proposed_at, closed_by, closed_at,"
    f" preview_as_of, preview_after, preview_total, {', '.join(COUNTS)}, preview_done_at"
)
_ADD = """
INSERT INTO calendar_proposal (id, code, version, unit, withdraws, decision, proposed_by, proposed_at)
OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_LIST = f"""
SELECT {_COLUMNS} FROM calendar_proposal
WHERE ($1::text IS NULL OR state = $1) AND ($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR code = $3)
ORDER BY id DESC LIMIT $4
"""
_CLOSE = "UPDATE calendar_proposal SET state = $2, closed_by = $3, closed_at = $4 WHERE id = $1"
_AUDIT = """
INSERT INTO calendar_audit (proposal, act, at, staff, username, note, counted) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_RESET = f"""
UPDATE calendar_proposal SET preview_as_of = NULL, preview_after = DEFAULT, preview_total = NULL,
    preview_done_at = NULL, {", ".join(f"{name} = 0" for name in COUNTS)}
WHERE state = 'proposed' AND ($1::bigint IS NULL OR id = $1)
"""
_ADVANCE = f"""
UPDATE calendar_proposal SET preview_after = $2, preview_done_at = $3,
    {", ".join(f"{name} = {name} + ${number}" for number, name in enumerate(COUNTS, 4))}
WHERE id = $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A decision on its way, with what its preview has counted so far."""

    id: int
    decision: CalendarDecision
    withdraws: bool
    state: str
    proposed_by: UUID
    proposed_at: datetime
    closed_by: UUID | None
    closed_at: datetime | None
    preview_as_of: datetime | None
    preview_after: UUID
    preview_total: int | None
    preview_done_at: datetime | None
    counts: dict[str, int]

    def is_stale(self, before: datetime) -> bool:
        """Tell whether the preview counted what stood before a moment."""
        return self.preview_as_of is not None and self.preview_as_of < before


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to a proposal: `proposed`, `previewed`, `approved` or `rejected`; by nobody: the clockwork."""

    name: str
    at: datetime
    staff: UUID | None = None
    username: str | None = None
    note: str | None = None
    counted: dict[str, Any] | None = None

    def with_counts(self, proposal: Proposal) -> "Act":
        """Return the same with what the preview had counted by then."""
        if proposal.preview_as_of is None:
            return self
        return replace(self, counted=proposal.counts | {"as_of": proposal.preview_as_of.isoformat()})


def proposal_of(record: asyncpg.Record) -> Proposal:
    """Return a row of the table."""
    same = ("id", "withdraws", "state", "proposed_by", "proposed_at", "closed_by", "closed_at", "preview_as_of",
            "preview_after", "preview_total", "preview_done_at")  # fmt: skip
    return Proposal(
        decision=CalendarDecision.model_validate(record["decision"]),
        counts={name: record[name] for name in COUNTS},
        **{name: record[name] for name in same},
    )


async def serialise(conn: Connection) -> None:
    """Let nobody else propose or approve until the transaction ends: overlaps are judged by what is there."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('calendar'), hashtext(current_schema()))")


async def next_number(conn: Connection) -> int:
    """Return the number of a new proposal, after `serialise`: a refused one leaves no gap."""
    number: int = await conn.fetchval("SELECT coalesce(max(id), 0) + 1 FROM calendar_proposal")
    return number


async def add(
    conn: Connection, number: int, decision: CalendarDecision, act: Act, *, withdraws: bool
) -> None:
    """Add a proposal."""
    await conn.execute(
        _ADD, number, decision.code, decision.version, decision.unit, withdraws,
        decision.model_dump(mode="json", exclude_none=True), act.staff, act.at,
    )  # fmt: skip


async def get(conn: Connection | Pool, number: int) -> Proposal | None:
    """Return a proposal."""
    record = await conn.fetchrow(f"SELECT {_COLUMNS} FROM calendar_proposal WHERE id = $1", number)
    return proposal_of(record) if record else None


async def lock(conn: Connection, number: int) -> Proposal | None:
    """Lock and return a proposal."""
    record = await conn.fetchrow(f"SELECT {_COLUMNS} FROM calendar_proposal WHERE id = $1 FOR UPDATE", number)
    return proposal_of(record) if record else None


async def listed(
    pool: Pool, *, state: str | None = None, after: int | None = None, code: str | None = None, limit: int
) -> list[Proposal]:
    """Return proposals, newest first. Law is public: whoever may read sees all of them."""
    return [proposal_of(record) for record in await pool.fetch(_LIST, state, after, code, limit)]


async def standing(conn: Connection, state: str) -> list[CalendarDecision]:
    """Return the decisions of all proposals in a state, oldest first."""
    rows = await conn.fetch("SELECT decision FROM calendar_proposal WHERE state = $1 ORDER BY id", state)
    return [CalendarDecision.model_validate(row["decision"]) for row in rows]


async def close(conn: Connection, number: int, state: str, act: Act) -> None:
    """End a proposal."""
    await conn.execute(_CLOSE, number, state, act.staff, act.at)


async def note(conn: Connection, number: int, act: Act) -> None:
    """Add a line to what is kept for ever."""
    await conn.execute(_AUDIT, number, act.name, act.at, act.staff, act.username, act.note, act.counted)


async def acts(pool: Pool, code: str) -> Sequence[asyncpg.Record]:
    """Return what was done to a decision's proposals, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(
        "SELECT a.proposal, p.version, a.act, a.at, a.staff, a.username, a.note, a.counted FROM calendar_audit a"
        " JOIN calendar_proposal p ON p.id = a.proposal WHERE p.code = $1 ORDER BY a.id",
        code,
    )
    return rows


async def next_preview(conn: Connection) -> Proposal | None:
    """Lock and return the oldest proposal whose preview is not finished and nobody counts."""
    record = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM calendar_proposal WHERE state = 'proposed' AND preview_done_at IS NULL"
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return proposal_of(record) if record else None


async def begin_preview(conn: Connection, number: int, total: int, now: datetime) -> None:
    """Note how many dossiers a preview will look at, and as of when."""
    await conn.execute(
        "UPDATE calendar_proposal SET preview_total = $2, preview_as_of = $3 WHERE id = $1",
        number,
        total,
        now,
    )


async def advance_preview(
    conn: Connection, number: int, after: UUID, counts: Mapping[str, int], done_at: datetime | None
) -> None:
    """Add a chunk's counts to a preview."""
    await conn.execute(_ADVANCE, number, after, done_at, *(counts[name] for name in COUNTS))


async def forget_previews(conn: Connection, number: int | None = None) -> None:
    """Let the previews of open proposals (or of one) be counted anew: the calendar they stood on has changed."""
    await conn.execute(_RESET, number)


async def recount(conn: Connection) -> None:
    """Let all previews be counted anew; in turn with who proposes or approves, whose rows these are."""
    await serialise(conn)
    await forget_previews(conn)
