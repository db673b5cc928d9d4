"""The catalogue's tables: what this service publishes, its mirror of all three topics, and reading it."""

import asyncio
import contextlib
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import asyncpg
import structlog
from pydantic import ValidationError

from contracts.catalogue import CatalogueItem
from contracts.topics import parse_item, to_bytes
from libs import metrics, outbox
from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.db import TRANSIENT, Connection
from libs.errors import DomainError, ManyErrors

_KNOWN = """
SELECT p.kind, p.code, p.version, p.digest FROM catalogue_published p
JOIN unnest($1::text[], $2::text[], $3::int[]) AS k(kind, code, version)
  ON p.kind = k.kind AND p.code = k.code AND p.version = k.version
"""
_PUBLISHED = """
INSERT INTO catalogue_published (kind, code, version, digest)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bytea[])
ON CONFLICT (kind, code, version) DO UPDATE SET digest = excluded.digest
"""
_STORED = """
SELECT c.topic, c.item::text AS item FROM catalogue_item c
JOIN unnest($1::text[], $2::text[], $3::int[]) AS k(kind, code, version)
  ON c.kind = k.kind AND c.code = k.code AND c.version = k.version
"""
_MIRROR = """
INSERT INTO catalogue_item AS c (kind, code, version, topic, record_offset, revision, item)
SELECT k, o, v, $7, n, $1, j::jsonb FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[])
     AS x(k, o, v, n, j)
ON CONFLICT (kind, code, version) DO UPDATE
SET record_offset = excluded.record_offset, revision = excluded.revision, item = excluded.item
WHERE c.record_offset < excluded.record_offset
"""
log = structlog.get_logger()
FIXED = frozenset({"calendar"})
"""Kinds whose published versions never change: what was computed by a version is explained by it for ever."""
ALL_KINDS = ("unit", "succession", "procedure", "process", "calendar", "ruleset")


