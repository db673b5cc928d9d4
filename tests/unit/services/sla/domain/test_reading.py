"""Facts out of events: what each event of the contract means to the clock."""

import typing
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings

from contracts import intake, routing
from contracts.codes import Reason
from contracts.intake import HistoryStep, StepKind
from contracts.topics import IntakeEvents, RoutingEvents
from law.moments import to_moment
from services.sla.domain.facts import Fact, FactKind
from services.sla.domain.reading import KINDS, facts_of
from services.sla.domain.walk import STEPS
from tests import strategies

AT = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
ID, OTHER = UUID(int=1), UUID(int=2)
NEUTRAL = {  # hand-overs and barriers say nothing to the clock
    intake.DossierSubmitted, intake.ImportEnded, intake.HistoryImported, routing.ImportRouted,
    routing.LegOpened, routing.LegAssigned, routing.LegClaimed, routing.LegReleased, routing.LegSent,
    routing.LegReceived, routing.LegReturned, routing.LegCompleted,
}  # fmt: skip


def _heard() -> set[type]:
    return {
        arm for union in (IntakeEvents, RoutingEvents) for arm in typing.get_args(typing.get_args(union)[0])
    }


def test_every_event_that_is_heard_is_either_a_fact_or_neutral() -> None:
    assert _heard() == set(KINDS) | NEUTRAL


def test_every_kind_of_fact_has_its_place_in_the_clock() -> None:
    roles = {
        "submitted", "handed_in", "received", "corrected", "voided", "returned", "resolved", "refused", "withdrawn", "stopped",
    }  # fmt: skip

    assert {kind.value for kind in FactKind} == {kind.value for kind in STEPS} | roles


@settings(max_examples=15, deadline=None)
@given(*(strategies.of_model(kind) for kind in (routing.SupplementRequested, routing.ExtensionGranted)))
def test_a_fact_keeps_what_the_clock_needs(
    asked: routing.SupplementRequested, extended: routing.ExtensionGranted
) -> None:
    (question,) = facts_of(asked)
    (extension,) = facts_of(extended)

    assert (question.kind, question.time, question.request) == (
        FactKind.SUPPLEMENT_REQUESTED, asked.time, str(asked.data.request),
    )  # fmt: skip
    assert (question.id, question.seq, question.emitter) == (str(asked.id), asked.dossierseq, "routing")
    assert extension.new_tick is not None
    assert to_moment(extension.new_tick) == extended.data.new_due_at
    assert Fact.load(question.dump()) == question


def test_a_history_states_intakes_own_steps_only() -> None:
    steps = tuple(
        HistoryStep(at=AT + timedelta(hours=at), event=kind, reason=Reason.OTHER)
        for at, kind in enumerate(StepKind)
    )
    event = intake.HistoryImported(
        id=ID, time=AT, recordedtime=AT, subject=OTHER, dossierseq=2,
        data=intake.HistoryImported.Data(batch=OTHER, steps=steps),
    )  # fmt: skip

    facts = list(facts_of(event))

    assert [fact.kind.value for fact in facts] == [
        "supplement_provided",
        "payment_made",
        "withdrawn",
        "returned",
    ]
    assert len({(fact.id, fact.part) for fact in facts}) == 4
    assert all(fact.seq == 2 for fact in facts)


def test_a_correction_carries_the_corrected_moment_of_reception() -> None:
    event = intake.DossierCorrected(
        id=ID, time=AT, recordedtime=AT, subject=OTHER, dossierseq=2, replaces=OTHER,
        data=intake.DossierCorrected.Data(reason=Reason.MISTAKEN_ENTRY, received_at=AT - timedelta(days=1)),
    )  # fmt: skip

    (fact,) = facts_of(event)

    assert fact.new_tick is not None
    assert to_moment(fact.new_tick) == AT - timedelta(days=1)
    assert fact.replaces == str(OTHER)
