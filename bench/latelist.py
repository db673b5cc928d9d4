"""The late list among very many dossiers, a tenth of them late: its pages against the bare indexed query."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import asyncpg
import orjson

from bench.alarms import alarms
from bench.figures import Figures, Tell
from law.moments import at_vn, vn_date
from libs.catalogue import Catalogue
from libs.clock import utcnow
from services.sla.handlers.late_list import LateList
from services.sla.handlers.question import Sort
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.late import COLUMNS
from services.sla.store.late_filter import LateFilter, Position

GOAL = 1.5
_PAGE, _DEEP, _LOOKS, _CHUNK = 50, 50, 60, 250_000
_DAYS = 250
_FILL = """
INSERT INTO dossier (id, seq, revision, facts, story, code, procedure_code, field, channel, competent_unit,
    reception_unit, province, level, rule_set, received_at, state, due_original, due_current, late_at, late_since,
    ended_at, ending, outcome, overdue, holder, holder_since, late_days, cause, responsible_unit, cause_by, uncaused,
    changed_at, standing_at)
SELECT uuidv7(), 3, 3, $3::jsonb, $4::jsonb, 'H01.01-260302-' || lpad(n::text, 8, '0'), '1.' || lpad((n % 200)::text, 6, '0'),
    CASE WHEN n % 50 = 0 THEN 'dat-dai' ELSE 'ho-tich' END, 'counter', 'P01.C' || n % 180, 'P01.C' || n % 180, 'P01',
    'commune', 'nd-118-2025', at - interval '9 days', CASE WHEN is_open THEN 'running' ELSE 'stopped' END, at, at, at,
    CASE WHEN is_late THEN at END, CASE WHEN NOT is_open THEN $5::timestamptz END, CASE WHEN NOT is_open THEN 'resolved' END,
    CASE WHEN NOT is_open THEN CASE WHEN is_late THEN 'late' ELSE 'early' END END, is_late, 'P01.C' || n % 180, at,
    CASE WHEN is_late AND NOT is_open THEN (n % 60)::int ELSE 0 END,
    CASE WHEN is_late THEN 'staff_fault' END, CASE WHEN is_late THEN 'P01.C' || n % 180 END,
    CASE WHEN is_late THEN 'clock' END, NOT is_late, $5, $5
FROM (SELECT n, n % 10 = 0 AS is_late, n % 20 = 0 AS is_open,
             $5::timestamptz - make_interval(days => (1 + (n * 7919::bigint) % $6::bigint)::int) AS at
      FROM generate_series($1::bigint, $2::bigint) AS n) AS x
"""
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = current_schema() AND tablename = 'dossier' AND indexname <> 'dossier_pkey'
"""
_OPEN = f"""
SELECT {COLUMNS} FROM dossier WHERE ended_at IS NULL AND late_since <= $1 AND (late_since, id) > ($2, $3)
ORDER BY late_since, id LIMIT {_PAGE + 1}"""
_CLOSED = f"""
SELECT {COLUMNS} FROM dossier WHERE ended_at IS NOT NULL AND late_since <= $1
  AND (-late_days, late_since, id) > ($4::int, $2, $3) ORDER BY -late_days, late_since, id LIMIT {_PAGE + 1}"""
_BARE = {
    Sort.EARLIEST: f"""
        SELECT {COLUMNS} FROM dossier WHERE late_since <= $1 AND (late_since, id) > ($2, $3)
        ORDER BY late_since, id LIMIT {_PAGE + 1}""",
    Sort.LATENESS: f"({_OPEN}) UNION ALL ({_CLOSED})",
}
"""The rows of a page as their indexes give them: one index, or by lateness that of the open and that of the ended."""
_FACT = [0, 10, "intake", 1, "01a201e3-3e78-7743-9c62-d66fe3385e0d", "received", 0, *[None] * 8]


async def measure(figures: Figures, *, runs: int, number: int, tell: Tell) -> None:
    """Measure the first and the 50th page in both orders, and the totals, each in turn with its bare query."""
    async with alarms() as made:
        await _fill(made.pool, number, utcnow(), tell)
        listed = {sort: LateList(made.pool, Rulebook(Catalogue.of([])), sort=sort) for sort in Sort}
        wanted = LateFilter(as_of=utcnow(), scope=None)
        for sort, of in listed.items():
            places = {"first page": None, "50th page": await _after(of, wanted)}
            for _ in range(runs):
                for name, after in places.items():
                    await _compare(made.pool, figures, (sort, name), of, wanted, after, tell)
        for _ in range(runs):
            await _totals(made.pool, figures, listed[Sort.EARLIEST], wanted, tell)
    for sort in Sort:
        for name in ("first page", "50th page"):
            what = f"{name} by {sort}"
            figures.compare(f"late list, {what} / bare query (at most {GOAL})", what, f"{what}, bare")
    figures.compare("late list, totals with buckets / bare count", "totals", "totals, bare")


