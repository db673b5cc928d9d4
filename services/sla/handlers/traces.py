"""What folds leave beside the rows: which entries stand out, and the letters of apology. Collected, then written once."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from law.moments import to_moment
from libs.db import Connection
from services.sla.domain.answer import Answer
from services.sla.domain.apology import LETTERS, Apology, apology_of
from services.sla.domain.facts import Fact, FactKind
from services.sla.domain.signals import Signal, may_stand_out, signals_of
from services.sla.store import traces
from services.sla.store.dossiers import Row
from services.sla.store.packing import unpack

_LETTERS = frozenset(kind.value for kind in LETTERS)
_REFUSED = FactKind.EXTENDED.value
_LIVE = "live"
_TICK, _KIND, _DELAY = 0, 5, 14
"""Places in a packed fact; rows of an older version end before the delay."""


@dataclass(slots=True)
class Traces:
    """The traces of a batch's dossiers."""

    known: set[UUID] = field(default_factory=set)
    signals: dict[UUID, list[tuple[Any, ...]]] = field(default_factory=dict)
    apologies: dict[UUID, list[tuple[Any, ...]]] = field(default_factory=dict)

    def note(self, row: Row, answer: Answer) -> None:
        """Note what a dossier's facts leave; `answer` is their fold."""
        if not row.is_new:
            self.known.add(row.id)
        if answer.received is None or answer.terms is None:
            return
        imported = row.origin != _LIVE
        if any(
            may_stand_out(each[_KIND], each[_TICK], *each[_DELAY:], answer=answer, imported=imported)
            for each in row.facts
        ):
            found = signals_of(map(unpack, row.facts), answer, imported=imported)
            self.signals[row.id] = [_signal(each) for each in found]
        if any(each[_KIND] in _LETTERS for each in row.facts):
            apology = apology_of(answer)
            if apology.letters is not None or apology.refused:
                self.apologies[row.id] = [_apology(apology, answer)]

    async def save(self, conn: Connection) -> None:
        """Write them."""
        known = await traces.having(conn, self.known)
        await traces.replace_signals(conn, self.signals, known)
        await traces.replace_apologies(conn, self.apologies, known)


def _signal(signal: Signal) -> tuple[Any, ...]:
    recorded = None if signal.recorded is None else to_moment(signal.recorded)
    return (
        UUID(signal.event), signal.part, signal.kind, to_moment(signal.at), recorded, signal.delay, signal.outside,
        signal.number, signal.days, signal.grounded, signal.pauses, signal.early,
    )  # fmt: skip


def _apology(apology: Apology, answer: Answer) -> tuple[Any, ...]:
    letter = apology.letter
    at = apology.first_at or min(
        remark.fact.time for remark in answer.ignored if remark.fact.kind == _REFUSED
    )
    return (
        apology.letters.value if apology.letters else None,
        at,
        letter.time if letter else None,
        letter.reason if letter else None,
        letter.unit if letter else None,
        _id(letter),
        apology.new_due_at,
        apology.refused,
    )


def _id(letter: Fact | None) -> UUID | None:
    return UUID(letter.by) if letter is not None and letter.by else None
