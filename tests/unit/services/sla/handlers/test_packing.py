"""What a row keeps of a fact is the fact."""

from pathlib import Path

import orjson
import pytest

from contracts import routing
from contracts.topics import parse_dossier_event
from services.sla.domain.reading import facts_of
from services.sla.store.packing import Entry, entry_of, pack, story_of, unpack
from tests.unit.services.sla.makers import Story, vn

EXAMPLES = Path(__file__).parents[5] / "contracts" / "examples"
SAMPLES = [path for emitter in ("intake", "routing") for path in sorted((EXAMPLES / emitter).glob("*.json"))]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_facts_and_entries_survive_the_row(sample):
    event = parse_dossier_event(f"{sample.parent.name}.events", sample.read_bytes())

    for fact in facts_of(event):
        assert unpack(orjson.loads(orjson.dumps(pack(fact)))) == fact
    entry = entry_of(event)
    if entry is not None:
        assert story_of(orjson.loads(orjson.dumps([list(entry)]))) == [entry]


def test_there_are_samples():
    assert len(SAMPLES) > 20


@pytest.mark.parametrize("kind", [routing.LegAssigned, routing.LegClaimed])
def test_desks_say_nothing_to_the_clock(kind):
    officer = Story().id
    event = Story().tell(kind, vn("2026-03-02 08:00"), leg_no=1, officer=officer).events[0]

    assert (list(facts_of(event)), entry_of(event)) == ([], None)


def test_a_story_is_told_in_order():
    told = Story().received(vn("2026-03-02 08:00")).leg(vn("2026-03-02 09:00"))
    entries = [entry_of(event) for event in reversed(told.events)]

    assert [entry.name for entry in story_of(entries)] == ["DossierReceived", "LegOpened"]
    assert all(isinstance(entry, Entry) for entry in entries)