async def _fill(pool: asyncpg.Pool, number: int, now: datetime, tell: Tell) -> None:
    facts = orjson.dumps([_FACT] * 5)
    story = orjson.dumps(
        [[0, 10, "intake", 1, "DossierReceived", _FACT[4], None, {"code": "H01.01-260302-000001"}]] * 3
    )
    began = time.monotonic()
    midnight = at_vn(vn_date(now))
    indexes = await pool.fetch(_INDEXES)
    await pool.execute("ALTER TABLE dossier SET UNLOGGED")
    await pool.execute("ALTER TABLE dossier DISABLE TRIGGER USER")
    for index in indexes:
        await pool.execute(f"DROP INDEX {index['indexname']}")
    for first in range(1, number + 1, _CHUNK):
        last = min(number, first + _CHUNK - 1)
        await pool.execute(_FILL, first, last, facts, story, midnight, _DAYS, timeout=900)
    for index in indexes:
        await pool.execute(index["indexdef"], timeout=3_600)
    await pool.execute("ALTER TABLE dossier ENABLE TRIGGER USER")
    await pool.execute("VACUUM (ANALYZE) dossier", timeout=3_600)
    late = await pool.fetchval("SELECT count(*) FROM dossier WHERE late_since IS NOT NULL", timeout=600)
    tell(f"  {number:,} dossiers, {late:,} of them late, in {time.monotonic() - began:.0f} s")


async def _after(of: LateList, wanted: LateFilter) -> Position | None:
    """Return where the 50th page begins."""
    after: Position | None = None
    for _ in range(_DEEP - 1):
        _, after = await of.page(wanted, after, _PAGE)
    return after


async def _compare(  # noqa: PLR0913, PLR0917 - what is compared with what
    pool: asyncpg.Pool,
    figures: Figures,
    what: tuple[Sort, str],
    of: LateList,
    wanted: LateFilter,
    after: Position | None,
    tell: Tell,
) -> None:
    sort, page = what
    start = (after.late_since, after.id) if after else (wanted.as_of - timedelta(days=9_999), _FACT[4])
    place = () if sort is Sort.EARLIEST else (-(after.days or 0) if after else -9_999,)

    async def bare() -> object:
        return await pool.fetch(_BARE[sort], wanted.as_of, *start, *place)

    async def ours() -> object:
        return await of.page(wanted, after, _PAGE)

    name = f"{page} by {sort}"
    best = await _best(ours, bare)
    for each, value in zip((name, f"{name}, bare"), best, strict=True):
        figures.add(each, "ms", value)
    tell(f"  {name}: {best[0]:.2f} ms, bare {best[1]:.2f} ms")


async def _totals(pool: asyncpg.Pool, figures: Figures, of: LateList, wanted: LateFilter, tell: Tell) -> None:
    async def bare() -> object:
        return await pool.fetchval(
            "SELECT count(*) FROM dossier WHERE late_since IS NOT NULL AND late_since <= $1", wanted.as_of
        )

    async def ours() -> object:
        return await of.totals(wanted)

    best = await _best(ours, bare, looks=4)
    figures.add("totals", "ms", best[0])
    figures.add("totals, bare", "ms", best[1])
    tell(f"  totals with buckets: {best[0]:.0f} ms, bare count {best[1]:.0f} ms")


async def _best(*works: Callable[[], Awaitable[object]], looks: int = _LOOKS) -> list[float]:
    """Return the best of several looks of each in milliseconds, taken in turn: others use the machine too."""
    best = [float("inf")] * len(works)
    for _ in range(looks):
        for at, work in enumerate(works):
            began = time.perf_counter()
            await work()
            best[at] = min(best[at], 1_000 * (time.perf_counter() - began))
    return best


def run(figures: Figures, *, runs: int, number: int, tell: Tell) -> None:
    """Measure in an event loop of its own."""
    asyncio.run(measure(figures, runs=runs, number=number, tell=tell))
