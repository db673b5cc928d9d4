"""Open dossiers by the million, each as its facts fold it: a few hundred real rows, multiplied in the database."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import asyncpg

from bench import load
from contracts.catalogue import CalendarDay, CalendarDecision, CalendarDecisionItem, DayKind, DecisionOrigin
from contracts.codes import Channel, Reason
from contracts.envelope import DossierEvent
from contracts.intake import DossierReceived
from contracts.routing import LegOpened, LegRole, SupplementRequested
from contracts.topics import to_bytes, topic_of
from libs.catalogue import Catalogue
from libs.catalogue_store import mirror
from libs.clock import VN
from libs.ids import uuid7
from services.sla.domain.reading import facts_of
from services.sla.handlers.judge import judge, rejudge
from services.sla.handlers.ladder import set_next
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.dossiers import COLUMNS, Row, save
from services.sla.store.packing import entry_of, pack

CLOSED = 2
"""The day after `monday` that the decision closes: Wednesday."""
_RECEIVED = 2
"""Days of the week on which dossiers are received, before that one."""
_OPEN = frozenset({"running", "paused"})
_CHUNK = 100_000
_UNIT = "N66.C24169"
_TEMPLATE = "CREATE TABLE template AS SELECT row_number() OVER () - 1 AS place, d.* FROM dossier d"
_FILL = f"""
INSERT INTO dossier (id, {", ".join(COLUMNS)})
SELECT (lpad(to_hex(n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid, {", ".join(COLUMNS)}
FROM generate_series($1::int, $2::int) AS n JOIN template t ON t.place = n % (SELECT count(*) FROM template)
"""
_DONE = """
TRUNCATE dossier, outbox, recompute, recompute_lane, deadline_move, catalogue_item, calendar_audit, calendar_proposal
"""


async def fill(pool: asyncpg.Pool, number: int, monday: date) -> None:
    """Let the schema hold so many open dossiers, received in the week of `monday`, and the reference data.

    Ids ascend as the rows were written, like those of dossiers received one after the other.
    """
    await pool.execute(_DONE, timeout=600)
    items = load.catalogue()
    async with pool.acquire() as conn, conn.transaction():
        for topic in {topic_of(item) for item in items}:
            own = [item for item in items if topic_of(item) == topic]
            await mirror(conn, topic, [(i.key, at, to_bytes(i).decode()) for at, i in enumerate(own)])
        await save(conn, _rows(Rulebook(Catalogue.of(items)), monday))
        await conn.execute("DROP TABLE IF EXISTS template")
        await conn.execute(_TEMPLATE)
        await conn.execute("TRUNCATE dossier")
    for first in range(1, number + 1, _CHUNK):
        await pool.execute(_FILL, first, min(number, first + _CHUNK - 1), timeout=600)
    await pool.execute("DROP TABLE template")
    await pool.execute("INSERT INTO recompute (decision, version, revision, first_day, last_day, created_at, done_at)"
                       " SELECT code, version, revision, now(), now(), now(), now() FROM catalogue_item"
                       " WHERE kind = 'calendar'")  # fmt: skip
    await pool.execute("VACUUM (ANALYZE) dossier", timeout=3_600)


def closing(on: date) -> CalendarDecision:
    """Return a decision that closes a day in the whole country."""
    days = (CalendarDay(date=on, kind=DayKind.CLOSED, name="Bão"),)
    return CalendarDecision(
        code="VN.BENCH", version=1, document="Công điện", days=days, origin=DecisionOrigin.DECISION
    )


async def decide(pool: asyncpg.Pool, monday: date) -> None:
    """Let a decision that moves every one of them arrive in the catalogue."""
    on = monday + timedelta(days=CLOSED)
    data = closing(on)
    now = datetime.combine(on, datetime.min.time(), VN)
    item = CalendarDecisionItem(
        id=uuid7(), time=now, recordedtime=now, subject="calendar/VN.BENCH/1", data=data
    )
    async with pool.acquire() as conn, conn.transaction():
        await mirror(conn, topic_of(item), [(item.key, 1_000_000, to_bytes(item).decode())])


def _rows(rulebook: Rulebook, monday: date) -> list[Row]:
    """Return rows of dossiers as they come: every day and hour of a week, some waiting for a supplement."""
    made = []
    limits = [procedure for procedure in rulebook.catalogue.procedures() if procedure.limits]
    moments = product(range(_RECEIVED), range(8, 17, 2), range(40))
    for at, (day, hour, _) in enumerate(moments):
        received = datetime.combine(monday + timedelta(days=day), datetime.min.time(), VN) + timedelta(
            hours=hour, minutes=at % 60
        )
        procedure = limits[at % len(limits)]
        made.append(_row(_story(received, procedure, waits=at % 10 == 0, number=at), rulebook, received))
    trial = rulebook.with_decision(closing(monday + timedelta(days=CLOSED)))
    return [row for row in made if row.state in _OPEN and _moves(row, trial)]


def _moves(row: Row, trial: Rulebook) -> bool:
    """Tell whether the decision will move a dossier: one that nothing moves is no work to be measured."""
    other = replace(row)
    rejudge(other, trial, now=row.changed_at)  # type: ignore[arg-type]
    return other.due_current != row.due_current


def _story(received: datetime, procedure: Any, *, waits: bool, number: int) -> list[DossierEvent]:
    """Return what intake and routing say of a dossier: received, sent to its desk, perhaps asked for a paper."""
    data = DossierReceived.Data(
        code=f"H66.01-{received:%y%m%d}-{number:04d}", procedure_code=procedure.code,
        procedure_version=procedure.version, field=procedure.field, channel=Channel.COUNTER, receiving_unit=_UNIT,
        competent_unit=_UNIT, rule_set=procedure.rule_set or "nd-118-2025",
    )  # fmt: skip
    leg = LegOpened.Data(leg_no=1, role=LegRole.APPRAISE, unit=_UNIT, competent_unit=_UNIT)
    said: list[tuple[type[Any], Any]] = [(DossierReceived, data), (LegOpened, leg)]
    if waits:
        said.append(
            (SupplementRequested, SupplementRequested.Data(request=uuid7(), reason=Reason.MISSING_PAPER))
        )
    subject, events = uuid7(), []
    for seq, (kind, body) in enumerate(said, 1):
        when = received + timedelta(hours=seq - 1)
        events.append(
            kind(id=uuid7(), subject=subject, dossierseq=seq, time=when, recordedtime=when, data=body)
        )
    return events


def _row(events: list[DossierEvent], rulebook: Rulebook, now: datetime) -> Row:
    row = Row(events[0].subject, is_new=True, seq=1, revision=1, changed_at=now)
    for event in events:
        row.facts += [pack(fact) for fact in facts_of(event)]
        entry = entry_of(event)
        if entry is not None:
            row.story.append(list(entry))
    answer = judge(row, rulebook, now=now)
    set_next(row, answer, now=now)
    return row
