"""Requests and answers pair up alike in whatever order they were heard."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.articles import article
from services.intake.domain.asked import Answer, Answering, Request, answered, still_open
from tests.unit.services.intake.makers import NOW


def request(number: int, hour: int, kind: str = "supplement", **more) -> Request:
    return Request(request=UUID(int=number), kind=kind, at=NOW + timedelta(hours=hour), **more)


def answer(number: int, hour: int, kind: str = "supplement", to: int | None = None) -> Answer:
    return Answer(
        event=UUID(int=number),
        kind=kind,
        at=NOW + timedelta(hours=hour),
        request=UUID(int=to) if to else None,
    )


def test_an_answer_without_a_name_answers_the_latest_open_request_before_it():
    asked = [request(1, 1), request(2, 3), request(3, 9)]

    assert [r.request.int for r in still_open(asked, [answer(9, 5)])] == [1, 3]
    assert [r.request.int for r in still_open(asked, [answer(9, 5), answer(8, 6, to=2)])] == [3]


def test_another_kind_or_a_question_to_come_is_not_answered():
    assert len(still_open([request(1, 5)], [answer(9, 6, "payment"), answer(8, 4)])) == 1


def test_a_cancelled_request_was_never_made():
    assert still_open([request(1, 1, cancelled=True)], []) == []


REQUESTS = st.lists(
    st.builds(request, st.integers(1, 4), st.integers(0, 9)), max_size=4, unique_by=lambda r: r.request
)
ANSWERS = st.lists(
    st.builds(answer, st.integers(1, 9), st.integers(0, 9), to=st.sampled_from([None, 1, 2, 3])),
    max_size=4,
    unique_by=lambda a: a.event,
)


@given(REQUESTS, ANSWERS, st.randoms())
def test_any_order_and_repetition_pairs_alike(requests, answers, rng):
    straight = still_open(requests, answers)

    mixed = still_open(rng.sample(requests, len(requests)), rng.sample(answers, len(answers)))

    assert mixed == straight


def answering(hour: int, kind: str = "supplement", to: int | None = None) -> Answering:
    at, request = NOW + timedelta(hours=hour), UUID(int=to) if to else None
    return Answering(kind=kind, at=at, request=request, source="NĐ 118/2025 Đ.19.5")


ASKED = [request(1, 1), request(2, 3, "payment"), request(3, 9), request(4, 2, cancelled=True)]


@pytest.mark.parametrize(
    ("what", "answers", "request_", "rule"),
    [
        (answering(5, "payment"), [], 2, None),
        (answering(5, to=1), [], 1, None),
        (answering(5, to=77), [], 77, None),  # it overtakes its question: its id stands on the paper
        (answering(5), [answer(9, 4, to=1)], None, "pause.ends_before_start"),
        (answering(10), [], 3, None),
        (answering(10, "payment"), [answer(9, 4, "payment")], None, "payment.not_asked"),
        (answering(5, to=3), [], None, "pause.ends_before_start"),
        (answering(5, to=2), [], None, "request.other_kind"),
        (answering(5, to=1), [answer(9, 4, to=1)], None, "request.settled"),
        (answering(5, to=4), [], None, "request.settled"),
    ],
)
def test_an_answer_needs_its_question_and_comes_after_it(what, answers, request_, rule):
    found, problem = answered(ASKED, answers, what)

    assert (found and found.int, problem and problem.rule) == (request_, rule)
    if problem is not None:
        assert (problem.field, problem.source) == ("request", "NĐ 118/2025 Đ.19.5")


def test_nothing_asked_nothing_answered():
    assert answered([], [], answering(5))[1].rule == "supplement.not_asked"


@pytest.mark.parametrize(
    ("rule_set", "rule", "words"),
    [
        ("nd-118-2025", "supplement_appraisal", "NĐ 118/2025 Đ.19.5"),
        ("nd-61-2018", "max_extensions", "NĐ 61/2018 Đ.19"),
        ("nd-217-2026", "max_supplements", "NĐ 217/2026"),
        (None, "apology_lead", "NĐ 118/2025 Đ.19.6"),
        ("nd-118-2025", "payment_pauses", ""),
        ("nd-1-1999", "max_extensions", ""),
    ],
)
def test_the_article_is_that_of_the_dossiers_rule_set(rule_set, rule, words):
    assert article(rule_set, rule) == words
