"""Requests and answers pair up alike in whatever order they were heard."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.asked import Answer, Request, still_open
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
