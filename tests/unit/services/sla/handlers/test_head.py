"""Head and custody: who a dossier is, and who holds it since when."""

import random
from uuid import UUID

import pytest

from contracts import intake, routing
from contracts.codes import Reason
from services.sla.handlers.head import head_of, holder_of
from services.sla.store.packing import Entry, entry_of, story_of
from tests.unit.services.sla.makers import COMMUNE, PROVINCE, Story, vn

MONDAY = vn("2026-03-02 08:00")
NINE, TEN, ELEVEN = (vn(f"2026-03-02 {hour:02d}:00") for hour in (9, 10, 11))


def stored(story: Story) -> list[Entry]:
    entries = [list(entry) for event in story.events if (entry := entry_of(event))]
    random.Random(story.number).shuffle(entries)
    return story_of(entries)


def story() -> Story:
    return Story(dossier=UUID(int=7)).received(MONDAY)


@pytest.mark.parametrize(
    ("told", "holder", "since", "leg"),
    [
        (story(), COMMUNE, MONDAY, None),
        (story().leg(NINE, PROVINCE), PROVINCE, NINE, 1),
        (story().leg(NINE, COMMUNE), COMMUNE, MONDAY, 1),
        (story().leg(NINE, PROVINCE).sent(NINE, COMMUNE, PROVINCE), COMMUNE, MONDAY, 1),
        (story().leg(NINE, PROVINCE).sent(NINE, COMMUNE, PROVINCE).arrived(TEN, PROVINCE), PROVINCE, TEN, 1),
        (story().sent(NINE, COMMUNE, PROVINCE).leg(TEN, PROVINCE), COMMUNE, MONDAY, 1),
        (
            story()
            .leg(NINE, PROVINCE)
            .tell(
                routing.LegReturned,
                TEN,
                leg_no=1,
                from_unit=PROVINCE,
                to_unit=COMMUNE,
                reason=Reason.WRONG_DESTINATION,
            ),
            COMMUNE,
            TEN,
            1,
        ),
        (
            story().leg(NINE).tell(routing.DossierMoved, ELEVEN, from_unit=COMMUNE, to_unit="P01.C002"),
            "P01.C002",
            ELEVEN,
            1,
        ),
        (
            story()
            .leg(NINE, PROVINCE)
            .tell(routing.DossierMoved, ELEVEN, from_unit=COMMUNE, to_unit="P01.C002"),
            PROVINCE,
            NINE,
            1,
        ),
    ],
)
def test_custody_follows_hand_overs(told, holder, since, leg):
    assert holder_of(stored(told)) == (holder, since, leg)


def test_nobody_holds_what_nobody_received():
    assert holder_of([]) == (None, None, None)


def test_a_correction_changes_what_it_names_and_leaves_the_rest():
    told = story().tell(
        intake.DossierCorrected, NINE, reason=Reason.MISTAKEN_ENTRY, field="dat-dai", received_at=TEN
    )

    head = head_of(stored(told))

    assert (head.field, head.received_at, head.code) == ("dat-dai", TEN, told.code)


def test_a_correction_of_a_reception_leaves_the_reception_in_force():
    told = story()
    told.tell(
        intake.DossierCorrected,
        NINE,
        replaces=told.events[0].id,
        reason=Reason.MISTAKEN_ENTRY,
        field="dat-dai",
    )

    head = head_of(stored(told))

    assert (head.code, head.field) == (told.code, "dat-dai")


def test_a_hand_over_that_was_replaced_counts_no_more():
    told = story().leg(NINE, COMMUNE).arrived(TEN, PROVINCE)
    told.tell(routing.LegReceived, ELEVEN, replaces=told.events[-1].id, leg_no=1, unit="P01.C002")

    assert holder_of(stored(told)) == ("P01.C002", ELEVEN, 1)


def test_the_competent_unit_moves_with_a_succession_and_its_reception_stays():
    told = story().tell(routing.DossierMoved, TEN, from_unit=COMMUNE, to_unit="P01.C002")

    head = head_of(stored(told))

    assert (head.competent_unit, head.reception_unit) == ("P01.C002", COMMUNE)
