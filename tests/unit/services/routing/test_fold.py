"""The fold: order of arrival does not matter, and every minute has one holder."""

import itertools
import random
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import DossierEvent
from contracts.intake import (
    DossierCorrected,
    DossierVoided,
    DossierWithdrawn,
    ResultReturned,
    StepKind,
    SupplementProvided,
)
from contracts.routing import (
    DossierMoved,
    DossierResolved,
    DossierStopped,
    LegAssigned,
    LegCompleted,
    LegOpened,
    LegReceived,
    LegReturned,
    LegSent,
    SupplementRequestCancelled,
    SupplementRequested,
)
from services.routing.domain.dossier import Ask, Dossier, End, Held, Stage
from services.routing.domain.fold import fold
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import OTHER_WARD, TAX, WARD, hours

D = UUID("01a20136-e577-74d6-a9a8-3e9aafbe6fc8")
UNITS = [WARD, OTHER_WARD, TAX]
REQUEST = uuid4()


def opened(seq: int, at: datetime, no: int = 1, unit: str = WARD) -> DossierEvent:
    return makers.event(LegOpened, D, seq, at, leg_no=no, role="appraise", unit=unit, competent_unit=WARD)


def sent(seq: int, at: datetime, to: str, no: int = 1, sender: str = WARD) -> DossierEvent:
    return makers.event(LegSent, D, seq, at, leg_no=no, from_unit=sender, to_unit=to)


def got(seq: int, at: datetime, unit: str, no: int = 1) -> DossierEvent:
    return makers.event(LegReceived, D, seq, at, leg_no=no, unit=unit)


def spans(dossier: Dossier) -> list[tuple[str, float, float | None]]:
    def hour(at: datetime | None) -> float | None:
        return None if at is None else (at - makers.T0) / timedelta(hours=1)

    return [(h.unit, hour(h.since) or 0, hour(h.until)) for h in dossier.custody]


def test_the_sender_holds_a_dossier_until_receipt_is_confirmed():
    facts = [
        makers.received(D),
        opened(1, hours(0)),
        makers.event(LegCompleted, D, 2, hours(2), leg_no=1, unit=WARD),
        opened(3, hours(2), 2, TAX),
        sent(4, hours(2), TAX, 2),
        got(5, hours(5), TAX, 2),
        makers.event(DossierResolved, D, 6, hours(9), unit=WARD),
    ]

    assert spans(fold(facts)) == [(WARD, 0, 5), (TAX, 5, 9)]


def test_a_returned_dossier_is_held_by_the_unit_before():
    facts = [
        makers.received(D, receiving_unit=OTHER_WARD),
        opened(1, hours(0)),
        sent(2, hours(0), WARD, sender=OTHER_WARD),
    ]
    facts += [got(3, hours(1), WARD)]
    facts += [
        makers.event(
            LegReturned, D, 4, hours(3), leg_no=1, from_unit=WARD, to_unit=OTHER_WARD, reason="missing_paper"
        )
    ]

    assert spans(fold(facts)) == [(OTHER_WARD, 0, 1), (WARD, 1, 3), (OTHER_WARD, 3, None)]


def test_the_earlier_of_two_endings_wins_and_the_other_is_listed():
    stopped = makers.event(DossierStopped, D, 2, hours(6), reason="other")
    withdrawn = makers.event(DossierWithdrawn, D, 2, hours(5))

    dossier = fold([makers.received(D), opened(1, hours(0)), stopped, withdrawn])

    assert dossier.ending is not None
    assert (dossier.ending.kind, dossier.ending.at) == (End.WITHDRAWN, hours(5))
    assert dossier.ignored == [stopped]


def test_corrections_hold_from_the_beginning():
    facts = [
        makers.received(D),
        makers.event(DossierCorrected, D, 2, hours(9), reason="mistaken_entry", received_at=hours(-1)),
        opened(1, hours(0)),
    ]

    dossier = fold(facts)

    assert dossier.head is not None
    assert dossier.head.received_at == hours(-1)
    assert spans(dossier) == [(WARD, -1, None)]


def test_a_replaced_fact_never_happened():
    first = opened(1, hours(0), unit=TAX)
    second = opened(2, hours(0)).model_copy(update={"replaces": first.id})

    assert fold([makers.received(D), first, second]).legs[1].unit == WARD


def test_an_answer_without_its_question_is_neutral():
    dossier = fold([makers.received(D), makers.event(SupplementProvided, D, 2, hours(1))])

    assert dossier.stage is Stage.OPEN
    assert len(dossier.ignored) == 1


