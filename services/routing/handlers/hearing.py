"""What the topics tell: dossiers come in and are routed, registers become history, clocks are noted.

Set-based: one lock, one save, one outbox statement per batch, however many dossiers are in it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.codes import Origin
from contracts.envelope import DossierEvent
from contracts.intake import DossierCorrected, DossierReceived, HistoryImported, ImportEnded, IntakeEvent
from contracts.routing import ImportRouted, LegAssigned, RoutingEvent
from contracts.sla import SlaEvent, Snapshot
from libs import outbox
from libs.clock import VN, utcnow
from libs.db import Connection
from libs.ids import derived_id, uuid7
from services.routing import metrics
from services.routing.domain.desks import choose
from services.routing.domain.history import History
from services.routing.domain.moving import corrected
from services.routing.domain.process import Rulebook, open_leg
from services.routing.domain.say import Say
from services.routing.handlers.moving import pass_on
from services.routing.handlers.reference import Reference
from services.routing.handlers.speaking import Talk
from services.routing.store import barriers, clocks, desks, dossiers


class Hearing:
    """The pipeline's handler: `await Hearing(reference)(conn, events)`."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def __call__(self, conn: Connection, events: Sequence[DossierEvent]) -> None:
        """Apply a batch inside its transaction."""
        now = utcnow()
        news = [e for e in events if isinstance(e, IntakeEvent) and not isinstance(e, ImportEnded)]
        await self._intake(conn, news, now)
        await clocks.save(conn, _newest(events))
        for event in events:
            if isinstance(event, ImportEnded):
                await _pass_barrier(conn, event, now)

    async def _intake(self, conn: Connection, news: list[IntakeEvent], now: datetime) -> None:
        if not news:
            return
        rows = await dossiers.lock(conn, {event.subject for event in news})
        talks = {dossier: Talk(row, now) for dossier, row in rows.items()}
        book = self._reference.book
        for event in news:
            talk = talks[event.subject]
            before = talk.dossier() if isinstance(event, DossierCorrected) else None
            talk.row.add(event)
            _answer(talk, event, book)
            if before is not None:
                talk.say(corrected(talk.dossier(), before, event.time))
        await _assign(conn, talks)
        await finish(conn, list(talks.values()))


def _answer(talk: Talk, event: IntakeEvent, book: Rulebook) -> None:
    """Say what follows from an intake event."""
    if isinstance(event, DossierReceived):
        dossier = talk.dossier()
        at = event.time
        talk.say(open_leg(dossier, 1, at=at, on=at.astimezone(VN).date(), book=book))
        if dossier.head is not None and book.process_of(dossier.head) is None:
            metrics.DEFAULT_PROCESS.inc()
        if _is_live(event):
            pass_on(talk, book)
    elif isinstance(event, HistoryImported):
        history = History(talk.dossier(), lambda name: derived_id(event.id, name))
        talk.say(history.read(event))
        pass_on(talk, book)


async def _assign(conn: Connection, talks: dict[UUID, Talk]) -> None:
    """Give each live leg that was just opened to the desk with the least open work, where there is one."""
    await assign(conn, [talk for talk in talks.values() if any(map(_is_live, talk.row.fresh))])


def _is_live(event: DossierEvent) -> bool:
    return isinstance(event, DossierReceived) and event.data.origin is Origin.LIVE


async def assign(conn: Connection, talks: Sequence[Talk]) -> None:
    """Assign the current leg of each dossier, if its unit has officers registered for the leg's role."""
    legs = [(talk, leg) for talk in talks if (leg := talk.dossier().leg) is not None and leg.officer is None]
    if not legs:
        return
    offered = await desks.lock(conn, {leg.unit for _, leg in legs})
    for talk, leg in legs:
        officer = choose(offered.get((leg.unit, leg.role), {}))
        if officer is not None:
            talk.say([Say(LegAssigned, talk.now, LegAssigned.Data(leg_no=leg.no, officer=officer))])


async def finish(conn: Connection, talks: Sequence[Talk]) -> None:
    """Write rows and outbox of the dossiers talked about."""
    await dossiers.save(conn, [(talk.row, talk.dossier()) for talk in talks])
    said: list[RoutingEvent] = [event for talk in talks for event in talk.said]
    await outbox.put(conn, said)
    for name, number in Counter(event.name for event in said).items():
        metrics.SAID.labels(name).inc(number)


def _newest(events: Sequence[DossierEvent]) -> dict[UUID, clocks.Clock]:
    heard: dict[UUID, clocks.Clock] = {}
    for event in events:
        if isinstance(event, SlaEvent) and isinstance(event.data, Snapshot):
            clock = heard.setdefault(event.subject, clocks.Clock(event.data))
            clock.hear(event, event.data)
    return heard


async def _pass_barrier(conn: Connection, event: ImportEnded, now: datetime) -> None:
    """Pass an import's barrier on, after everything said so far, in the same partition and under the same subject."""
    await barriers.passed(conn, event, now)
    data = event.data
    routed = ImportRouted(
        id=uuid7(),
        time=now,
        recordedtime=now,
        subject=event.subject,
        dossierseq=1,
        data=ImportRouted.Data(
            batch=data.batch, partition=data.partition, partitions=data.partitions, dossiers=data.dossiers
        ),
    )
    await outbox.put(conn, [routed], data.partition)
    metrics.SAID.labels(routed.name).inc()
