"""Rates and gauges: one view of where every dossier stands, used by page, CSV, metric and report alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from libs.db import Connection
from services.reporting.domain.rates import OUTCOMES, Counts

VN = "'Asia/Ho_Chi_Minh'"


class By(StrEnum):
    """What the rows of a table of rates stand for."""

    LEVEL = "level"
    PROVINCE = "province"
    UNIT = "unit"
    FIELD = "field"
    PROCEDURE = "procedure"
    CHANNEL = "channel"
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Basis(StrEnum):
    """Which moment selects a dossier: its reception, or when its outcome fell."""

    RECEPTION = "reception"
    OUTCOME = "outcome"


_KEY = {
    By.LEVEL: "level",
    By.PROVINCE: "province",
    By.UNIT: "unit",
    By.FIELD: "field",
    By.PROCEDURE: "procedure_code",
    By.CHANNEL: "channel",
    By.DAY: f"to_char(moment AT TIME ZONE {VN}, 'YYYY-MM-DD')",
    By.MONTH: f"to_char(moment AT TIME ZONE {VN}, 'YYYY-MM')",
    By.QUARTER: f"""to_char(moment AT TIME ZONE {VN}, 'YYYY-"Q"Q')""",
    By.YEAR: f"to_char(moment AT TIME ZONE {VN}, 'YYYY')",
}
_HELD_THEN = """(
    SELECT stay->>1 FROM jsonb_array_elements(path) WITH ORDINALITY AS p (stay, place)
    WHERE (stay->>0)::bigint < extract(epoch FROM $1::timestamptz) * 1000000 ORDER BY place DESC LIMIT 1)"""
# With a cut-off a dossier stands where it stood just before it, in the unit that held it then; without one, where its events have put it.
_STANDING = f"""
WITH standing AS (
    SELECT level, province,
           CASE WHEN $1::timestamptz IS NULL OR path IS NULL THEN coalesce(moved_unit, received_unit)
                ELSE coalesce({_HELD_THEN}, received_unit) END AS unit, field, procedure_code, channel,
           received_at, late_at, ended_at, outcome,
           CASE WHEN $1::timestamptz IS NULL THEN
                    CASE WHEN state = 'error' THEN 'uncomputable'
                         WHEN ended_at IS NOT NULL AND outcome IS NOT NULL THEN outcome
                         WHEN overdue THEN 'open_late' ELSE 'open_in_time' END
                WHEN state = 'error' THEN 'uncomputable'
                WHEN ended_at < $1 AND outcome IS NOT NULL THEN outcome
                WHEN late_at < $1 THEN 'open_late' ELSE 'open_in_time' END AS stands
    FROM dossier
    WHERE NOT voided AND received_at IS NOT NULL AND ($1::timestamptz IS NULL OR received_at < $1)
), selected AS (
    SELECT *, CASE WHEN $2 = 'reception' THEN received_at
                   WHEN stands IN ('late', 'open_late') THEN coalesce(late_at, ended_at)
                   WHEN stands = 'open_in_time' OR (stands = 'uncomputable' AND ended_at >= $1) THEN NULL
                   ELSE ended_at END AS moment
    FROM standing
)
SELECT {{key}} AS key, {", ".join(f"count(*) FILTER (WHERE stands = '{o}')::int AS {o}" for o in OUTCOMES)}
FROM selected
WHERE moment IS NOT NULL
  AND ($3::date IS NULL OR moment >= $3::date::timestamp AT TIME ZONE {VN})
  AND ($4::date IS NULL OR moment < ($4::date + 1)::timestamp AT TIME ZONE {VN})
  AND ($5::text[] IS NULL OR unit = ANY($5))
  AND ($6::text IS NULL OR channel = $6)
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which dossiers a table of rates counts. Days are inclusive, Asia/Ho_Chi_Minh; `units` None: all.

    `as_of` is exclusive: how things stood just before it. None: as they stand.
    """

    basis: Basis = Basis.RECEPTION
    first_day: date | None = None
    last_day: date | None = None
    units: frozenset[str] | None = None
    channel: str | None = None
    as_of: datetime | None = None


async def counts(conn: Connection, by: By, selection: Selection) -> dict[str, Counts]:
    """Return the counts of the selected dossiers per key, in key order."""
    records = await conn.fetch(
        _STANDING.format(key=_KEY[by]),
        selection.as_of,
        selection.basis.value,
        selection.first_day,
        selection.last_day,
        None if selection.units is None else sorted(selection.units),
        selection.channel,
    )
    return {record["key"] or "": Counts(**{o: record[o] for o in OUTCOMES}) for record in records}


_PERIOD = """
SELECT province, level, stands AS outcome, count(*)::int AS n FROM (
    SELECT province, level,
           CASE WHEN state = 'error' THEN 'uncomputable'
                WHEN ended_at < $2 AND outcome IS NOT NULL THEN outcome
                WHEN late_at < $2 THEN 'open_late' ELSE 'open_in_time' END AS stands
    FROM dossier WHERE NOT voided AND received_at >= $1 AND received_at < $2
) AS s GROUP BY 1, 2, 3
"""
_OPEN = """
SELECT province, field,
       CASE WHEN overdue THEN 'overdue' WHEN state = 'paused' THEN 'paused'
            WHEN due_soon THEN 'due_soon' ELSE 'within' END AS state,
       count(*)::int AS n, min(late_at) FILTER (WHERE overdue) AS oldest
