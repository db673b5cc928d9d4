"""What reporting does by the clock: renew the gauges, prove that buckets equal rows."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, perf_counter
from typing import Any

import asyncpg
import structlog
from prometheus_client import Gauge

from libs.clock import VN
from libs.db import TRANSIENT
from libs.pulse import beat
from services.reporting.metrics import FiguresCollector, Sample, Snapshot
from services.reporting.store import buckets, figures

PROVE_EVERY = 600.0
MISMATCHES = Gauge("bucket_mismatches", "Buckets that differ from the rows they count (up to 100).")
_WINDOWS = ("1d", "7d", "30d", "mtd", "ytd")
_OUTCOMES = ("early", "on_time", "late")
log = structlog.get_logger()


@dataclass(slots=True)
class Refresher:
    """Renews the gauges; figures of a closed year are counted again only when one of its dossiers changed."""

    pool: asyncpg.Pool
    collector: FiguresCollector
    now: Callable[[], datetime]
    closed: dict[int, tuple[int, tuple[Sample, ...]]] = field(default_factory=dict)

    async def run(self, every: float) -> None:
        """Renew for ever, and prove the buckets now and then; a failing database only makes figures stale."""
        proved = -PROVE_EVERY
        while True:
            try:
                await self.refresh()
                beat()
                if monotonic() - proved > PROVE_EVERY:
                    proved = monotonic()
                    await self.prove()
            except TRANSIENT as error:
                self.collector.succeeded = False
                log.warning("figures are stale", error=type(error).__name__)
            await asyncio.sleep(every)

    async def refresh(self) -> None:
        """Take a snapshot in one read-only transaction and show it."""
        began = perf_counter()
        async with (
            self.pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            as_of = self.now()
            by_window = await figures.windows(conn, as_of.astimezone(VN).date())
            open_now = await figures.open_dossiers(conn)
            communes = await figures.communes_with_overdue(conn)
            objectives = await figures.objectives(conn)
            periods = await self._periods(conn, as_of)
        self.collector.snapshot = Snapshot(
            as_of=as_of,
            taken=monotonic(),
            seconds=perf_counter() - began,
            open=_summed(((r["province"], r["field"], r["state"]), r["n"]) for r in open_now),
            windows=_windows(by_window, "province"),
            field_windows=_windows(by_window, "field"),
            periods=periods,
            objectives=tuple(((r["field"],), float(r["ratio"])) for r in objectives),
            oldest_overdue=_oldest(open_now),
            communes_with_overdue=tuple(((r["province"] or "",), r["n"]) for r in communes),
        )
        self.collector.succeeded = True

    async def _periods(self, conn: Any, as_of: datetime) -> tuple[Sample, ...]:
        samples: list[Sample] = []
        for year, changes in (await figures.years(conn)).items():
            begin, end = datetime(year, 1, 1, tzinfo=VN), datetime(year + 1, 1, 1, tzinfo=VN)
            known = self.closed.get(year)
            if known is None or known[0] != changes or as_of < end:
                counted = await figures.period(conn, begin, min(end, as_of))
                known = (
                    changes,
                    tuple(((r["province"], r["level"], str(year), r["outcome"]), r["n"]) for r in counted),
                )
                self.closed[year] = known
            samples += known[1]
        return tuple(samples)

    async def prove(self) -> None:
        """Compare buckets with rows; any difference is our bug, and an alert."""
        async with self.pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            found = await buckets.differences(conn)
        MISMATCHES.set(len(found))
        if found:
            log.error("buckets differ from rows", differences=len(found))


def _summed(pairs: Iterable[tuple[tuple[str | None, ...], int]]) -> tuple[Sample, ...]:
    total: Counter[tuple[str, ...]] = Counter()
    for labels, n in pairs:
        total[tuple(label or "" for label in labels)] += n
    return tuple(sorted((labels, float(n)) for labels, n in total.items()))


def _windows(records: Iterable[Any], label: str) -> tuple[Sample, ...]:
    """Return one sample per label, window and outcome; outcomes that nobody had are 0, being known."""
    total: Counter[tuple[str, str, str]] = Counter()
    for record in records:
        for window in _WINDOWS:
            for outcome in _OUTCOMES:
                total[record[label] or "", window, outcome] += 0
            total[record[label] or "", window, record["outcome"]] += record[window] or 0
    return tuple(sorted((labels, float(n)) for labels, n in total.items()))


def _oldest(records: Iterable[Any]) -> tuple[Sample, ...]:
    oldest: dict[str, float] = {}
    for record in records:
        if record["oldest"] is not None:
            key = record["province"] or ""
            oldest[key] = min(oldest.get(key, float("inf")), record["oldest"].timestamp())
    return tuple(((province,), at) for province, at in sorted(oldest.items()))
