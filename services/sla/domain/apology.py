"""Where a dossier stands with apology and re-appointment (NĐ 118/2025 Đ.19.6), from facts alone."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from contracts.sla import ClockState, Outcome
from law.moments import DAY, to_moment, to_tick
from services.sla.domain.answer import Answer, Note
from services.sla.domain.clock import outcome_of
from services.sla.domain.facts import Fact, FactKind

LETTERS = frozenset({FactKind.APOLOGISED, FactKind.EXTENDED})
_TOO_LATE = frozenset({Note.APOLOGY_TOO_LATE, Note.EXTENSION_TOO_LATE, Note.AFTER_EXPIRY})


class Letters(StrEnum):
    """What the letters come to: the best of them counts. Whether the dossier is late is another question."""

    EXTENDED = "extended"
    IN_TIME = "in_time"
    TOO_LATE = "too_late"


class ApologyState(StrEnum):
    """What one can list and count; a dossier may be in more than one state."""

    LATE_WITHOUT = "late_without"
    TOO_LATE = "too_late"
    SECOND_REFUSED = "second_refused"
    EXTENDED_OPEN = "extended_open"
    EXTENDED_ON_TIME = "extended_on_time"
    EXTENDED_LATE = "extended_late"
    IN_TIME = "in_time"


NAMES: Mapping[ApologyState, str] = {
    ApologyState.LATE_WITHOUT: "Quá hạn không xin lỗi",
    ApologyState.TOO_LATE: "Xin lỗi muộn",
    ApologyState.SECOND_REFUSED: "Gia hạn lần hai bị từ chối",
    ApologyState.EXTENDED_OPEN: "Đã gia hạn, đang giải quyết",
    ApologyState.EXTENDED_ON_TIME: "Đã gia hạn, đúng hạn theo ngày hẹn mới",
    ApologyState.EXTENDED_LATE: "Đã gia hạn, quá hạn theo ngày hẹn mới",
    ApologyState.IN_TIME: "Đã xin lỗi đúng lúc, không gia hạn",
}


class Apology(NamedTuple):
    """The letters of one dossier. `letter` is the one that counts, `first` the earliest."""

    letters: Letters | None = None
    letter: Fact | None = None
    first: Fact | None = None
    refused: int = 0
    """Extensions beyond what the rule set allows."""

    @property
    def first_at(self) -> datetime | None:
        """Return when the first letter went out."""
        return self.first.time if self.first else None

    @property
    def new_due_at(self) -> datetime | None:
        """Return the appointment the letter that counts names, if it names one."""
        return to_moment(self.letter.new_tick) if self.letter and self.letter.new_tick else None


def apology_of(answer: Answer) -> Apology:
    """Return how a dossier stands with its letters.

    An extension that came too late moves nothing, but its letter is an apology that came too late.
    """
    if answer.state is ClockState.VOIDED:
        return Apology()
    late = [
        remark.fact
        for remark in (*answer.ignored, *answer.flags)
        if _is_late_letter(remark.note, remark.fact)
    ]
    refused = sum(
        remark.note is Note.SECOND_EXTENSION and remark.fact.kind is FactKind.EXTENDED
        for remark in answer.ignored
    )
    used = [mark for mark in answer.marks if mark.kind in LETTERS]
    letters = sorted({(fact.tick, fact.rank, fact.id): fact for fact in (*used, *late)}.items())
    if not letters:
        return Apology(refused=refused)
    first = letters[0][1]
    gone = {fact.id for fact in late}
    timely = [fact for fact in used if fact.id not in gone]
    extension = next((fact for fact in timely if fact.kind is FactKind.EXTENDED), None)
    if extension is not None:
        return Apology(Letters.EXTENDED, extension, first, refused)
    if timely:
        return Apology(Letters.IN_TIME, timely[0], first, refused)
    return Apology(Letters.TOO_LATE, first, first, refused)


def _is_late_letter(note: Note, fact: Fact) -> bool:
    return note in _TOO_LATE and fact.kind in LETTERS


def states_of(answer: Answer, apology: Apology, *, is_late: bool) -> tuple[ApologyState, ...]:
    """Return every state a dossier is in; `is_late`: it is, or ended, late against the appointment that holds."""
    found = []
    if apology.letters is None and is_late:
        found.append(ApologyState.LATE_WITHOUT)
    elif apology.letters is Letters.TOO_LATE:
        found.append(ApologyState.TOO_LATE)
    elif apology.letters is Letters.IN_TIME:
        found.append(ApologyState.IN_TIME)
    elif apology.letters is Letters.EXTENDED:
        found.append(_extended(answer, is_late=is_late))
    if apology.refused:
        found.append(ApologyState.SECOND_REFUSED)
    return tuple(found)


def _extended(answer: Answer, *, is_late: bool) -> ApologyState:
    if is_late:
        return ApologyState.EXTENDED_LATE
    return ApologyState.EXTENDED_OPEN if answer.end is None else ApologyState.EXTENDED_ON_TIME


def outcome_by_due(*, ended_at: datetime | None, due: datetime | None, exact: bool) -> Outcome | None:
    """Return how an ended dossier stands against an appointment, as if nothing had moved it.

    `exact`: judged by the moment, else by the date (of Việt Nam). None while it is open or without appointment.
    """
    if ended_at is None or due is None:
        return None
    end, until = to_tick(ended_at), to_tick(due)
    return outcome_of(end, due=until, late=until if exact else (until // DAY + 1) * DAY)
