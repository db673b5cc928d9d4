"""Apology and re-appointment: who may, when, how often; and the paper that follows from what was said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.codes import Reason
from contracts.intake import DossierWithdrawn
from contracts.routing import ApologyIssued, ExtensionGranted, SupplementRequested
from libs.clock import VN
from services.routing.domain.acting import Act
from services.routing.domain.apology import Letter, Paper, apologise, extend, late_letter, papers_of
from services.routing.domain.asking import Why
from services.routing.domain.dossier import Dossier
from services.routing.domain.fold import fold
from services.routing.domain.say import RefusedError, Rule
from services.routing.handlers.reference import Reference
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import OTHER_WARD, WARD, hours
from tests.unit.services.routing.test_steps import CATALOGUE, act, after

NEW, OLD = "nd-118-2025", "nd-61-2018"
DUE = hours(24 * 10)
"""A Thursday, 08:00: letters go out until Wednesday."""
LETTER = Letter(why=Why(reason=Reason.OVERLOAD, note=uuid4()), responsible=WARD)


def dossier(rules: str = NEW, *more: Any, **over: Any) -> Dossier:
    received = makers.received(rule_set=rules, **over)
    return fold([received, *(each(received.subject) for each in more)])


def on(day: float, found: Dossier, **over: Any) -> Act:
    """An officer's step so many days after the reception, with the last day the law gives."""
    given = {"due_at": DUE, "letter_by": Reference(lambda: CATALOGUE).last_letter(found, DUE)}
    return act(day * 24, **(given | over))


def refusal(step: Any) -> Rule:
    with pytest.raises(RefusedError) as error:
        step()
    return error.value.rule


def granted(seq: int, at: float) -> Any:
    return lambda own: makers.event(
        ExtensionGranted, own, seq, hours(at), new_due_at=hours(600), due_before=DUE, reason="overload",
        responsible_unit=WARD,
    )  # fmt: skip


def letter(seq: int, at: float) -> Any:
    return lambda own: makers.event(
        ApologyIssued, own, seq, hours(at), reason="overload", responsible_unit=WARD, signed_by=SIGNER
    )


def asked(seq: int, at: float) -> Any:
    return lambda own: makers.event(
        SupplementRequested, own, seq, hours(at), request=uuid4(), reason="missing_paper"
    )


def withdrawn(seq: int, at: float) -> Any:
    return lambda own: makers.event(DossierWithdrawn, own, seq, hours(at))


SIGNER = uuid4()
ARTICLES = {NEW: "NĐ 118/2025 Đ.19.6", OLD: "NĐ 61/2018 Đ.19"}


@pytest.mark.parametrize("rules", [NEW, OLD])
@pytest.mark.parametrize(
    ("day", "new_due", "responsible", "field", "rule"),
    [
        (8, 300, WARD, "", ""),
        (9, 300, WARD, "", ""),
        (10, 300, WARD, "new_due_at", "extension.too_late"),
        (12, 400, WARD, "new_due_at", "extension.too_late"),
        (8, 240, WARD, "new_due_at", "extension.not_later"),
        (8, 24 * 400, WARD, "new_due_at", "extension.too_far"),
        (8, 300, "N99", "responsible_unit", "unit.unknown"),
    ],
)
def test_an_extension_comes_a_day_before_expiry_and_moves_the_date_on(
    rules: str, day: int, new_due: int, responsible: str, field: str, rule: str
):
    found = dossier(rules)
    step = lambda: extend(  # noqa: E731
        found, on(day, found), replace(LETTER, responsible=responsible), new_due_at=hours(new_due)
    )
    if not rule:
        assert [said.model.__name__ for said in step()] == ["ExtensionGranted", "ApologyIssued"]
        return
    refused = refusal(step)

    assert (refused.field, refused.rule) == (field, rule)
    ours = rule in {"unit.unknown", "extension.too_far"}  # no article says so
    assert refused.source == ("" if ours else ARTICLES[rules])


@pytest.mark.parametrize("rules", [NEW, OLD])
def test_an_extension_is_granted_once(rules: str):
    found = dossier(rules, granted(1, 24))

    refused = refusal(lambda: extend(found, on(8, found), LETTER, new_due_at=hours(900)))

    assert (refused.rule, refused.source) == ("extension.max", ARTICLES[rules])


