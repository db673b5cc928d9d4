"""Day buckets: moved by the batch that moved the rows, and proved against them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from libs.db import Connection
from services.reporting.domain.buckets import Bucket

_ADD = """
INSERT INTO bucket AS b (basis, day, unit, level, province, field, procedure_code, channel, outcome, n)
SELECT * FROM unnest($1::"char"[], $2::date[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::text[], $10::int[])
ON CONFLICT (basis, day, unit, field, procedure_code, channel, outcome, level, province)
DO UPDATE SET n = b.n + EXCLUDED.n
"""
_CHANGED = """
INSERT INTO changed_year AS c (year, changes) SELECT y, 1 FROM unnest($1::int[]) AS y ORDER BY y
ON CONFLICT (year) DO UPDATE SET changes = c.changes + 1
"""
_FROM_ROWS = """
WITH standing AS (
    SELECT *, coalesce(moved_unit, received_unit) AS unit,
           CASE WHEN state = 'error' THEN 'uncomputable'
                WHEN ended_at IS NOT NULL AND outcome IS NOT NULL THEN outcome
                WHEN overdue THEN 'open_late' ELSE 'open_in_time' END AS stands
    FROM dossier WHERE NOT voided AND received_at IS NOT NULL
), counted AS (
    SELECT 'r'::"char" AS basis, received_at AS at, * FROM standing
    UNION ALL
    SELECT 'o', CASE WHEN stands IN ('late', 'open_late') THEN coalesce(late_at, ended_at) ELSE ended_at END, *
    FROM standing WHERE stands <> 'open_in_time' AND (stands <> 'uncomputable' OR ended_at IS NOT NULL)
), rows AS (
    SELECT basis, (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, coalesce(unit, '') AS unit,
           coalesce(level, '') AS level, coalesce(province, '') AS province, coalesce(field, '') AS field,
           coalesce(procedure_code, '') AS procedure_code, coalesce(channel, '') AS channel,
           stands AS outcome, count(*)::int AS n
    FROM counted GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
)
"""
_DIFFERENCES = (
    _FROM_ROWS
    + """
SELECT basis::text, day, unit, level, province, field, procedure_code, channel, outcome,
       coalesce(r.n, 0) AS in_rows, coalesce(b.n, 0) AS in_buckets
FROM rows r FULL JOIN (SELECT * FROM bucket WHERE n <> 0) b
USING (basis, day, unit, level, province, field, procedure_code, channel, outcome)
WHERE coalesce(r.n, 0) <> coalesce(b.n, 0) LIMIT $1
"""
)


async def add(conn: Connection, deltas: Counter[Bucket]) -> None:
    """Move counts, in key order so that two workers never wait for each other in a circle."""
    changes = sorted((key, n) for key, n in deltas.items() if n)
    if not changes:
        return
    columns: list[list[Any]] = [list(column) for column in zip(*(key for key, _ in changes), strict=True)]
    columns[0] = [basis.encode() for basis in columns[0]]
    await conn.execute(_ADD, *columns, [n for _, n in changes])


async def mark_changed(conn: Connection, years: Iterable[int]) -> None:
    """Note the years of reception whose figures changed."""
    await conn.execute(_CHANGED, sorted(set(years)))


async def differences(conn: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """Return where the buckets do not equal the rows they were made from: none, or our bug."""
    return [dict(record) for record in await conn.fetch(_DIFFERENCES, limit)]
