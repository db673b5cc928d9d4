"""The table `dossier`: rows locked in id order, and written back set-based."""

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from libs.db import Connection


@dataclass(slots=True)
class Row:
    """A dossier as it is stored. `is_new`: not in the table yet. Moments are UTC."""

    id: UUID
    is_new: bool = False
    seq: int = 0
    revision: int = 0
    facts: list[Any] = dataclasses.field(default_factory=list)
    story: list[Any] = dataclasses.field(default_factory=list)
    key_hash: int | None = None
    origin: str = "live"
    batch: UUID | None = None
    code: str | None = None
    procedure_code: str | None = None
    field: str | None = None
    channel: str | None = None
    competent_unit: str | None = None
    reception_unit: str | None = None
    province: str | None = None
    level: str | None = None
    rule_set: str | None = None
    received_at: datetime | None = None
    slip_at: datetime | None = None
    """What the slip or the legacy register promised."""
    state: str | None = None
    due_original: datetime | None = None
    due_current: datetime | None = None
    late_at: datetime | None = None
    late_since: datetime | None = None
    outcome: str | None = None
    ended_at: datetime | None = None
    ending: str | None = None
    overdue: bool = False
    extended: bool = False
    restarts: int = 0
    paused_since: datetime | None = None
    why: str | None = None
    calendar_version: int = 0
    late_calendar: str = ""
    late_days: int = 0
    pauses: int = 0
    apologised: bool = False
    ignored: int = 0
    breaches: int = 0
    holder: str | None = None
    holder_since: datetime | None = None
    holder_leg: int | None = None
    armed: bool = True
    told: dict[str, int] = dataclasses.field(default_factory=dict)
    ladder: list[list[Any]] = dataclasses.field(default_factory=list)
    next_rung_at: datetime | None = None
    changed_at: datetime | None = None


_TYPES = {
    "seq": "int", "revision": "int", "facts": "jsonb", "story": "jsonb", "key_hash": "int", "origin": "text",
    "batch": "uuid", "code": "text", "procedure_code": "text", "field": "text", "channel": "text",
    "competent_unit": "text", "reception_unit": "text", "province": "text", "level": "text", "rule_set": "text",
    "received_at": "timestamptz",
    "slip_at": "timestamptz", "state": "text", "due_original": "timestamptz", "due_current": "timestamptz",
    "late_at": "timestamptz", "late_since": "timestamptz", "outcome": "text", "ended_at": "timestamptz",
    "ending": "text", "overdue": "boolean", "extended": "boolean", "restarts": "smallint",
    "paused_since": "timestamptz", "why": "text", "calendar_version": "int", "late_calendar": "text",
    "late_days": "int", "pauses": "smallint", "apologised": "boolean", "ignored": "smallint", "breaches": "smallint",
    "holder": "text", "holder_since": "timestamptz", "holder_leg": "smallint", "armed": "boolean",
    "told": "jsonb", "ladder": "jsonb", "next_rung_at": "timestamptz", "changed_at": "timestamptz",
}  # fmt: skip
_JSON = frozenset({"facts", "story", "told", "ladder"})
COLUMNS = tuple(_TYPES)
_FIXED = (
    "facts", "story", "key_hash", "origin", "batch", "code", "procedure_code", "field", "channel", "competent_unit",
    "reception_unit", "province", "level", "rule_set", "received_at", "slip_at", "holder", "holder_since", "holder_leg",
    "armed",
)  # fmt: skip
CLOCK = tuple(name for name in COLUMNS if name not in _FIXED)
"""What another calendar may change of an open clock: the facts, the head and who holds it stay as they are."""

_SELECT = f"SELECT id, {', '.join(COLUMNS)} FROM dossier WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"


def _unnest(columns: Sequence[str]) -> str:
    arrays = (f"${at}::{_TYPES[name]}[]" for at, name in enumerate(columns, 2))
    return f"unnest($1::uuid[], {', '.join(arrays)}) AS u(id, {', '.join(columns)})"


_NEWER = {"changed_at": "greatest(u.changed_at, d.changed_at)"}
"""A batch that began earlier may come last: what the late list showed in between stands."""


def _update(columns: Sequence[str]) -> str:
    changes = ", ".join(f"{name} = {_NEWER.get(name, 'u.' + name)}" for name in columns)
    if "changed_at" in columns:  # the cause proposed for what it was may no longer be right
        changes += ", uncaused = true"
    return f"UPDATE dossier d SET {changes} FROM {_unnest(columns)} WHERE d.id = u.id"


_UPDATE = _update(COLUMNS)
_INSERT = f"INSERT INTO dossier (id, {', '.join(COLUMNS)}) SELECT * FROM {_unnest(COLUMNS)} ON CONFLICT (id) DO NOTHING"


def row_of(record: asyncpg.Record) -> Row:
    """Return a row of the table."""
    own, *values = record.values()
    return Row(own, False, *values)


async def lock(conn: Connection, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Lock and return the dossiers, in id order; those not heard of before come back new and empty."""
    wanted = sorted(ids)
    found = {record["id"]: row_of(record) for record in await conn.fetch(_SELECT, wanted)}
    return {own: found.get(own) or Row(own, is_new=True) for own in wanted}


async def save(conn: Connection, rows: Iterable[Row]) -> None:
    """Write rows that `lock` returned: one UPDATE for the known, one INSERT for the new.

    Raises SerializationError, which the batch survives by being done again, where another worker heard of a
    new dossier at the same moment.
    """
    ordered = sorted(rows, key=attrgetter("id"))
    known = [row for row in ordered if not row.is_new]
    new = [row for row in ordered if row.is_new]
    if known:
        await conn.execute(_UPDATE, *_columns(known, COLUMNS))
    if new:
        done = await conn.execute(_INSERT, *_columns(new, COLUMNS))
        if int(done.rsplit(" ", 1)[1]) < len(new):
            raise asyncpg.SerializationError("another worker heard of the same new dossier")


async def save_some(conn: Connection, rows: Sequence[Row], columns: Collection[str]) -> None:
    """Write back some columns of known rows."""
    if rows:
        names = [name for name in COLUMNS if name in columns]
        await conn.execute(_update(names), *_columns(rows, names))


def _columns(rows: Sequence[Row], names: Sequence[str]) -> list[list[Any]]:
    columns: list[list[Any]] = [[row.id for row in rows]]
    for name in names:
        values = list(map(attrgetter(name), rows))
        columns.append([orjson.dumps(value) for value in values] if name in _JSON else values)
    return columns
