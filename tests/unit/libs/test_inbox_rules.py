"""Any interleaving, repetition and batching of the topics applies every event once, in its order."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.envelope import DossierEvent
from libs.inbox_rules import (
    Arrival,
    Fault,
    Key,
    Letter,
    Missing,
    Progress,
    Record,
    State,
    Verdict,
    Wait,
    nothing_missing,
    release_waiting,
    sort_batch,
)
from tests.unit.libs.events import arrival, dossier, event, record

EMITTERS = ("intake", "routing")


@dataclass
class Tables:
    """What the tables would hold: the same rules as libs/inbox.py's SQL, in ten lines."""

    progress: dict[Key, Progress] = field(default_factory=dict)
    inbox: dict[tuple[Key, int], tuple[Arrival, Wait]] = field(default_factory=dict)
    held: set = field(default_factory=set)
    applied: list[DossierEvent] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def load(self, keys: set[Key]) -> State:
        waiting: dict[Key, dict[int, Arrival]] = {}
        for (key, seq), (waits, _) in self.inbox.items():
            if key in keys:
                waiting.setdefault(key, {})[seq] = Arrival(waits.event, waits.topic, waits.value)
        progress = {key: p for key, p in self.progress.items() if key in keys}
        return State(progress, waiting, {d for d in self.held if d in {k[0] for k in keys}})

    def store(self, verdict: Verdict) -> None:
        self.progress |= verdict.moved
        for gone in verdict.unpark:
            del self.inbox[gone.key, gone.event.dossierseq]
        for place, (waits, why, _) in verdict.park.items():
            self.inbox[place] = (waits, why)
        self.applied += [a.event for a in verdict.apply]
        self.letters += verdict.letters
        self.held |= {letter.dossier for letter in verdict.letters if letter.dossier}

    def feed(self, items: list[Arrival | Letter], missing: Missing = nothing_missing) -> Verdict:
        keys = {a.key for a in items if isinstance(a, Arrival)}
        verdict = sort_batch(items, self.load(keys), missing)
        self.store(verdict)
        return verdict


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[DossierEvent], list[list[DossierEvent]]]:
    """All events of some dossiers, and the same shuffled, repeated and cut into batches."""
    everything = []
    for number in range(draw(st.integers(1, 3))):
        for emitter in EMITTERS:
            everything += [event(number, emitter, seq) for seq in range(1, draw(st.integers(0, 6)) + 1)]
    repeated = everything + draw(
        st.lists(st.sampled_from(everything), max_size=8) if everything else st.just([])
    )
    shuffled = draw(st.permutations(repeated))
    batches, rest = [], list(shuffled)
    while rest:
        size = draw(st.integers(1, len(rest)))
        batches.append(rest[:size])
        rest = rest[size:]
    return everything, batches


@given(stories())
@settings(max_examples=300, deadline=None)
def test_any_interleaving_and_repetition_applies_each_event_once_in_order(story):
    everything, batches = story
    tables = Tables()

    for batch in batches:
        tables.feed([arrival(e) for e in batch])

    assert sorted(e.id for e in tables.applied) == sorted(e.id for e in everything)
    for key in {(e.subject, e.EMITTER) for e in everything}:
        seqs = [e.dossierseq for e in tables.applied if (e.subject, e.EMITTER) == key]
        assert seqs == list(range(1, len(seqs) + 1))
    assert not tables.inbox
    assert not tables.letters


@given(stories(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_lost_event_parks_exactly_what_follows_it(story, data):
    everything, batches = story
    if not everything:
        return
    lost = data.draw(st.sampled_from(everything))
    tables = Tables()

    for batch in batches:
        tables.feed([arrival(e) for e in batch if e.id != lost.id])

    behind = {
        e.id
        for e in everything
        if (e.subject, e.EMITTER) == (lost.subject, lost.EMITTER) and e.dossierseq > lost.dossierseq
    }
    assert {a.event.id for a, _ in tables.inbox.values()} == behind
    assert {why for _, why in tables.inbox.values()} <= {Wait.GAP}
    tables.feed([arrival(lost)])
    assert sorted(e.id for e in tables.applied) == sorted(e.id for e in everything)
    assert not tables.inbox


@given(stories(), st.data())
@settings(max_examples=200, deadline=None)
def test_an_event_that_misses_an_item_waits_and_goes_on_when_the_item_comes(story, data):
    everything, batches = story
    if not everything:
        return
    waits_for = data.draw(st.sampled_from(everything))
    tables = Tables()

    for batch in batches:
        tables.feed([arrival(e) for e in batch], lambda e: "unit/X/1" if e.id == waits_for.id else None)

    assert waits_for.id not in {e.id for e in tables.applied}
    keys = {key for key, _ in tables.inbox}
    tables.store(release_waiting(tables.load(keys)))
    assert sorted(e.id for e in tables.applied) == sorted(e.id for e in everything)
    assert not tables.inbox


@pytest.mark.parametrize("back", range(10))
def test_another_event_under_an_applied_number_is_a_fork_and_holds_the_dossier(back):
    tables = Tables()
    tables.feed([arrival(event(1, "intake", seq)) for seq in range(1, 11)])

    tables.feed([arrival(event(1, "intake", 10 - back, twin=1)), arrival(event(1, "routing", 1))])

    assert [letter.fault for letter in tables.letters] == [Fault.FORK]
    assert tables.held == {dossier(1)}
    assert [why for _, why in tables.inbox.values()] == [Wait.HELD]
    assert len(tables.applied) == 10


def test_two_events_waiting_under_one_number_are_a_fork():
    tables = Tables()
    tables.feed([arrival(event(1, "intake", 3))])

    tables.feed([arrival(event(1, "intake", 3, twin=1))])

    assert [letter.fault for letter in tables.letters] == [Fault.FORK]


def test_what_was_parked_and_followed_in_one_batch_never_touches_the_table():
    tables = Tables()

    verdict = tables.feed([arrival(event(1, "intake", seq)) for seq in (3, 2, 1)])

    assert [a.event.dossierseq for a in verdict.apply] == [1, 2, 3]
    assert not verdict.park
    assert not verdict.unpark


def test_other_dossiers_flow_while_one_is_held():
    tables = Tables()
    garbage = Record("intake.events", 0, 0, str(dossier(1)).encode(), b"?")

    tables.feed(
        [
            Letter("intake.events", Fault.UNPARSABLE, "", garbage, dossier=dossier(1)),
            arrival(event(1, "intake", 1)),
            arrival(event(2, "intake", 1)),
        ]
    )

    assert [e.subject for e in tables.applied] == [dossier(2)]
    assert [why for _, why in tables.inbox.values()] == [Wait.HELD]


def test_letters_are_counted_until_the_next_success():
    bad = [Letter("intake.events", Fault.UNPARSABLE, "", record(event(n, "intake", 1))) for n in range(3)]

    verdict = sort_batch([*bad, arrival(event(9, "intake", 1)), bad[0]], State(), letters_in_row=4)

    assert verdict.worst_row == 7
    assert verdict.letters_in_row == 1


def test_only_sixteen_ids_are_remembered():
    progress = Progress()
    for seq in range(1, 40):
        progress = progress.after(event(1, "intake", seq))

    assert len(progress.recent) == 16 * 8
    assert progress.knows(event(1, "intake", 24))
    assert not progress.knows(event(1, "intake", 24, twin=1))
    assert progress.knows(event(1, "intake", 23, twin=1))  # beyond memory: taken for a redelivery
