"""Dup, next, gap, fork, held: what becomes of an arriving event. Pure; the tables are in libs/inbox.py."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from contracts.envelope import DossierEvent
from contracts.topics import BY_NAME

REMEMBERED = 16
_TAIL = 8

Key = tuple[UUID, str]
"""A dossier and an emitter."""


class Wait(StrEnum):
    """Why an event waits in the inbox."""

    GAP = "gap"
    HELD = "held"
    CATALOGUE = "catalogue"


class Fault(StrEnum):
    """Why an event became a dead letter."""

    UNPARSABLE = "unparsable"
    CONTRACT = "contract"
    FORK = "fork"
    POISON = "poison"


class Record(NamedTuple):
    """One Kafka record, its topic named without the prefix."""

    topic: str
    part: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(slots=True, eq=False)
class Arrival:
    """An event that came in, or that waited. `record` is None for one out of the inbox."""

    event: DossierEvent
    topic: str
    value: bytes
    record: Record | None = None
    key: Key = field(init=False)
    """Dossier and emitter."""

    def __post_init__(self) -> None:
        self.key = (self.event.subject, self.event.EMITTER)


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: what arrived, why it cannot be applied, and whose dossier is held for it."""

    topic: str
    fault: Fault
    detail: str
    record: Record | None = None
    arrival: Arrival | None = None
    dossier: UUID | None = None

    @property
    def emitter(self) -> str:
        """Return who wrote the topic."""
        return BY_NAME[self.topic].emitter


class Progress(NamedTuple):
    """How far a dossier's events of one emitter are applied; `recent` ends with the last id's last 8 bytes."""

    seq: int = 0
    event_id: UUID | None = None
    recent: bytes = b""

    def after(self, event: DossierEvent) -> "Progress":
        """Return the progress once `event` is applied too."""
        tail = self.recent[-_TAIL * (REMEMBERED - 1) :] + event.id.bytes[_TAIL:]
        return Progress(event.dossierseq, event.id, tail)

    def knows(self, event: DossierEvent) -> bool:
        """Return whether an event with an old number is the one applied under that number.

        Beyond the remembered ones it is taken to be.
        """
        back = self.seq - event.dossierseq
        end = len(self.recent) - back * _TAIL
        return end < _TAIL or self.recent[end - _TAIL : end] == event.id.bytes[_TAIL:]


NOTHING = Progress()


@dataclass(slots=True)
class State:
    """What the tables say about the dossiers of a batch; changed as the batch is sorted."""

    progress: dict[Key, Progress] = field(default_factory=dict)
    waiting: dict[Key, dict[int, Arrival]] = field(default_factory=dict)
    held: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class Verdict:
    """What becomes of a batch."""

    apply: list[Arrival] = field(default_factory=list)
    park: dict[tuple[Key, int], tuple[Arrival, Wait, str]] = field(default_factory=dict)
    unpark: list[Arrival] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    moved: dict[Key, Progress] = field(default_factory=dict)
    dropped: int = 0
    letters_in_row: int = 0
    """Letters since the last event that could be applied; counts on from what the caller says."""
    worst_row: int = 0
    """The longest such row within the batch."""

    def reject(self, letter: Letter) -> None:
        """Add a dead letter."""
        self.letters.append(letter)
        self.letters_in_row += 1
        self.worst_row = max(self.worst_row, self.letters_in_row)


Missing = Callable[[DossierEvent], str | None]


def nothing_missing(_event: DossierEvent) -> None:
    """Say that every event can be applied at once."""
    return


class Sorter:
    """Sorts one batch. Feed it arrivals and unreadable records in their order, then read `verdict`."""

    def __init__(self, state: State, missing: Missing = nothing_missing, letters_in_row: int = 0) -> None:
        self.state, self.missing = state, missing
        self.verdict = Verdict(letters_in_row=letters_in_row, worst_row=letters_in_row)

    def reject(self, letter: Letter) -> None:
        """Write a dead letter and hold its dossier."""
        self.verdict.reject(letter)
        if letter.dossier is not None:
            self.state.held.add(letter.dossier)

    def take(self, arrival: Arrival) -> None:
        """Decide one arrival: drop, dead-letter, park or apply (and then what waited for it)."""
        event, key = arrival.event, arrival.key
        done = self.state.progress.get(key, NOTHING)
        if event.dossierseq <= done.seq:
            if done.knows(event):
                self.verdict.dropped += 1
            else:
                self._fork(arrival, f"{event.dossierseq} was applied with another id")
        elif event.subject in self.state.held:
            self._park(arrival, Wait.HELD)
        elif event.dossierseq > done.seq + 1:
            self._park(arrival, Wait.GAP)
        elif (what := self.missing(event)) is not None:
            self._park(arrival, Wait.CATALOGUE, what)
        else:
            self._apply(arrival, done)
            self._drain(key)

    def release(self, key: Key) -> None:
        """Apply what waits under `key` as far as it follows without a gap."""
        self._drain(key)

    def _apply(self, arrival: Arrival, done: Progress) -> None:
        now = done.after(arrival.event)
        self.state.progress[arrival.key] = self.verdict.moved[arrival.key] = now
        self.verdict.apply.append(arrival)
        self.verdict.letters_in_row = 0

    def _drain(self, key: Key) -> None:
        waiting = self.state.waiting.get(key)
        if not waiting or key[0] in self.state.held:
            return
        done = self.state.progress.get(key, NOTHING)
        while (arrival := waiting.get(done.seq + 1)) is not None:
            if (what := self.missing(arrival.event)) is not None:
                self.verdict.park[key, done.seq + 1] = (arrival, Wait.CATALOGUE, what)
                return
            del waiting[done.seq + 1]
            self._forget(arrival)
            self._apply(arrival, done)
            done = self.state.progress[key]

    def _forget(self, arrival: Arrival) -> None:
        self.verdict.park.pop((arrival.key, arrival.event.dossierseq), None)
        if arrival.record is None:
            self.verdict.unpark.append(arrival)

    def _park(self, arrival: Arrival, why: Wait, detail: str = "") -> None:
        seq = arrival.event.dossierseq
        there = self.state.waiting.setdefault(arrival.key, {}).setdefault(seq, arrival)
        if there is arrival:
            self.verdict.park[arrival.key, seq] = (arrival, why, detail)
        elif there.event.id == arrival.event.id:
            self.verdict.dropped += 1
        else:
            self._fork(arrival, f"{seq} waits with another id")

    def _fork(self, arrival: Arrival, detail: str) -> None:
        self.reject(
            Letter(arrival.topic, Fault.FORK, detail, arrival.record, arrival, dossier=arrival.event.subject)
        )


def sort_batch(
    items: Iterable[Arrival | Letter],
    state: State,
    missing: Missing = nothing_missing,
    letters_in_row: int = 0,
) -> Verdict:
    """Return what becomes of `items`, arrivals and unreadable records in their order. Changes `state`."""
    sorter = Sorter(state, missing, letters_in_row)
    for item in items:
        if isinstance(item, Letter):
            sorter.reject(item)
        else:
            sorter.take(item)
    return sorter.verdict


def release_waiting(
    state: State,
    missing: Missing = nothing_missing,
    letters_in_row: int = 0,
    *,
    first: Iterable[Arrival] = (),
) -> Verdict:
    """Return what of `first` and then of `state.waiting` can be applied: a hold was lifted, the catalogue grew."""
    sorter = Sorter(state, missing, letters_in_row)
    for arrival in first:
        sorter.take(arrival)
    for key in list(state.waiting):
        sorter.release(key)
    return sorter.verdict
