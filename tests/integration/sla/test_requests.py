""" "Explain by <date>": asked by an inspector, seen and answered by the unit, tracked until the last answer."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from contracts.codes import Role
from contracts.sla import LatenessExplained
from libs.clock import VN, utcnow
from tests.integration.sla.conftest import Clocks, of_kind
from tests.integration.sla.test_causes import sign_in
from tests.integration.sla.test_late_list import MONDAY, Desk, client
from tests.unit.services.sla.makers import COMMUNE, OTHER, Story, vn

REQUESTS = "/sla/api/v1/explain-requests"
TODAY = utcnow().astimezone(VN).date()
SOON = (TODAY + timedelta(days=5)).isoformat()
STORIES = [Story(n) for n in (1, 2, 3, 4)]


@pytest.fixture
async def desk(clocks: Clocks) -> AsyncIterator[Desk]:
    clocks.now = vn("2026-03-30 12:00")
    one, two, elsewhere, fine = (Story(n) for n in (1, 2, 3, 4))
    await clocks.tell(
        one.received(MONDAY).leg(MONDAY),
        two.received(MONDAY).leg(MONDAY),
        elsewhere.received(MONDAY, competent_unit=OTHER, receiving_unit=OTHER),
        fine.received(utcnow() - timedelta(minutes=5)),
    )
    await clocks.forget()
    async with client(clocks, "*") as http:
        yield Desk(http)


def code(number: int) -> str:
    return Story(number).code


async def ask(desk: Desk, **more: object) -> dict:
    body = {"unit": COMMUNE, "due_on": SOON, "text": "Đề nghị giải trình", "codes": [code(1), code(2)]} | more
    answer = await desk.http.post(
        REQUESTS, json={key: value for key, value in body.items() if value is not None}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def reply(desk: Desk, asked: dict, number: int, text: str = "Quá tải do sáp nhập xã") -> dict:
    body = {"code": code(number), "cause": "overload", "text": text}
    answer = await desk.http.post(f"{REQUESTS}/{asked['id']}/answers", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_unit_sees_what_it_is_asked_and_answers_until_nothing_is_left(clocks: Clocks, desk: Desk):
    asked = await ask(desk)
    sign_in(desk.http, Role.OFFICER, COMMUNE)
    listed = await desk.get(REQUESTS)
    before = await desk.get(f"{REQUESTS}/{asked['id']}")
    left = [(await reply(desk, asked, number))["left_open"] for number in (1, 2)]
    after = await desk.get(f"{REQUESTS}/{asked['id']}")

    assert asked["dossiers"] == 2
    assert listed["counts"] == {"open": 1, "overdue": 0, "answered": 0}
    assert [item["code"] for item in before["items"]] == [code(1), code(2)]
    assert (before["state"], after["state"], left) == ("open", "answered", [1, 0])
    assert {item["cause"] for item in after["items"]} == {"overload"}
    assert (await desk.get(REQUESTS))["counts"] == {"open": 0, "overdue": 0, "answered": 1}


async def test_an_answer_states_the_cause_and_is_said_without_its_words(clocks: Clocks, desk: Desk):
    asked = await ask(desk)
    await reply(desk, asked, 1)

    (event,) = of_kind(await clocks.said(), LatenessExplained)
    assert event.data.cause == "overload"
    assert not any(
        b"s\xc3\xa1p" in row["value"] for row in await clocks.pool.fetch("SELECT value FROM outbox")
    )
    notes = await desk.get(f"{REQUESTS}/{asked['id']}/notes")
    assert notes == {
        "text": "Đề nghị giải trình",
        "items": [{"code": code(1), "text": "Quá tải do sáp nhập xã"}],
    }
    actions = await clocks.pool.fetch("SELECT action FROM audit ORDER BY id")
    assert [row["action"] for row in actions] == ["explain-request", "cause", "explain-notes"]


async def test_an_answer_given_anew_counts_once(desk: Desk):
    asked = await ask(desk)
    left = [(await reply(desk, asked, 1, text))["left_open"] for text in ("Lần một", "Lần hai")]

    assert left == [1, 1]
    changes = (await desk.get(f"/sla/api/v1/dossiers/{code(1)}/cause"))["changes"]
    assert len(changes) == 2


async def test_a_dossier_that_is_late_no_more_is_answered_with_words_alone(clocks: Clocks, desk: Desk):
    asked = await ask(desk)
    story = Story(1).received(MONDAY)
    own = await clocks.pool.fetchval("SELECT id FROM dossier WHERE code = $1", story.code)
    story.id = own
    story.leg(MONDAY).resolved(vn("2026-03-06 09:00"))
    await clocks.hear(story.events[-1].model_copy(update={"subject": own, "dossierseq": 2}))
    assert (await clocks.row(story))["late_since"] is None

    answer = await reply(desk, asked, 1, "Đã trả đúng hạn, ghi nhận muộn")

    assert (answer["cause"], answer["left_open"]) == (None, 1)
    assert of_kind(await clocks.said(), LatenessExplained) == []


async def test_a_request_past_its_day_is_overdue(clocks: Clocks, desk: Desk):
    await ask(desk)
    await clocks.pool.execute("UPDATE explain_request SET due_on = $1", TODAY - timedelta(days=1))

    assert (await desk.get(REQUESTS))["counts"] == {"open": 0, "overdue": 1, "answered": 0}
    assert [item["state"] for item in (await desk.get(REQUESTS, state="overdue"))["items"]] == ["overdue"]
    assert (await desk.get(REQUESTS, state="open"))["items"] == []


async def test_a_frozen_list_is_asked_about_for_the_units_own_dossiers(desk: Desk):
    made = (await desk.http.post("/sla/api/v1/frozen-lists")).json()
    asked = await ask(desk, codes=None, list=made["id"])

    items = (await desk.get(f"{REQUESTS}/{asked['id']}"))["items"]
    assert [item["code"] for item in items] == [code(1), code(2)]


async def test_requests_come_in_pages_the_newest_first(desk: Desk):
    made = [(await ask(desk))["id"] for _ in range(3)]
    first = await desk.get(REQUESTS, limit=2)
    second = await desk.get(REQUESTS, limit=2, cursor=first["cursor"])

    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]


async def test_foreign_units_neither_see_nor_answer(desk: Desk):
    asked = await ask(desk)
    sign_in(desk.http, Role.OFFICER, OTHER)
    body = {"code": code(1), "cause": "overload", "text": "Không phải của tôi"}

    assert (await desk.get(REQUESTS))["items"] == []
    assert (await desk.http.get(f"{REQUESTS}/{asked['id']}")).status_code == 404
    assert (await desk.http.post(f"{REQUESTS}/{asked['id']}/answers", json=body)).status_code == 404


async def test_only_inspectors_ask(desk: Desk):
    sign_in(desk.http, Role.SUPERVISOR, "P01")
    answer = await desk.http.post(REQUESTS, json={"unit": COMMUNE, "due_on": SOON, "codes": [code(1)]})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("more", "status", "field", "rule"),
    [
        ({"codes": [code(3)]}, 422, "codes", "other_unit"),
        ({"codes": [code(4)]}, 422, "codes", "not_late"),
        ({"codes": ["H01.01-260302-999999"]}, 404, "codes", "dossier_unknown"),
        ({"codes": []}, 422, "codes", "one_of"),
        ({"due_on": "2020-01-01"}, 422, "due_on", "past"),
        ({"unit": "P99"}, 404, "unit", "unit_unknown"),
        ({"codes": [], "list": "0d6ab1fc-53c7-5f6d-8f2a-2f7d4a1f9a35"}, 404, "list", "list_unknown"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(
    desk: Desk, more: dict, status: int, field: str, rule: str
):
    body = {"unit": COMMUNE, "due_on": SOON, "codes": [code(1)]} | more
    answer = await desk.http.post(REQUESTS, json=body)

    assert answer.status_code in {status, 422}
    error = answer.json()["errors"][0]
    assert (error["field"], error["rule"]) == (field, rule)