FROM dossier WHERE ended_at IS NULL AND NOT voided AND received_at IS NOT NULL GROUP BY 1, 2, 3
"""
_COMMUNES = """
SELECT province, count(DISTINCT coalesce(moved_unit, received_unit))::int AS n
FROM dossier WHERE ended_at IS NULL AND NOT voided AND overdue AND level = 'commune' GROUP BY 1
"""
_WINDOWS = """
SELECT province, field, CASE outcome WHEN 'open_late' THEN 'late' ELSE outcome END AS outcome,
       sum(n) FILTER (WHERE day = $1)::int AS "1d", sum(n) FILTER (WHERE day > $1 - 7)::int AS "7d",
       sum(n) FILTER (WHERE day > $1 - 30)::int AS "30d",
       sum(n) FILTER (WHERE day >= date_trunc('month', $1::timestamp)::date)::int AS mtd,
       sum(n) FILTER (WHERE day >= date_trunc('year', $1::timestamp)::date)::int AS ytd
FROM bucket WHERE basis = 'o' AND day <= $1 AND day >= least($1 - 30, date_trunc('year', $1::timestamp)::date)
GROUP BY 1, 2, 3
"""


async def period(conn: Connection, begin: datetime, end: datetime) -> list[Any]:
    """Return (province, level, outcome, n) of dossiers received from `begin`, as they stood just before `end`."""
    return list(await conn.fetch(_PERIOD, begin, end))


async def years(conn: Connection) -> dict[int, int]:
    """Return the years of reception with a number that grows whenever their figures change."""
    return {
        r["year"]: r["changes"]
        for r in await conn.fetch("SELECT year, changes FROM changed_year ORDER BY year")
    }


async def open_dossiers(conn: Connection) -> list[Any]:
    """Return (province, field, state, n, oldest overdue) of the open dossiers."""
    return list(await conn.fetch(_OPEN))


async def communes_with_overdue(conn: Connection) -> list[Any]:
    """Return (province, n): communes that hold an overdue dossier."""
    return list(await conn.fetch(_COMMUNES))


async def windows(conn: Connection, today: date) -> list[Any]:
    """Return (province, field, outcome) with counts for 1d, 7d, 30d, month and year to date."""
    return list(await conn.fetch(_WINDOWS, today))


async def objectives(conn: Connection) -> Sequence[Any]:
    """Return (field, ratio); field `*` holds for all without one of their own."""
    return list(await conn.fetch("SELECT field, ratio FROM objective ORDER BY field"))
