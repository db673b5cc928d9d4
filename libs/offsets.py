"""How far each partition is applied: the truth about progress, kept beside the effects."""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from libs.db import Connection
from libs.inbox_rules import Record

Partition = tuple[str, int]
"""A topic (without prefix) and a partition number."""
R = TypeVar("R", bound=Record)

_LOCK = """
SELECT topic, part, next_offset FROM stream_offset
WHERE grp = $1 AND (topic, part) IN (SELECT * FROM unnest($2::text[], $3::int[])) ORDER BY topic, part FOR UPDATE
"""
_SEED = """
INSERT INTO stream_offset (grp, topic, part, next_offset)
SELECT $1, t, p, n FROM unnest($2::text[], $3::int[], $4::bigint[]) AS x(t, p, n) ORDER BY t, p
ON CONFLICT DO NOTHING
"""
_STORE = """
UPDATE stream_offset o SET next_offset = n FROM unnest($2::text[], $3::int[], $4::bigint[]) AS x(t, p, n)
WHERE o.grp = $1 AND o.topic = t AND o.part = p
"""
_CAUGHT_UP = """
INSERT INTO stream_caught_up AS c (grp, topic, part, at)
SELECT $1, t, p, a FROM unnest($2::text[], $3::int[], $4::timestamptz[]) AS x(t, p, a) ORDER BY t, p
ON CONFLICT (grp, topic, part) DO UPDATE SET at = greatest(c.at, excluded.at)
"""


class OffsetGapError(RuntimeError):
    """Kafka skipped records of a topic that loses none: stop, and let a person look."""


def _columns(partitions: Iterable[Partition]) -> tuple[list[str], list[int]]:
    pairs = list(partitions)
    return [topic for topic, _ in pairs], [part for _, part in pairs]


async def seed(conn: Connection, group: str, starts: Mapping[Partition, int]) -> None:
    """Create missing rows at the broker's log start; existing ones stay."""
    await conn.execute(_SEED, group, *_columns(starts), list(starts.values()))


async def known(conn: Connection, group: str) -> dict[Partition, int]:
    """Return the next offset of every partition the group ever had."""
    rows = await conn.fetch("SELECT topic, part, next_offset FROM stream_offset WHERE grp = $1", group)
    return {(r["topic"], r["part"]): r["next_offset"] for r in rows}


async def lock(conn: Connection, group: str, partitions: Iterable[Partition]) -> dict[Partition, int]:
    """Lock the partitions' rows, which fences any other owner, and return their next offsets.

    A partition never seen before starts at 0: our topics are kept for ever.
    """
    wanted = sorted(set(partitions))
    rows = await conn.fetch(_LOCK, group, *_columns(wanted))
    if len(rows) < len(wanted):
        await seed(conn, group, dict.fromkeys(wanted, 0))
        rows = await conn.fetch(_LOCK, group, *_columns(wanted))
    return {(r["topic"], r["part"]): r["next_offset"] for r in rows}


async def lock_all(conn: Connection, group: str) -> None:
    """Lock every partition of the group: no worker applies anything until this transaction ends."""
    await conn.execute(
        "SELECT 1 FROM stream_offset WHERE grp = $1 ORDER BY topic, part FOR UPDATE", group
    )  # the same order as every worker


async def skip_to(conn: Connection, group: str, partition: Partition, offset: int) -> None:
    """Step over lost records, forwards only: an operator's answer to OffsetGapError."""
    await conn.execute(
        "UPDATE stream_offset SET next_offset = $4 WHERE grp = $1 AND topic = $2 AND part = $3 AND next_offset < $4",
        group,
        *partition,
        offset,
    )


async def store(conn: Connection, group: str, offsets: Mapping[Partition, int]) -> None:
    """Move the offsets; part of the transaction that applied the records before them."""
    await conn.execute(_STORE, group, *_columns(offsets), list(offsets.values()))


def contiguous(
    records: Iterable[R], offsets: dict[Partition, int]
) -> tuple[list[R], dict[Partition, int], int]:
    """Return the records not applied yet, the offsets after them, and how many were redelivered.

    Raises OffsetGapError where a record lies beyond the expected offset.
    """
    fresh, after, redelivered = [], dict(offsets), 0
    for record in records:
        where = (record.topic, record.part)
        want = after[where]
        if record.offset == want:
            fresh.append(record)
            after[where] = want + 1
        elif record.offset > want:
            raise OffsetGapError(f"{record.topic}-{record.part}: expected offset {want}, got {record.offset}")
        else:
            redelivered += 1
    return fresh, after, redelivered


class Frontier:
    """Up to which moment each partition is applied: ends seen at a moment and reached since. In memory, pure.

    A partition in steady traffic never stands at its end, but it passes the ends it had a second ago.
    """

    def __init__(self, remembered: int = 240) -> None:
        self._seen: dict[Partition, deque[tuple[datetime, int]]] = {}
        self._remembered = remembered

    def saw(self, at: datetime, ends: Mapping[Partition, int]) -> None:
        """Note the partitions' ends, asked for at `at` or later; partitions that went away are forgotten."""
        self._seen = {where: self._seen.get(where, deque(maxlen=self._remembered)) for where in ends}
        for where, end in ends.items():
            self._seen[where].append((at, end))

    def reached(self, known: Mapping[Partition, int]) -> dict[Partition, datetime]:
        """Return for each partition the latest moment whose end the offsets `known` have reached, if any is new."""
        moments = {}
        for where, seen in self._seen.items():
            while seen and seen[0][1] <= known.get(where, 0):
                moments[where] = seen.popleft()[0]
        return moments


async def note_caught_up(conn: Connection, group: str, moments: Mapping[Partition, datetime]) -> None:
    """Note up to which moment each partition is applied."""
    wanted = sorted(moments)
    await conn.execute(_CAUGHT_UP, group, *_columns(wanted), [moments[where] for where in wanted])


async def caught_up_at(conn: Connection, group: str) -> datetime | None:
    """Return the moment up to which all inputs of the group are applied; None while that is unknown."""
    row = await conn.fetchrow(
        "SELECT min(c.at) AS at, count(*) = count(c.at) AS complete"
        " FROM stream_offset o LEFT JOIN stream_caught_up c USING (grp, topic, part) WHERE o.grp = $1",
        group,
    )
    return row["at"] if row and row["complete"] else None
