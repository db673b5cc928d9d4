"""What the clock says about a dossier, and its own record of how it came to that."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from contracts.sla import ClockState, Ending, Outcome, Uncomputable
from law.deadline import Terms
from law.moments import to_moment
from law.reckoning import Run
from services.sla.domain.facts import Fact


class Note(StrEnum):
    """Why the fold ignored a fact, or what is remarkable about one it used."""

    SUPERSEDED = "superseded"
    TAKEN_BACK = "taken_back"
    SECOND_RECEPTION = "second_reception"
    BEFORE_RECEPTION = "before_reception"
    AFTER_END = "after_end"
    RIVAL_ENDING = "rival_ending"
    NO_QUESTION = "no_question"
    AFTER_EXPIRY = "after_expiry"
    SUPPLEMENT_BEYOND_MAX = "supplement_beyond_max"
    PAYMENT_COUNTS = "payment_counts"
    SECOND_EXTENSION = "second_extension"
    EXTENSION_TOO_LATE = "extension_too_late"
    EXTENSION_NOT_LATER = "extension_not_later"
    EXTENSION_WITHOUT_DATE = "extension_without_date"
    EXTENSION_OUTSIDE_CALENDAR = "extension_outside_calendar"
    APOLOGY_TOO_LATE = "apology_too_late"
    SECOND_SUPPLEMENT = "second_supplement"
    SUPPLEMENT_NOTICE_LATE = "supplement_notice_late"
    ANSWERED_AFTER_WAIT = "answered_after_wait"
    FILING_NOTICED_LATE = "filing_noticed_late"
    FILING_ANSWERED_LATE = "filing_answered_late"


class Remark(NamedTuple):
    """A fact and what there is to say about it."""

    note: Note
    fact: Fact


class SegmentKind(StrEnum):
    """What the clock did over a stretch of time."""

    WORKED = "worked"
    PAUSED = "paused"


class Segment(NamedTuple):
    """A half-open stretch [since, until) in ticks; `until` None: still going on.

    `run` counts the restarts before it: what was worked in an earlier run no longer counts. `cause` is the fact
    that began it (of a pause: the earliest question still open).
    """

    kind: SegmentKind
    since: int
    until: int | None
    run: int
    cause: Fact


class Answer(NamedTuple):
    """The clock of one dossier, from facts alone; how it looks at a moment is for `standing` to say.

    `state` None: the dossier was not (yet) received, as far as we have heard. Times are kept in ticks and given
    as moments (UTC) by the properties. `due_tick` is the exact deadline, before it was rounded to the
    appointment. `run`s: the one from reception and one for each restart; the last one counts. `marks` are
    neutral facts worth a word in the explanation: consultations, extension, apology, move.
    """

    state: ClockState | None
    received: int | None = None
    due_first: int | None = None
    due: int | None = None
    late: int | None = None
    end: int | None = None
    wait_until: int | None = None
    due_tick: int = 0
    outcome: Outcome | None = None
    ending: Ending | None = None
    error: Uncomputable | None = None
    extended: bool = False
    apologised: Fact | None = None
    supplements: int = 0
    terms: Terms | None = None
    runs: tuple[Run, ...] = ()
    segments: tuple[Segment, ...] = ()
    marks: tuple[Fact, ...] = ()
    ignored: tuple[Remark, ...] = ()
    flags: tuple[Remark, ...] = ()

    @property
    def received_at(self) -> datetime | None:
        """Return when the dossier was received."""
        return _moment(self.received)

    @property
    def starts_at(self) -> datetime | None:
        """Return when the clock first started: at reception, or at the opening after it."""
        return to_moment(self.runs[0].start) if self.runs else None

    @property
    def due_original(self) -> datetime | None:
        """Return the first appointment."""
        return _moment(self.due_first)

    @property
    def due_current(self) -> datetime | None:
        """Return the appointment that holds now; while paused, the one that held when the wait began."""
        return _moment(self.due)

    @property
    def late_at(self) -> datetime | None:
        """Return the first late moment; None while paused (who waits is not late) and without a deadline."""
        return _moment(self.late)

    @property
    def ended_at(self) -> datetime | None:
        """Return when the clock stopped."""
        return _moment(self.end)

    @property
    def wait_expires_at(self) -> datetime | None:
        """Return, while paused, when the applicant's time to answer will be over, if it is limited."""
        return _moment(self.wait_until)

    @property
    def apologised_at(self) -> datetime | None:
        """Return when the first apology or extension went out."""
        return self.apologised.time if self.apologised else None

    @property
    def is_open(self) -> bool:
        """Tell whether the dossier was received and has not ended."""
        return self.state is not None and self.end is None and self.state is not ClockState.VOIDED

    @property
    def restarts(self) -> int:
        """Return how often the whole limit began anew."""
        return max(0, len(self.runs) - 1)

    @property
    def waiting_for(self) -> Fact | None:
        """Return the question the clock waits for, while paused."""
        if self.state is ClockState.PAUSED:
            return self.segments[-1].cause
        return None

    @property
    def waiting_since(self) -> datetime | None:
        """Return since when the clock stands still, while paused."""
        if self.state is not ClockState.PAUSED:
            return None
        since = len(self.segments) - 1
        while since and self.segments[since - 1].kind is SegmentKind.PAUSED:
            since -= 1
        return to_moment(self.segments[since].since)


def _moment(tick: int | None) -> datetime | None:
    return None if tick is None else to_moment(tick)
