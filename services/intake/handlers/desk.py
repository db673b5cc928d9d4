"""Who asks, when, and with which reference data: what every command of the counter is given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID
from weakref import WeakKeyDictionary

from contracts.envelope import Payload
from contracts.intake import IntakeEvent
from law.rule_set import rule_sets
from libs.catalogue import Catalogue
from libs.errors import ConflictError, DomainError, ManyErrors
from libs.ids import uuid7
from libs.tokens import Identity
from services.intake.domain.lawbook import LawBook
from services.intake.domain.problems import Problem

_BOOKS: WeakKeyDictionary[Catalogue, LawBook] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One piece of work: the person, the scope, the moment, and the catalogue of that moment."""

    catalogue: Catalogue
    staff: UUID
    scope: frozenset[str] | None
    now: datetime

    @property
    def law(self) -> LawBook:
        """Return the law as the catalogue's calendars have it."""
        return law_of(self.catalogue)


def desk_of(identity: Identity, catalogue: Catalogue, now: datetime) -> Desk:
    """Return the desk of a person at a moment."""
    return Desk(catalogue=catalogue, staff=identity.staff_id, scope=identity.scope(catalogue), now=now)


def law_of(catalogue: Catalogue) -> LawBook:
    """Return the law book of a catalogue, made once for each."""
    book = _BOOKS.get(catalogue)
    if book is None:
        book = _BOOKS[catalogue] = LawBook(catalogue.calendar_decisions, rule_sets=rule_sets())
    return book


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Of which dossier, as its how-manieth event of ours, and when what is said happened."""

    dossier: UUID
    seq: int
    at: datetime
    now: datetime


def say(kind: type[IntakeEvent], saying: Saying, data: Payload) -> IntakeEvent:
    """Return an event of ours."""
    return kind(  # type: ignore[call-arg]  # every event names its own type
        id=uuid7(),
        time=saying.at,
        recordedtime=saying.now,
        subject=saying.dossier,
        dossierseq=saying.seq,
        data=data,
    )


def refuse(problems: Iterable[Problem]) -> NoReturn:
    """Raise what is wrong with an input, every rule by its name."""
    raise ManyErrors([DomainError(p.field, p.rule, p.message, source=p.source) for p in problems])


def forbid(problem: Problem | None) -> None:
    """Raise the problem of an action that a dossier's state does not allow."""
    if problem is not None:
        raise ConflictError(problem.field, problem.rule, problem.message, source=problem.source)