@dataclass(frozen=True, slots=True)
class Published:
    """How many items were new, had other content, or were as before."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def split_key(key: str) -> tuple[str, str, int]:
    """Return kind, code and version of a `kind/code/version`."""
    kind, code, version = key.split("/")
    return kind, code, int(version)


async def publish_items(conn: Connection, items: Sequence[CatalogueItem]) -> Published:
    """Say those of `items` that are new or changed: outbox rows in the open transaction; return the counts.

    For the owner of the kinds only. Compared by content (`data`), not by id or time. Where an item comes
    twice the last one counts. Raises ManyErrors for new content of a published version that must stay (FIXED).
    """
    last = {item.key: item for item in items}
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('catalogue'), hashtext(current_schema()))")
    keys = [split_key(key) for key in last]
    rows = await conn.fetch(_KNOWN, *_columns(keys, 3))
    known = {f"{r['kind']}/{r['code']}/{r['version']}": r["digest"] for r in rows}
    digests = {key: _digest(item) for key, item in last.items()}
    fresh = [key for key in last if known.get(key) != digests[key]]
    fresh = await _without_fixed(conn, fresh, known.keys(), last)
    if fresh:
        columns = _columns([split_key(key) for key in fresh], 3)
        await conn.execute(_PUBLISHED, *columns, [digests[key] for key in fresh])
        await outbox.put(conn, [last[key] for key in fresh])
    changed = sum(key in known for key in fresh)
    return Published(len(fresh) - changed, changed, len(last) - len(fresh))


async def _without_fixed(
    conn: Connection, fresh: list[str], known: Collection[str], items: Mapping[str, CatalogueItem]
) -> list[str]:
    """Return `fresh` without published versions that must stay; a newer program may only write them differently."""
    fixed = [key for key in fresh if key in known and split_key(key)[0] in FIXED]
    if not fixed:
        return fresh
    rows = await conn.fetch(_STORED, *_columns(map(split_key, fixed), 3))
    stored = {item.key: item.data for item in (parse_item(row["topic"], row["item"]) for row in rows)}
    wrong = [key for key in fixed if stored.get(key) != items[key].data]
    if wrong:
        raise ManyErrors([_changed(*split_key(key)) for key in wrong])
    return [key for key in fresh if key not in fixed]


def _changed(_kind: str, code: str, version: int) -> DomainError:
    said = (
        f"{code}: phiên bản {version} đã công bố với nội dung khác; nội dung mới phải mang phiên bản cao hơn"
    )
    return DomainError("version", "version_published", said)


def _digest(item: CatalogueItem) -> bytes:
    return hashlib.sha256(item.data.model_dump_json().encode()).digest()


def _columns(rows: Iterable[tuple[object, ...]], width: int) -> list[list[object]]:
    listed = list(rows)
    return [[row[n] for row in listed] for n in range(width)]


async def mirror(conn: Connection, topic: str, records: Sequence[tuple[str, int, str]]) -> None:
    """Store records (key, offset, JSON text) of a catalogue topic; per item the highest offset stays."""
    last = {key: (*split_key(key), offset, text) for key, offset, text in records}
    revision = await conn.fetchval("UPDATE catalogue_state SET revision = revision + 1 RETURNING revision")
    await conn.execute(_MIRROR, revision, *_columns(last.values(), 5), topic)


async def mirrored_to(conn: Connection) -> dict[str, int]:
    """Return per topic the offset after the last record mirrored."""
    rows = await conn.fetch("SELECT topic, max(record_offset) + 1 AS next FROM catalogue_item GROUP BY topic")
    return {row["topic"]: row["next"] for row in rows}


async def forget_offsets(conn: Connection, topic: str) -> None:
    """Let a topic that was made anew be read from its beginning."""
    await conn.execute("UPDATE catalogue_item SET record_offset = -1 WHERE topic = $1", topic)


class CatalogueMirror:
    """The catalogue this process works with, kept up to date from the table. Read `current` at each use.

    Only `kinds` are read: thousands of successions cost every process that has no use for them memory and
    a second of its start.
    """

    def __init__(self, service: str = "", kinds: Sequence[str] = ALL_KINDS) -> None:
        self.current = Catalogue()
        self.loaded = False
        """Whether the table has been read at all."""
        self._service, self._kinds = service, list(kinds)
        self._items: dict[str, CatalogueItem] = {}

    async def refresh(self, pool: asyncpg.Pool) -> bool:
        """Read what changed since the last time; return whether anything did. One number is asked for first."""
        revision = await pool.fetchval("SELECT revision FROM catalogue_state")
        if self.loaded and revision == self.current.revision:
            return False
        rows = await pool.fetch(
            "SELECT topic, item::text AS item FROM catalogue_item"
            " WHERE revision > $1 AND revision <= $2 AND kind = ANY($3)",
            self.current.revision if self.loaded else -1,
            revision,
            self._kinds,
        )
        for start in range(0, len(rows), 1000):
            for row in rows[start : start + 1000]:
                self._take(row["topic"], row["item"])
            await asyncio.sleep(0)  # other work goes on between thousands
        self.current = Catalogue.of(self._items.values(), revision=revision)
        self.loaded = True
        self._count()
        return True

    def _take(self, topic: str, text: str) -> None:
        try:
            item = parse_item(topic, text)
        except ValidationError as error:  # stored by a newer version of this program
            log.warning("unreadable item", topic=topic, errors=error.error_count())
            return
        self._items[item.key] = item

    def use(self, items: Iterable[CatalogueItem]) -> None:
        """Take these items as the whole catalogue; for tests and tools without tables."""
        self._items = {item.key: item for item in items}
        self.current = Catalogue.of(self._items.values(), revision=self.current.revision + 1)
        self.loaded = True

    async def follow(self, pool: asyncpg.Pool, *, every: float = 1.0) -> None:
        """Refresh each second, for ever; while the database is away the last state stays."""
        while True:
            with contextlib.suppress(*TRANSIENT):
                await self.refresh(pool)
            await asyncio.sleep(every)

    def _count(self) -> None:
        for kind, number in self.current.counts().items():
            metrics.CATALOGUE_ITEMS.labels(self._service, kind).set(number)
        metrics.CATALOGUE_LOADED.labels(self._service).set(utcnow().timestamp())


def as_json(item: CatalogueItem) -> str:
    """Return an item as it is kept in the mirror."""
    return to_bytes(item).decode()
