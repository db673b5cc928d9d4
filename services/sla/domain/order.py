"""One order for facts that came in any order: repeats dropped, corrections applied first, roles dealt out."""

from collections.abc import Iterable
from operator import attrgetter

from services.sla.domain.answer import Note, Remark
from services.sla.domain.facts import Fact, FactKind

_KEY = attrgetter("tick", "rank", "emitter", "seq", "part", "id")
_TICK = attrgetter("tick")
_ENDINGS = frozenset({FactKind.RESOLVED, FactKind.REFUSED, FactKind.WITHDRAWN, FactKind.STOPPED})
_ROLES = _ENDINGS | {
    FactKind.RECEIVED,
    FactKind.RETURNED,
    FactKind.VOIDED,
    FactKind.CORRECTED,
    FactKind.SUBMITTED,
    FactKind.HANDED_IN,
}
_QUESTIONS = frozenset({FactKind.INTAKE_SUPPLEMENT_REQUESTED, FactKind.SUPPLEMENT_REQUESTED})
_BEFOREHAND = frozenset(
    {FactKind.INTAKE_SUPPLEMENT_REQUESTED, FactKind.SUPPLEMENT_PROVIDED, FactKind.PAYMENT_MADE}
)
"""What is usual before reception: the counter has an online filing completed before it receives it."""
_NEVER = 1 << 62


def _is_tangled(ordered: list[Fact]) -> bool:
    """Tell whether facts need more than their times to be put in order: some coincide, or replace others."""
    previous = -_NEVER
    for fact in ordered:
        if fact.tick == previous or fact.replaces is not None:
            return True
        previous = fact.tick
    return False


class Cast:
    """The facts of a dossier with their roles: reception, end, those between in order, and those left aside.

    `apologies` are letters that went out after the end. `submitted` says when an online filing came: a fact of its
    own, else the reception that states it; `first_asked` is the counter's first request to complete it.

    Of rival endings the earliest in order is the end; a return without any ending stands for it.
    """

    __slots__ = (
        "apologies",
        "end",
        "first_asked",
        "ignored",
        "received",
        "received_tick",
        "rest",
        "submitted",
        "voided",
    )

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.received: Fact | None = None
        self.received_tick = 0
        self.end: Fact | None = None
        self.voided: Fact | None = None
        self.submitted: Fact | None = None
        self.first_asked: Fact | None = None
        self.rest: list[Fact] = []
        self.apologies: list[Fact] = []
        self.ignored: list[Remark] = []
        ordered = sorted(facts, key=_TICK)
        self._bound(self._deal(self._settled(ordered) if _is_tangled(ordered) else ordered))

    def _settled(self, ordered: list[Fact]) -> list[Fact]:
        """Return the facts without repeats, and without those that others replace."""
        settled = []
        previous = None
        replacing = False
        for fact in sorted(ordered, key=_KEY):
            if (
                previous
                and fact.tick == previous.tick
                and fact.id == previous.id
                and fact.part == previous.part
            ):
                continue
            settled.append(fact)
            previous = fact
            if fact.replaces is not None:
                replacing = True
        return self._replaced(settled) if replacing else settled

    def _replaced(self, ordered: list[Fact]) -> list[Fact]:
        """Leave aside what was replaced; of several replacements of one event the last in order stands."""
        latest = {fact.replaces: fact for fact in ordered if fact.replaces is not None}
        kept = []
        for fact in ordered:
            by = latest.get(fact.id)
            is_mended = by is not None and fact.kind is FactKind.RECEIVED and by.kind is FactKind.CORRECTED
            is_outdone = fact.replaces is not None and latest[fact.replaces].id != fact.id
            if is_outdone or (by is not None and not is_mended):
                self.ignored.append(Remark(Note.SUPERSEDED, fact))
            else:
                kept.append(fact)
        return kept

    def _deal(self, ordered: list[Fact]) -> list[Fact]:
        """Take reception and voiding, and return the endings; a return comes after all true endings."""
        endings = []
        returns = []
        corrected = None
        for fact in ordered:
            kind = fact.kind
            if kind not in _ROLES:
                self.rest.append(fact)
            elif kind is FactKind.RECEIVED:
                self._receive(fact)
            elif kind is FactKind.RETURNED:
                returns.append(fact)
            elif kind is FactKind.SUBMITTED:
                self.submitted = self.submitted or fact
            elif kind is FactKind.VOIDED:
                self.voided = self.voided or fact
            elif kind is FactKind.CORRECTED:
                corrected = fact.new_tick or corrected
            elif kind is not FactKind.HANDED_IN:
                endings.append(fact)
        if corrected is not None:
            self.received_tick = corrected
        return endings or returns

    def _receive(self, fact: Fact) -> None:
        if self.received is None:
            self.received = fact
            self.received_tick = fact.tick
            if self.submitted is None and fact.new_tick is not None:
                self.submitted = fact
        else:
            self.ignored.append(Remark(Note.SECOND_RECEPTION, fact))

    def _bound(self, endings: list[Fact]) -> None:
        """Choose the end, and leave aside what lies outside the dossier's life."""
        if self.received is None:
            return
        if endings:
            self._choose_end(endings)
        since = self.received_tick
        until, rank = (self.end.tick, self.end.rank) if self.end else (_NEVER, 0)
        lived = []
        is_taken_back = False
        for fact in self.rest:
            tick = fact.tick
            if tick < since:
                self._before_reception(fact)
            elif tick > until or (tick == until and fact.rank > rank):
                self._after_end(fact)
            else:
                lived.append(fact)
                is_taken_back = is_taken_back or fact.kind is FactKind.SUPPLEMENT_CANCELLED
        self.rest = self._without_taken_back(lived) if is_taken_back else lived

    def _choose_end(self, endings: list[Fact]) -> None:
        for fact in endings:
            if fact.tick < self.received_tick:
                self.ignored.append(Remark(Note.BEFORE_RECEPTION, fact))
            elif self.end is None:
                self.end = fact
            elif fact.kind is not FactKind.RETURNED:
                self.ignored.append(Remark(Note.RIVAL_ENDING, fact))

    def _before_reception(self, fact: Fact) -> None:
        if fact.kind is FactKind.INTAKE_SUPPLEMENT_REQUESTED:
            self.first_asked = self.first_asked or fact
        elif fact.kind not in _BEFOREHAND:
            self.ignored.append(Remark(Note.BEFORE_RECEPTION, fact))

    def _after_end(self, fact: Fact) -> None:
        if fact.kind is FactKind.APOLOGISED:
            self.apologies.append(fact)
        else:
            self.ignored.append(Remark(Note.AFTER_END, fact))

    def _without_taken_back(self, facts: list[Fact]) -> list[Fact]:
        """Drop each supplement request that was taken back while still open, with its taking back."""
        asked: dict[str, Fact] = {}
        gone: set[str] = set()
        for fact in facts:
            key = fact.request or fact.id
            if fact.kind in _QUESTIONS:
                asked[key] = fact
            elif fact.kind is FactKind.SUPPLEMENT_PROVIDED:
                asked.pop(key if fact.request else next(reversed(asked), key), None)
            elif fact.kind is FactKind.SUPPLEMENT_CANCELLED and key in asked:
                gone |= {asked.pop(key).id, fact.id}
        self.ignored += [Remark(Note.TAKEN_BACK, fact) for fact in facts if fact.id in gone]
        return [fact for fact in facts if fact.id not in gone]
