"""What sla said last about each dossier: columns of its row that nothing else writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.sla import ClockPaused, DueSoon, LatenessExplained, Overdue, SlaEvent, Snapshot, WaitExpired
from libs.db import Connection

_KEEPS_WAIT = (ClockPaused, DueSoon, Overdue, LatenessExplained)
_SAVE = """
INSERT INTO dossier AS d (id, clock_state, due_current, late_at, sla_revision, wait_expired_at)
SELECT i, s, due, late, r, expired
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::int[], $6::timestamptz[])
     AS x(i, s, due, late, r, expired)
ORDER BY i
ON CONFLICT (id) DO UPDATE SET clock_state = excluded.clock_state, due_current = excluded.due_current,
    late_at = excluded.late_at, sla_revision = excluded.sla_revision,
    wait_expired_at = CASE WHEN d.id = ANY($7::uuid[]) THEN d.wait_expired_at
                           ELSE excluded.wait_expired_at END
"""


@dataclass(slots=True)
class Clock:
    """The newest snapshot of a batch; `keeps` leaves an earlier WaitExpired standing."""

    snapshot: Snapshot
    wait_expired_at: datetime | None = None
    keeps: bool = True

    def hear(self, event: SlaEvent, snapshot: Snapshot) -> None:
        """Take the next event of the same dossier."""
        self.snapshot = snapshot
        if isinstance(event, WaitExpired):
            self.wait_expired_at, self.keeps = event.time, False
        elif not isinstance(event, _KEEPS_WAIT):
            self.wait_expired_at, self.keeps = None, False


async def save(conn: Connection, clocks: Mapping[UUID, Clock]) -> None:
    """Store the newest snapshots; dossiers never heard of get a row without a head."""
    if not clocks:
        return
    ids = sorted(clocks)
    news = [clocks[dossier] for dossier in ids]
    await conn.execute(
        _SAVE,
        ids,
        [c.snapshot.state for c in news],
        [c.snapshot.due_current for c in news],
        [c.snapshot.late_at for c in news],
        [c.snapshot.revision for c in news],
        [c.wait_expired_at for c in news],
        [dossier for dossier in ids if clocks[dossier].keeps],
    )