def test_a_cancelled_request_counts_as_never_made():
    asked = makers.event(SupplementRequested, D, 1, hours(1), request=REQUEST, reason="missing_paper")
    gone = makers.event(SupplementRequestCancelled, D, 2, hours(2), request=REQUEST, reason="mistaken_entry")

    dossier = fold([makers.received(D), asked, gone])

    assert dossier.stage is Stage.OPEN
    assert dossier.asked(Ask.SUPPLEMENT) == []


def test_an_imported_history_states_its_own_steps():
    steps = makers.history(
        D,
        (hours(4), StepKind.SUPPLEMENT_PROVIDED, {}),
        (hours(9), StepKind.RESOLVED, {}),
        (hours(30), StepKind.RETURNED, {}),
    )
    asked = makers.event(SupplementRequested, D, 2, hours(2), request=REQUEST, reason="missing_paper")

    dossier = fold([makers.imported(D), steps, opened(1, hours(0)), asked])

    assert dossier.stage is Stage.OPEN
    assert dossier.requests[REQUEST].answered_at == hours(4)
    assert dossier.returned_at == hours(30)


def test_a_move_takes_units_along_and_frees_the_desk():
    facts = [
        makers.received(D, receiving_unit="P49.D502", competent_unit="P49.D502"),
        opened(1, hours(0), unit="P49.D502"),
        makers.event(LegAssigned, D, 2, hours(1), leg_no=1, officer=uuid4()),
        makers.event(DossierMoved, D, 3, hours(5), from_unit="P49.D502", to_unit=WARD),
    ]

    dossier = fold(facts)

    assert (dossier.competent_unit, dossier.holder) == (WARD, WARD)
    assert dossier.leg is not None
    assert (dossier.leg.unit, dossier.leg.officer) == (WARD, None)
    assert spans(dossier) == [("P49.D502", 0, 5), (WARD, 5, None)]


def test_a_voided_dossier_counts_nowhere():
    dossier = fold([makers.received(D), makers.event(DossierVoided, D, 2, hours(1), reason="mistaken_entry")])

    assert dossier.stage is Stage.VOIDED


def test_nothing_is_known_of_a_dossier_without_its_reception():
    assert fold([makers.event(ResultReturned, D, 1, hours(0), way="counter")]).stage is Stage.UNKNOWN


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["send", "receive", "return", "move"]), st.sampled_from(UNITS), st.integers(0, 400)
    ),
    max_size=14,
)


def life(moves: list[tuple[str, str, int]], end: int | None) -> list[DossierEvent]:
    """Return any hand-overs, sensible or not, between reception and, perhaps, an end."""
    facts: list[DossierEvent] = [makers.received(D), opened(1, hours(0))]
    for seq, (kind, unit, minute) in enumerate(moves, 2):
        at = makers.T0 + timedelta(minutes=minute)
        if kind == "send":
            facts.append(sent(seq, at, unit, sender=UNITS[minute % 3]))
        elif kind == "receive":
            facts.append(got(seq, at, unit))
        elif kind == "return":
            facts.append(
                makers.event(
                    LegReturned,
                    D,
                    seq,
                    at,
                    leg_no=1,
                    from_unit=UNITS[minute % 3],
                    to_unit=unit,
                    reason="other",
                )
            )
        else:
            facts.append(makers.event(DossierMoved, D, seq, at, from_unit=UNITS[minute % 3], to_unit=unit))
    if end is not None:
        at = makers.T0 + timedelta(minutes=end)
        facts.append(makers.event(DossierResolved, D, len(facts), at, unit=WARD))
    return facts


@given(MOVES, st.none() | st.integers(1, 500))
def test_custody_tiles_the_time_from_reception_to_the_end(moves: list[tuple[str, str, int]], end: int | None):
    dossier = fold(life(moves, end))

    rows = dossier.custody
    assert rows[0].since == makers.T0
    assert rows[-1].until == (None if end is None else makers.T0 + timedelta(minutes=end))
    for before, after in itertools.pairwise(rows):
        assert before.until == after.since
        assert before.unit != after.unit
    assert all(row.until is None or row.since < row.until for row in rows)
    assert sum(_minutes(row) for row in rows if row.until) == (end or _minutes_until_last(rows))


def _minutes(row: Held) -> float:
    return ((row.until or row.since) - row.since) / timedelta(minutes=1)


def _minutes_until_last(rows: list[Held]) -> float:
    return (rows[-1].since - makers.T0) / timedelta(minutes=1)


@given(MOVES, st.none() | st.integers(1, 500), st.integers(0, 9))
def test_the_order_of_arrival_does_not_matter(moves: list[tuple[str, str, int]], end: int | None, seed: int):
    facts = life(moves, end)
    shuffled = list(facts)
    random.Random(seed).shuffle(shuffled)

    assert fold(shuffled) == fold(facts)
