"""An import is said: its dossiers a thousand at a time, then one barrier per partition."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.intake import DossierReceived, ImportEnded
from contracts.topics import PARTITIONS
from libs import outbox
from libs.db import Connection
from libs.ids import derived_id, uuid7
from services.intake import metrics
from services.intake.domain.moments import wire
from services.intake.domain.register.say import complete
from services.intake.domain.register.words import Refusal
from services.intake.handlers.desk import Saying, say
from services.intake.store import batches, plans

_TOPIC = DossierReceived.TOPIC


async def apply_next(conn: Connection, row: Any, *, now: datetime, size: int) -> None:
    """Say the next dossiers of a batch, or, when all are said, end it. `row` is its locked row."""
    batch, after = row["id"], row["last_ord"]
    planned = await plans.next_plans(conn, batch, after=after, size=size)
    if not planned:
        await _end(conn, row, now)
        return
    upto = planned[-1]["ord"]
    inserted = await plans.insert_dossiers(conn, batch, after=after, upto=upto, at=now)
    said = [each for each in planned if each["dossier"] in inserted]
    await plans.put_events(conn, _events(said, wire(now)))
    await plans.put_extras(conn, [(each["dossier"], each["extras"]) for each in said if each["extras"]])
    await plans.mark_applied(conn, batch, after=after, upto=upto, dossiers=inserted)
    late = [each for each in planned if each["dossier"] not in inserted]
    await batches.put_rejects(conn, batch, [_overtaken(each) for each in late])
    await batches.note(
        conn,
        batch,
        last_ord=upto,
        applied=row["applied"] + len(said),
        accepted=row["accepted"] - len(late),
        refused=row["refused"] + len(late),
    )
    metrics.IMPORT_ROWS.labels("applied").inc(len(said))


def _events(said: Sequence[Any], recorded: str) -> list[tuple[str, bytes, bytes]]:
    rows: list[tuple[str, bytes, bytes]] = []
    for each in said:
        key = str(each["dossier"]).encode()
        rows.append((_TOPIC, key, complete(each["received"], event_id=uuid7(), recorded=recorded)))
        rows.append((_TOPIC, key, complete(each["history"], event_id=uuid7(), recorded=recorded)))
    return rows


def _overtaken(each: Any) -> Refusal:
    reason = "Mã này vừa được một đợt nhập khác hoặc quầy tiếp nhận sử dụng"
    return Refusal("register", each["line"], each["code"], "code", "taken", reason)


async def _end(conn: Connection, row: Any, now: datetime) -> None:
    """Say on every partition that all of the batch's dossiers were said; nothing for an empty batch."""
    batch: UUID = row["id"]
    if row["applied"]:
        for partition in range(PARTITIONS):
            data = ImportEnded.Data(
                batch=batch, partition=partition, partitions=PARTITIONS, dossiers=row["applied"]
            )
            saying = Saying(dossier=derived_id(batch, str(partition)), seq=1, at=now, now=now)
            await outbox.put(conn, [say(ImportEnded, saying, data)], partition)
    await batches.drop_lines(conn, batch)
    await batches.note(conn, batch, state="applied", applied_at=now)