@pytest.mark.parametrize("rules", [NEW, OLD])
@pytest.mark.parametrize("step", [apologise, lambda d, a, x: extend(d, a, x, new_due_at=hours(900))])
def test_a_finished_dossier_is_neither_extended_nor_apologised_for(rules: str, step: Any):
    found = dossier(rules, withdrawn(2, 24))

    refused = refusal(lambda: step(found, on(8, found), LETTER))

    assert (refused.field, refused.rule, refused.source) == ("code", "dossier.ended", ARTICLES[rules])


def test_while_the_applicant_is_waited_for_nothing_expires():
    found = dossier(NEW, asked(1, 24))

    assert extend(found, on(12, found), LETTER, new_due_at=hours(900))
    assert late_letter(found, on(12, found)) is None


def test_a_letter_says_who_signed_it_why_and_who_answers_for_the_delay():
    found = dossier()
    mine = extend(found, on(8, found), LETTER, new_due_at=hours(300))
    signed = extend(found, on(8, found), replace(LETTER, signed_by=SIGNER), new_due_at=hours(300))

    grant, apology = mine[0].data, mine[1].data
    assert isinstance(grant, ExtensionGranted.Data)
    assert isinstance(apology, ApologyIssued.Data)
    assert (grant.new_due_at, grant.due_before) == (hours(300), DUE)
    assert (grant.reason, grant.note, grant.responsible_unit) == (Reason.OVERLOAD, LETTER.why.note, WARD)
    assert (apology.reason, apology.note, apology.responsible_unit) == (grant.reason, grant.note, WARD)
    assert grant.signed_by == apology.signed_by == on(8, found).staff
    assert {said.data.signed_by for said in signed} == {SIGNER}  # type: ignore[attr-defined]


def test_a_letter_belongs_to_the_competent_unit():
    found = dossier()

    refused = refusal(lambda: apologise(found, on(8, found, scope=frozenset({OTHER_WARD})), LETTER))

    assert refused.rule == "outside_scope"


@pytest.mark.parametrize("rules", [NEW, OLD])
def test_an_apology_alone_goes_out_once_and_a_late_one_with_a_warning(rules: str):
    found = dossier(rules)

    assert [said.model.__name__ for said in apologise(found, on(12, found), LETTER)] == ["ApologyIssued"]
    assert late_letter(found, on(9, found)) is None
    warning = late_letter(found, on(10, found))
    assert warning is not None
    assert (warning.rule, warning.source) == ("apology.too_late", ARTICLES[rules])
    again = dossier(rules, letter(1, 24))
    assert refusal(lambda: apologise(again, on(8, again), LETTER)).rule == "apology.max"


def test_after_an_apology_an_extension_may_still_be_granted():
    found = dossier(NEW, letter(1, 24))

    assert extend(found, on(8, found), LETTER, new_due_at=hours(300))


def test_without_an_appointment_nothing_can_be_extended():
    found = dossier()

    refused = refusal(lambda: extend(found, on(8, found, due_at=None), LETTER, new_due_at=hours(300)))

    assert refused.rule == "due.unknown"


def test_the_last_day_of_a_letter_is_the_day_before_the_appointment():
    found = dossier()
    last = Reference(lambda: CATALOGUE).last_letter(found, DUE)

    assert last == (DUE - timedelta(days=1)).astimezone(VN).date()
    assert Reference(lambda: CATALOGUE).last_letter(found, None) is None


def test_an_extension_and_its_apology_are_one_paper_and_an_earlier_letter_another():
    found = dossier(NEW, letter(1, 24), granted(2, 48), letter(3, 48))

    first, second = papers_of(found)

    assert first == Paper(1, hours(24), "overload", WARD, None, None, SIGNER, is_old_form=False)
    assert (second.number, second.due_before, second.new_due_at) == (2, DUE, hours(600))


def test_the_form_follows_the_rule_set_of_the_reception():
    assert [papers_of(dossier(rules, letter(1, 24)))[0].is_old_form for rules in (OLD, NEW)] == [True, False]


def test_letters_for_a_dossier_nobody_received_make_no_paper():
    own = uuid4()
    assert papers_of(fold([letter(1, 24)(own)])) == []


def test_what_a_letter_says_is_not_ignored_by_the_fold():
    found = after("at hand")
    found.say(extend(found.dossier(), act(), LETTER, new_due_at=hours(300)))

    assert found.dossier().ignored == []
    assert len(papers_of(found.dossier())) == 1
