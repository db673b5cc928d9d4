"""Small events for tests of the toolbox."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from contracts.envelope import DossierEvent
from contracts.intake import DossierWithdrawn
from contracts.routing import LegClaimed
from contracts.topics import key_of, to_bytes, topic_of
from libs.inbox_rules import Arrival, Record

SPACE = UUID("01a20136-e577-74d6-a9a8-3e9aafbe6fc8")
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def dossier(number: int) -> UUID:
    return uuid5(SPACE, f"dossier {number}")


def event(number: int, emitter: str, seq: int, twin: int = 0) -> DossierEvent:
    """Return the event `seq` of a dossier and emitter; another `twin` is another event under the same number."""
    common = {
        "id": uuid5(SPACE, f"{number} {emitter} {seq} {twin}"),
        "time": NOON,
        "recordedtime": NOON,
        "subject": dossier(number),
        "dossierseq": seq,
    }
    if emitter == "intake":
        return DossierWithdrawn(**common, data=DossierWithdrawn.Data())
    return LegClaimed(**common, data=LegClaimed.Data(leg_no=1, officer=SPACE))


def record(what: DossierEvent, offset: int = 0, part: int = 0) -> Record:
    return Record(topic_of(what), part, offset, key_of(what).encode(), to_bytes(what))


def arrival(what: DossierEvent) -> Arrival:
    came = record(what)
    return Arrival(what, came.topic, came.value or b"", came)
