"""The screens' queries: one file each, run with its thresholds, scoped, paged and counted.

A query yields `dossier, event, part, at, recorded_at, value`; its `:names` are thresholds, `:since` and `:until`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from libs.db import Pool

_NAME = re.compile(r"(?<!:):([a-z_]+)")
_MOMENTS = frozenset({"since", "until"})
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
_COLUMNS = """f.at, f.recorded_at, f.value, f.event, f.part, f.dossier, d.code, d.procedure_code, d.field,
d.competent_unit, d.holder, d.rule_set, d.origin, d.received_at, d.due_current, d.state, d.outcome, d.ended_at"""


class Place(NamedTuple):
    """Where a page ended."""

    at: datetime
    dossier: UUID
    event: UUID
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which findings: of a screen with its thresholds, in a span [since, until), of some units (None: all)."""

    screen: str
    thresholds: Mapping[str, int]
    units: frozenset[str] | None
    since: datetime = EVER[0]
    until: datetime = EVER[1]


@cache
def query(screen: str) -> str:
    """Return the documented query of a screen, as its file has it."""
    return (Path(__file__).parent / f"{screen}.sql").read_text("utf-8")


def bound(wanted: Wanted) -> tuple[str, list[Any]]:
    """Return a screen's findings within scope and span, and the parameters."""
    values: list[Any] = [None if wanted.units is None else sorted(wanted.units), wanted.since, wanted.until]
    places = {"since": 2, "until": 3}
    for name, value in wanted.thresholds.items():
        values.append(value)
        places[name] = len(values)

    def place(match: re.Match[str]) -> str:
        kind = "timestamptz" if match[1] in _MOMENTS else "int"
        return f"${places[match[1]]}::{kind}"

    text = "\n".join(line for line in query(wanted.screen).splitlines() if not line.startswith("--"))
    sql = f"""({_NAME.sub(place, text)}) f JOIN dossier d ON d.id = f.dossier
    WHERE f.at >= $2 AND f.at < $3
      AND ($1::text[] IS NULL OR d.competent_unit = ANY($1))"""
    return sql, values


async def page(pool: Pool, wanted: Wanted, after: Place | None, limit: int) -> Sequence[asyncpg.Record]:
    """Return up to `limit` findings, the newest first, after a place."""
    sql, values = bound(wanted)
    beyond = ""
    if after is not None:
        first = len(values) + 1
        beyond = (
            f"AND (f.at, f.dossier, f.event, f.part) < (${first}, ${first + 1}, ${first + 2}, ${first + 3})"
        )
        values += after
    rows: Sequence[asyncpg.Record] = await pool.fetch(
        f"SELECT {_COLUMNS} FROM {sql} {beyond} ORDER BY f.at DESC, f.dossier DESC, f.event DESC, f.part DESC"
        f" LIMIT {limit:d}",
        *values,
    )
    return rows


class Count(NamedTuple):
    """How much a screen found."""

    findings: int
    dossiers: int
    units: int


async def count(pool: Pool, wanted: Wanted) -> Count:
    """Return how many findings, dossiers and units a screen has."""
    sql, values = bound(wanted)
    row = await pool.fetchrow(
        "SELECT count(*)::int, count(DISTINCT f.dossier)::int, count(DISTINCT d.competent_unit)::int FROM "
        + sql,
        *values,
    )
    return Count(*row)


async def by_unit(pool: Pool, wanted: Wanted) -> Sequence[asyncpg.Record]:
    """Return how many findings and dossiers each unit has, the most first."""
    sql, values = bound(wanted)
    rows: Sequence[asyncpg.Record] = await pool.fetch(
        "SELECT d.competent_unit AS unit, count(*)::int AS findings, count(DISTINCT f.dossier)::int AS dossiers FROM "
        + sql + " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50",
        *values,
    )  # fmt: skip
    return rows
