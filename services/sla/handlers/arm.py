"""The barrier of an import: once both topics were applied up to it, its dossiers are armed in silence."""

from datetime import datetime

from contracts.intake import ImportEnded
from contracts.routing import ImportRouted
from contracts.sla import ImportTimed, SlaEvent
from libs import outbox
from libs.db import Connection
from libs.ids import uuid7
from services.sla.handlers.announce import Occasion, said, statements, utter
from services.sla.handlers.judge import judge, late_since
from services.sla.handlers.ladder import set_next, silence
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import dossiers, imports
from services.sla.store.dossiers import Row
from services.sla.store.imports import Gate

CHUNK = 1_000
Barrier = ImportEnded | ImportRouted


async def pass_barrier(conn: Connection, event: Barrier, rulebook: Rulebook, now: datetime) -> None:
    """Note a barrier; when intake's and routing's are both there, arm the partition and say ImportTimed.

    Both are needed: our topics are read independently, so routing's may be far ahead of intake's.
    """
    data = event.data
    gate = Gate(data.batch, data.partition, data.partitions, data.dossiers)
    moments = {"ended_at" if isinstance(event, ImportEnded) else "routed_at": now}
    if not await imports.reach(conn, gate, **moments):
        return
    await imports.hold(conn)
    await imports.arm_closed(conn, gate, now)
    while ids := await imports.unarmed(conn, gate, CHUNK):
        rows = list((await dossiers.lock(conn, ids)).values())
        events = [each for row in rows for each in arm(row, rulebook, now)]
        await dossiers.save(conn, rows)
        await outbox.put(conn, events)
    await imports.note_timed(conn, gate, now)
    timed = ImportTimed(
        id=uuid7(), time=event.time, recordedtime=now, subject=event.subject, dossierseq=1,
        data=ImportTimed.Data(**data.model_dump()),
    )  # fmt: skip
    await outbox.put(conn, [timed], partition=gate.part)


def arm(row: Row, rulebook: Rulebook, now: datetime) -> list[SlaEvent]:
    """Arm one open dossier: rungs already past are marked in silence, but a lateness becomes known."""
    before = said(row)
    row.armed = True
    answer = judge(row, rulebook, now=now)
    set_next(row, answer, now=now)
    silence(row, now=now)
    row.late_since = late_since(row)
    row.overdue = row.late_since is not None and row.late_since <= now
    row.changed_at = now
    return [utter(row, statement, now) for statement in statements(before, row, answer, Occasion(now))]
