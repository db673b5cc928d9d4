"""The dossier rows: locking them, reading their facts, writing what follows. Set-based, in the order of ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.envelope import DossierEvent
from libs.db import Connection
from services.routing.domain.dossier import Dossier
from services.routing.store.facts import pack, unpack

_LOCK = "SELECT id, seq, facts, due_current, late_at FROM dossier WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_COLUMNS = (
    ("stage", "text"), ("code", "text"), ("procedure_code", "text"), ("field", "text"), ("channel", "text"),
    ("receiving_unit", "text"), ("competent_unit", "text"), ("received_at", "timestamptz"),
    ("appointment_at", "timestamptz"), ("batch", "uuid"), ("ending", "text"), ("ended_at", "timestamptz"),
    ("holder", "text"), ("holder_since", "timestamptz"), ("under_way_to", "text"), ("leg_no", "int"),
    ("leg_role", "text"), ("leg_unit", "text"), ("leg_officer", "uuid"), ("leg_due_at", "timestamptz"),
    ("waiting_since", "timestamptz"), ("ignored", "int"),
)  # fmt: skip
_NAMES = ", ".join(name for name, _ in _COLUMNS)
_ARRAYS = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(_COLUMNS, 4))
_SAVE = f"""
INSERT INTO dossier AS d (id, seq, facts, {_NAMES}, asked_units)
SELECT i, s, f::jsonb, {_NAMES}, string_to_array(asked, ' ')
FROM unnest($1::uuid[], $2::int[], $3::text[], {_ARRAYS}, ${len(_COLUMNS) + 4}::text[]) AS x(i, s, f, {_NAMES}, asked)
ORDER BY i
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, facts = d.facts || excluded.facts,
{", ".join(f"{name} = excluded.{name}" for name, _ in _COLUMNS)}, asked_units = excluded.asked_units
"""


@dataclass(slots=True)
class Row:
    """A locked dossier: routing's counter, its facts so far, and those that came in this transaction."""

    id: UUID
    seq: int = 0
    facts: list[DossierEvent] = field(default_factory=list)
    fresh: list[DossierEvent] = field(default_factory=list)
    """The part of `facts` that is not stored yet."""
    due_current: datetime | None = None
    late_at: datetime | None = None

    def add(self, event: DossierEvent) -> None:
        """Take a new fact."""
        self.facts.append(event)
        self.fresh.append(event)


async def lock(conn: Connection, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Lock the dossiers with these ids, in their order; one never heard of gets an empty row when saved."""
    wanted = sorted(ids)
    rows = {dossier: Row(dossier) for dossier in wanted}
    for record in await conn.fetch(_LOCK, wanted):
        rows[record["id"]] = Row(
            record["id"],
            record["seq"],
            unpack(record["id"], record["facts"]),
            due_current=record["due_current"],
            late_at=record["late_at"],
        )
    return rows


async def read(conn: Connection, dossier: UUID) -> Row:
    """Return a dossier without locking it."""
    record = await conn.fetchrow("SELECT seq, facts FROM dossier WHERE id = $1", dossier)
    return Row(dossier, record["seq"], unpack(dossier, record["facts"])) if record else Row(dossier)


async def save(conn: Connection, changed: Sequence[tuple[Row, Dossier]]) -> None:
    """Write the fresh facts of locked rows and the state that follows from all their facts."""
    if not changed:
        return
    table = [(row.id, row.seq, pack(row.fresh), *_values(dossier)) for row, dossier in changed]
    await conn.execute(_SAVE, *(list(column) for column in zip(*table, strict=True)))


def _values(dossier: Dossier) -> tuple[Any, ...]:
    head, leg, ending, request = dossier.head, dossier.leg, dossier.ending, dossier.open_request
    received = head.event.data if head else None
    working = leg if dossier.is_open else None
    return (
        dossier.stage,
        received.code if received else None,
        head.procedure_code if head else None,
        head.field if head else None,
        head.channel if head else None,
        received.receiving_unit if received else None,
        dossier.competent_unit or None,
        head.received_at if head else None,
        head.appointment_at if head else None,
        received.batch if received else None,
        ending.kind if ending else None,
        ending.at if ending else None,
        dossier.holder or None,
        dossier.holder_since,
        dossier.under_way_to,
        working.no if working else None,
        working.role if working else None,
        working.unit if working else None,
        working.officer if working else None,
        working.due_at if working else None,
        request.at if request else None,
        len(dossier.ignored),
        " ".join(dossier.asked_units),
    )
