"""Which step may follow which: a table of states against steps."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.codes import Reason
from contracts.envelope import DossierEvent
from contracts.intake import DossierWithdrawn
from contracts.routing import LegAssigned, LegCompleted, LegReceived, SupplementRequested
from libs.catalogue import Catalogue
from libs.clock import VN
from services.routing.domain import apology, asking, ending, legs
from services.routing.domain.acting import Act
from services.routing.domain.fold import fold
from services.routing.domain.process import open_leg
from services.routing.domain.say import RefusedError
from services.routing.handlers.reference import Reference
from services.routing.handlers.speaking import Talk
from services.routing.store.dossiers import Row
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import OTHER_WARD, WARD, hours

ME, REQUEST = uuid4(), uuid4()
CATALOGUE = Catalogue.of(makers.catalogue_items())
BOOK = Reference(lambda: CATALOGUE).book
WHY = asking.Why(reason=Reason.MISSING_PAPER)
LETTER = apology.Letter(why=WHY, responsible=WARD)


def act(at: float = 10, **over: Any) -> Act:
    moment = hours(at)
    given: dict[str, Any] = {
        "staff": ME,
        "scope": None,
        "at": moment,
        "today": moment.astimezone(VN).date(),
        "book": BOOK,
        "due_at": hours(24 * 10),
    }
    return Act(**(given | over))


def talk(*facts: DossierEvent) -> Talk:
    found = Talk(Row(facts[0].subject), hours(0))
    for fact in facts:
        found.row.add(fact)
    found.say(open_leg(found.dossier(), 1, at=hours(0), on=hours(0).date(), book=BOOK))
    return found


def after(state: str) -> Talk:
    """Return a dossier of the three-leg procedure in a named state."""
    dossier = uuid4()
    under_way = state in {"under way", "arrived"}
    found = talk(makers.received(dossier, receiving_unit=OTHER_WARD if under_way else WARD))
    extra: dict[str, list[DossierEvent]] = {
        "arrived": [makers.event(LegReceived, dossier, 9, hours(1), leg_no=1, unit=WARD)],
        "assigned": [makers.event(LegAssigned, dossier, 9, hours(1), leg_no=1, officer=uuid4())],
        "mine": [makers.event(LegAssigned, dossier, 9, hours(1), leg_no=1, officer=ME)],
        "waiting": [
            makers.event(SupplementRequested, dossier, 9, hours(1), request=REQUEST, reason="missing_paper")
        ],
        "done": [makers.event(LegCompleted, dossier, 9, hours(1), leg_no=1, unit=WARD)],
        "ended": [makers.event(DossierWithdrawn, dossier, 2, hours(1))],
    }
    for fact in extra.get(state, []):
        found.row.add(fact)
    return found


STEPS: dict[str, Any] = {
    "send": lambda d, a: legs.send(d, a, leg_no=1),
    "send next": lambda d, a: legs.send(d, a, leg_no=2),
    "receive": lambda d, a: legs.receive(d, a, leg_no=1),
    "return": lambda d, a: legs.give_back(d, a, leg_no=1, reason=Reason.MISSING_PAPER),
    "claim": lambda d, a: legs.claim(d, a, leg_no=1),
    "release": lambda d, a: legs.release(d, a, leg_no=1),
    "complete": lambda d, a: legs.complete(d, a, leg_no=1),
    "resolve": legs.resolve,
    "supplement": lambda d, a: asking.ask_supplement(d, a, request=uuid4(), why=WHY),
    "cancel": lambda d, a: asking.cancel_supplement(d, a, request=REQUEST, reason=Reason.MISTAKEN_ENTRY),
    "payment": lambda d, a: asking.ask_payment(d, a, request=uuid4(), why=WHY),
    "extend": lambda d, a: apology.extend(d, a, LETTER, new_due_at=hours(300)),
    "apologise": lambda d, a: apology.apologise(d, a, LETTER),
    "refuse": lambda d, a: ending.refuse(d, a, why=WHY),
    "stop": lambda d, a: ending.stop(d, a, why=WHY),
}
NO, WAIT, OVER = "leg.not_received", "dossier.waiting", "dossier.ended"
TABLE: dict[str, dict[str, str]] = {
    "at hand": {
        "send": "leg.already_there",
        "send next": "leg.before_open",
        "receive": "leg.not_under_way",
        "return": "leg.nowhere_to_return",
        "release": "leg.not_yours",
        "resolve": "leg.remaining",
        "cancel": "request.unknown",
    },
    "under way": {
        "send": "leg.already_sent",
        "send next": "leg.before_open",
        "release": "leg.not_yours",
        "complete": NO,
        "resolve": NO,
        "supplement": NO,
        "payment": NO,
        "cancel": "request.unknown",
    },
    "arrived": {
        "send": "leg.already_there",
        "send next": "leg.before_open",
        "receive": "leg.not_under_way",
        "release": "leg.not_yours",
        "resolve": "leg.remaining",
        "cancel": "request.unknown",
    },
    "assigned": {
        "send": "leg.already_there",
        "send next": "leg.before_open",
        "receive": "leg.not_under_way",
        "return": "leg.nowhere_to_return",
        "claim": "leg.assigned",
        "release": "leg.not_yours",
        "resolve": "leg.remaining",
        "cancel": "request.unknown",
    },
    "mine": {
        "send": "leg.already_there",
        "send next": "leg.before_open",
        "receive": "leg.not_under_way",
        "return": "leg.nowhere_to_return",
        "claim": "leg.assigned",
        "resolve": "leg.remaining",
        "cancel": "request.unknown",
    },
    "waiting": {
        "send": WAIT,
        "send next": WAIT,
        "receive": "leg.not_under_way",
        "return": WAIT,
        "release": "leg.not_yours",
        "complete": WAIT,
        "resolve": WAIT,
        "supplement": WAIT,
        "payment": WAIT,
        "refuse": WAIT,
    },
    "done": {
        "send": "leg.completed",
        "receive": "leg.completed",
        "return": "leg.completed",
        "claim": "leg.completed",
        "release": "leg.completed",
        "complete": "leg.completed",
        "resolve": "leg.remaining",
        "cancel": "request.unknown",
    },
    "ended": dict.fromkeys(STEPS, OVER),
}


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_in_every_state_is_taken_or_refused_by_a_named_rule(state: str, step: str):
    dossier = after(state).dossier()
    refused_by = ""

    try:
        assert STEPS[step](dossier, act())
    except RefusedError as refusal:
        refused_by = refusal.rule.rule

    assert refused_by == TABLE[state].get(step, "")


def test_a_pause_of_a_finished_dossier_is_refused_with_its_article():
    with pytest.raises(RefusedError) as refusal:
        asking.ask_supplement(after("ended").dossier(), act(), request=uuid4(), why=WHY)

    rule = refusal.value.rule
    assert (rule.field, rule.rule, rule.source) == ("code", OVER, "NĐ 118/2025 Đ.19.5")


def test_what_a_step_says_is_not_ignored_by_the_fold():
    for state in TABLE:
        for step in STEPS.values():
            found = after(state)
            try:
                found.say(step(found.dossier(), act()))
            except RefusedError:
                continue
            assert found.dossier().ignored == []


def test_a_step_belongs_to_its_unit():
    with pytest.raises(RefusedError) as refusal:
        legs.complete(after("at hand").dossier(), act(scope=frozenset({OTHER_WARD})), leg_no=1)

    assert refusal.value.rule.rule == "outside_scope"


def test_a_supplement_asked_for_late_is_warned_about_with_its_article():
    dossier = after("at hand").dossier()
    last_day = Reference(lambda: CATALOGUE).last_notice(dossier)

    assert last_day is not None
    assert asking.late_notice(dossier, last_day=last_day, today=last_day) is None
    warning = asking.late_notice(dossier, last_day=last_day, today=last_day + timedelta(days=1))
    assert warning is not None
    assert (warning.rule, warning.source) == ("supplement.late_notice", "NĐ 118/2025 Đ.19.5")


def test_a_dossier_without_a_process_is_resolved_from_its_only_leg():
    found = talk(makers.received(procedure_code="9.1", procedure_version=None))

    said = legs.resolve(found.dossier(), act())

    assert [s.model.__name__ for s in said] == ["LegCompleted", "DossierResolved"]
    assert fold(found.row.facts).leg is not None
