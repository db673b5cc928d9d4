"""The proof of the receipt numbers: every number that was drawn stands on a dossier."""

from datetime import date, datetime

import asyncpg

from libs.db import Connection

_GAPS = """
SELECT c.agency, c.day, c.last, coalesce(d.found, 0) AS found FROM receipt_counter c
LEFT JOIN (
    SELECT regexp_replace(code, '-[0-9]+$', '') AS prefix, count(*) AS found FROM dossier
    WHERE origin = 'live' AND code IS NOT NULL AND recorded_at >= $2 GROUP BY 1
) d ON d.prefix = c.agency || '-' || to_char(c.day, 'YYMMDD')
WHERE c.day >= $1 AND c.last <> coalesce(d.found, 0) ORDER BY c.day, c.agency
"""


async def gaps(conn: Connection, *, since: date, since_moment: datetime) -> list[asyncpg.Record]:
    """Return the agencies and days whose last number is not the number of their dossiers: none, or our bug.

    `since_moment` is the first moment of the day `since` in Việt Nam.
    """
    rows: list[asyncpg.Record] = await conn.fetch(_GAPS, since, since_moment)
    return rows
