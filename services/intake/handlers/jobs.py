"""The long work of imports, one transaction per piece, under the batch's row lock: a crash loses nothing.

Whoever finds a batch in a state ending in -ing carries on where the last commit left it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from contracts.codes import Reason
from contracts.intake import DossierVoided
from libs import outbox
from libs.catalogue import Catalogue
from libs.db import POISON, Connection, transaction
from libs.ids import imported_id
from libs.stream import explain
from services.intake import metrics
from services.intake.domain.register.cells import Terms
from services.intake.domain.register.dossiers import Draft
from services.intake.domain.register.say import Plan, plan
from services.intake.domain.register.units import WithUnits, read_units
from services.intake.handlers.applying import apply_next
from services.intake.handlers.desk import Saying, law_of, say
from services.intake.handlers.judging import Judged, judge, settle
from services.intake.store import batches, plans

_CHECKED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is done at once: dossiers per transaction, and how many events may wait for the relay (0: any)."""

    chunk: int = 1000
    ahead: int = 50_000


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work: the locked row of its batch, and what it is done with."""

    row: Any
    catalogue: Catalogue
    now: datetime
    pace: Pace


async def work(pool: asyncpg.Pool, catalogue: Catalogue, *, now: datetime, pace: Pace) -> bool:
    """Do one piece of the oldest unfinished batch nobody works on; return whether there was anything to do.

    A batch that the database itself refuses has failed, with the reason; what was applied of it may be voided.
    """
    batch = None
    try:
        async with transaction(pool) as conn:
            row = await batches.lock_busy(conn)
            metrics.IMPORT_BUSY.set(row is not None)
            if row is None:
                return False
            batch = row["id"]
            await _PIECES[row["state"]](conn, Piece(row, catalogue, now, pace))
    except POISON as error:
        if batch is None:
            raise
        async with transaction(pool) as conn:
            await batches.note(conn, batch, state="failed", problem=explain(error))
    return True


async def _apply(conn: Connection, piece: Piece) -> None:
    pace = piece.pace
    if pace.ahead and await plans.outbox_length(conn, upto=pace.ahead + 1) > pace.ahead:
        await asyncio.sleep(0.05)  # dossiers that come in live must not queue behind a whole register
        return
    await apply_next(conn, piece.row, now=piece.now, size=pace.chunk)


async def _check(conn: Connection, piece: Piece) -> None:
    row, catalogue = piece.row, piece.catalogue
    batch = row["id"]
    if not row["after_code"]:
        row = await _begin(conn, row, catalogue)
    found = await batches.chunk(conn, batch, after=row["after_code"], size=_CHECKED)
    if not found:
        await batches.refuse_orphans(conn, batch)
        await conn.execute("ANALYZE import_dossier", timeout=batches.SLOW)
        await batches.note(conn, batch, state="checked", last_ord=0)
        return
    terms = Terms(
        reference=WithUnits(catalogue, await plans.units(conn, batch)),
        law=law_of(catalogue),
        scope=None if row["scope"] is None else frozenset(row["scope"]),
        now=piece.now,
    )
    judged = await asyncio.to_thread(judge, found, terms)
    settle(judged, await plans.known(conn, [draft.code for draft in judged.drafts]))
    await _keep(conn, row, judged)
    await batches.note(conn, batch, after_code=found[-1]["code"])


async def _begin(conn: Connection, row: Any, catalogue: Catalogue) -> Any:
    batch = row["id"]
    nameless = await batches.begin_check(conn, batch)
    units, refusals = read_units(await batches.rows_of(conn, batch, "units"), reference=catalogue)
    await plans.put_units(conn, batch, units)
    await batches.put_rejects(conn, batch, refusals)
    zero = dict.fromkeys(("accepted", "skipped", "differing", "applied", "last_ord"), 0)
    await batches.note(conn, batch, checked=nameless, refused=nameless, **zero)
    return await batches.lock(conn, batch)


async def _keep(conn: Connection, row: Any, judged: Judged) -> None:
    batch, first = row["id"], row["last_ord"] + 1
    drafts = judged.drafts
    planned = await asyncio.to_thread(_plans, drafts, row, await plans.voided(conn, [d.code for d in drafts]))
    await plans.put_plans(conn, batch, planned, first=first)
    differing = [
        (first + n, d.code, d.procedure_code, d.declared, d.appointment.due_at)
        for n, d in enumerate(drafts)
        if d.differs and d.declared and d.appointment.due_at
    ]
    await plans.put_differences(conn, batch, differing)
    await batches.put_rejects(conn, batch, judged.refusals)
    await batches.note(
        conn,
        batch,
        checked=row["checked"] + judged.rows,
        accepted=row["accepted"] + len(drafts),
        skipped=row["skipped"] + judged.skipped,
        refused=row["refused"] + judged.refused,
        differing=row["differing"] + len(differing),
        last_ord=row["last_ord"] + len(drafts),
    )


def _plans(drafts: list[Draft], row: Any, voided: dict[str, int]) -> list[Plan]:
    planned = []
    for draft in drafts:
        times = voided.get(draft.code, 0)
        source = f"{row['source']}~{times}" if times else row["source"]
        planned.append(plan(draft, dossier=imported_id(source, draft.code), batch=row["id"]))
    return planned


async def _void(conn: Connection, piece: Piece) -> None:
    row, now = piece.row, piece.now
    batch = row["id"]
    done = await plans.void_next(conn, batch, after=row["after_id"], size=piece.pace.chunk, at=now)
    if not done:
        await batches.drop_lines(conn, batch)
        await plans.drop(conn, batch)
        await batches.note(conn, batch, state="voided")
        return
    data = DossierVoided.Data(reason=Reason.BATCH_VOIDED, officer=row["created_by"])
    await outbox.put(
        conn,
        [
            say(DossierVoided, Saying(dossier=each["id"], seq=each["seq"], at=now, now=now), data)
            for each in done
        ],
    )
    await batches.note(conn, batch, after_id=done[-1]["id"], voided=row["voided"] + len(done))


_PIECES: dict[str, Callable[[Connection, Piece], Awaitable[None]]] = {
    "checking": _check,
    "applying": _apply,
    "voiding": _void,
}
