"""Dossiers by the million for the clockwork: sla's schema alone, filled in the database from one real row."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import orjson

from contracts.sla import Rung
from deploy.local import servers_only
from deploy.local.kafka_admin import KafkaAdmin
from deploy.local.settings import LocalSettings
from law.moments import DAY, to_tick
from libs.db import open_pool
from services.sla.settings import SlaSettings
from tests.namespace import Namespace

PARTS = 12
_CHUNK = 500_000
_FACT = [0, 10, "intake", 1, "01a201e3-3e78-7743-9c62-d66fe3385e0d", "received", 0, *[None] * 7]
_STORY = {"code": "H01.01-260302-000001", "procedure_code": "1.000001", "procedure_version": 1, "field": "ho-tich",
          "channel": "counter", "receiving_unit": "P01.C001", "competent_unit": "P01.C001",
          "rule_set": "nd-118-2025"}  # fmt: skip
_FILL = """
INSERT INTO dossier (id, seq, revision, facts, story, code, procedure_code, field, channel, competent_unit,
    reception_unit, province, level, rule_set, received_at, state, due_original, due_current, late_at, late_since,
    ladder, next_rung_at, changed_at)
SELECT gen_random_uuid(), 1, 1, $4::jsonb, $5::jsonb,
    CASE WHEN NOT $9 THEN 'H01.01-260302-' || lpad(n::text, 8, '0') END, '1.000001',
    'ho-tich', 'counter', 'P01.C001', 'P01.C001', 'P01', 'commune', 'nd-118-2025', $2, 'running', $2, $2, $2,
    CASE WHEN NOT $9 THEN $2::timestamptz END,
    jsonb_build_array(jsonb_build_array('overdue', $6::bigint + n % $8::bigint), jsonb_build_array('overdue_5', $7::bigint)),
    $2::timestamptz + make_interval(secs => (n % $8::bigint) / 1000000.0), $3
FROM generate_series(1, $1::int) AS n
"""


@dataclass(frozen=True)
class Alarms:
    """Sla's schema and topics on the bench's own servers."""

    namespace: Namespace
    pool: asyncpg.Pool

    async def fill(
        self, number: int, at: datetime, *, over: timedelta = timedelta(microseconds=1), slim: bool = False
    ) -> None:
        """Add running dossiers that fall due at `at`, or evenly in the time `over` after it.

        `slim`: without facts and outside the late lists' indexes, for tables of many millions.
        """
        tick, micros = to_tick(at), max(1, over // timedelta(microseconds=1))
        facts = orjson.dumps([] if slim else [_FACT])
        entry = [tick, 10, "intake", 1, "DossierReceived", _FACT[4], None, _STORY]
        story = orjson.dumps([] if slim else [entry])
        since, later = at - timedelta(days=5), tick + 7 * DAY
        for done in range(0, number, _CHUNK):
            size = min(_CHUNK, number - done)
            await self.pool.execute(
                _FILL, size, at, since, facts, story, tick, later, micros, slim, timeout=1_800
            )
        await self.pool.execute("VACUUM (ANALYZE) dossier", timeout=3_600)

    async def caught_up(self, at: datetime) -> None:
        """Note that all inputs up to `at` are applied."""
        await self.pool.execute(
            "INSERT INTO stream_offset (grp, topic, part, next_offset)"
            " SELECT 'sla', t, p, 0 FROM unnest($1::text[]) t, generate_series(0, $2 - 1) p ON CONFLICT DO NOTHING",
            ["intake.events", "routing.events"], PARTS,
        )  # fmt: skip
        await self.pool.execute(
            "INSERT INTO stream_caught_up (grp, topic, part, at) SELECT grp, topic, part, $1 FROM stream_offset"
            " ON CONFLICT (grp, topic, part) DO UPDATE SET at = excluded.at", at,
        )  # fmt: skip

    async def empty(self) -> None:
        """Forget every dossier and what was to be said."""
        await self.pool.execute("TRUNCATE dossier, outbox")

    def settings(self) -> Any:
        """Return sla's settings."""
        return self.namespace.settings("sla", SlaSettings)


RUNG = Rung.OVERDUE
"""What rings first in a filled table."""


@asynccontextmanager
async def alarms() -> AsyncIterator[Alarms]:
    """Start the servers if nobody has, make sla's schema and the topics; drop them in the end."""
    base = LocalSettings()
    settings = base.model_copy(update={"home_override": base.cache / "bench"})
    with servers_only.shared(settings, linger=2) as servers:
        namespace = Namespace(servers, KafkaAdmin(servers.kafka), services=("sla",))
        await namespace.create()
        try:
            async with await open_pool(namespace.settings("sla", SlaSettings)) as pool:
                yield Alarms(namespace, pool)
        finally:
            await namespace.drop()
