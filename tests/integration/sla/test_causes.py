"""Causes of lateness: proposed by the clock, stated by persons, kept, said without a word of theirs."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from contracts.codes import Cause, Role
from contracts.sla import LatenessExplained
from libs.clock import utcnow
from libs.tokens import Identity, issue
from services.sla.handlers import proposing
from tests.integration.sla.conftest import Clocks, of_kind
from tests.integration.sla.test_late_list import KEY, MONDAY, Desk, client
from tests.unit.services.sla.makers import COMMUNE, OTHER, Story, vn

WORDS = "Chờ Chi cục Thuế gửi thông báo, đã đôn đốc hai lần"


@pytest.fixture
async def desk(clocks: Clocks) -> AsyncIterator[Desk]:
    async with client(clocks, "*") as http:
        yield Desk(http)


def sign_in(http: httpx.AsyncClient, role: Role, *units: str) -> None:
    who = Identity(uuid4(), role.value, frozenset({role}), frozenset(units))
    http.headers["Authorization"] = f"Bearer {issue(KEY, who, now=utcnow())}"


def address(story: Story, more: str = "") -> str:
    return f"/sla/api/v1/dossiers/{story.code}/cause{more}"


@pytest.fixture
async def late(clocks: Clocks) -> Story:
    clocks.now = vn("2026-03-30 12:00")
    story = Story(1).received(MONDAY).leg(MONDAY).leg(vn("2026-03-04 09:00"), "P01", 2)
    await clocks.tell(story)
    await propose(clocks)
    await clocks.forget()
    return story


async def propose(clocks: Clocks) -> int:
    return await proposing.propose_some(clocks.pool, clocks.rulebook, now=clocks.now, size=50)


async def test_the_clock_proposes_a_cause_and_says_nothing(clocks: Clocks, desk: Desk, late: Story):
    answer = await desk.get(address(late))

    assert (answer["cause"], answer["responsible_unit"], answer["leg_no"], answer["by"]) == (
        "partner_agency_late", "P01", 2, "clock",
    )  # fmt: skip
    assert answer["proposal"]["evidence"] == "held"
    assert answer["changes"] == []
    assert await clocks.said() == []


async def test_a_dossier_is_proposed_for_once_until_something_changes(clocks: Clocks, late: Story):
    assert await propose(clocks) == 0

    late.resolved(vn("2026-03-24 09:00"))
    clocks.now += timedelta(minutes=1)
    await clocks.hear(late.events[-1])

    assert await propose(clocks) == 1
    assert await propose(clocks) == 0


async def test_a_dossier_in_time_is_proposed_for_by_nobody(clocks: Clocks):
    clocks.now = vn("2026-03-02 09:00")
    await clocks.tell(Story(1).received(MONDAY))

    assert await propose(clocks) == 0


async def test_a_person_changes_it_with_reasons_and_that_is_said(clocks: Clocks, desk: Desk, late: Story):
    body = {"cause": "overload", "responsible_unit": COMMUNE, "leg_no": 1, "text": WORDS}
    answer = await desk.http.post(address(late), json=body)

    assert answer.status_code == 201, answer.text
    (event,) = of_kind(await clocks.said(), LatenessExplained)
    assert (event.data.cause, event.data.responsible_unit, event.data.leg_no) == (Cause.OVERLOAD, COMMUNE, 1)
    assert str(event.data.note) == answer.json()["note"]
    assert WORDS not in event.model_dump_json()
    row = await clocks.row(late)
    assert (row["cause"], row["cause_by"], row["responsible_unit"]) == ("overload", "person", COMMUNE)
    assert (row["revision"], row["seq"]) == (event.data.revision, event.dossierseq)
    shown = await desk.get(address(late))
    (change,) = shown["changes"]
    assert (change["cause_before"], change["by_before"], change["cause"]) == (
        "partner_agency_late", "clock", "overload",
    )  # fmt: skip
    (item,) = (await desk.get(cause="overload"))["items"]
    assert (item["cause_by"], item["responsible_unit_name"]) == ("person", f"Đơn vị {COMMUNE}")


async def test_what_a_person_said_is_not_proposed_over(clocks: Clocks, desk: Desk, late: Story):
    await desk.http.post(address(late), json={"cause": "overload", "text": WORDS})
    late.resolved(vn("2026-03-24 09:00"))
    clocks.now = utcnow() + timedelta(minutes=1)
    await clocks.hear(late.events[-1])

    assert await propose(clocks) == 0
    assert (await desk.get(address(late)))["cause"] == "overload"


async def test_every_change_is_kept_and_the_words_are_read_by_audited_looks(
    clocks: Clocks, desk: Desk, late: Story
):
    for cause, words in (("overload", WORDS), ("system_failure", "Hệ thống dừng từ 5/3 đến 9/3")):
        await desk.http.post(address(late), json={"cause": cause, "text": words})

    notes = (await desk.get(address(late, "/notes")))["items"]

    assert [each["text"] for each in notes] == [WORDS, "Hệ thống dừng từ 5/3 đến 9/3"]
    audited = await clocks.pool.fetch("SELECT action, subject, found FROM audit ORDER BY id")
    assert [row["action"] for row in audited] == ["cause", "cause", "cause-notes"]
    assert {row["subject"] for row in audited} == {late.id}
    whole = await clocks.pool.fetch("SELECT value FROM outbox")
    assert not any(WORDS.encode() in row["value"] for row in whole)


async def test_the_same_key_states_once(clocks: Clocks, desk: Desk, late: Story):
    headers = {"Idempotency-Key": str(uuid4())}
    for _ in range(2):
        answer = await desk.http.post(
            address(late), json={"cause": "other", "text": "Lý do khác"}, headers=headers
        )
        assert answer.status_code == 201

    assert len(of_kind(await clocks.said(), LatenessExplained)) == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"cause": "overload", "text": "  "}, 422, "text"),
        ({"cause": "overload"}, 422, "text"),
        ({"cause": "weather", "text": WORDS}, 422, "cause"),
        ({"cause": "overload", "text": WORDS, "responsible_unit": "P99"}, 404, "responsible_unit"),
        ({"cause": "overload", "text": WORDS, "leg_no": 0}, 422, "leg_no"),
    ],
)
async def test_what_makes_no_sense_is_refused(desk: Desk, late: Story, body: dict, status: int, field: str):
    answer = await desk.http.post(address(late), json=body)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"] == field


async def test_a_dossier_that_is_not_late_has_no_cause(clocks: Clocks, desk: Desk):
    clocks.now = utcnow()
    story = Story(5).received(utcnow() - timedelta(hours=1))
    await clocks.tell(story)

    answer = await desk.http.post(address(story), json={"cause": "overload", "text": WORDS})

    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "not_late")


async def test_an_older_state_is_refused(desk: Desk, late: Story):
    tag = (await desk.http.get(address(late))).headers["ETag"]
    body = {"cause": "overload", "text": WORDS}
    first = await desk.http.post(address(late), json=body, headers={"If-Match": tag})
    second = await desk.http.post(address(late), json=body, headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (201, 412)


@pytest.mark.parametrize(
    ("role", "units", "status"),
    [
        (Role.OFFICER, [COMMUNE], 201),
        (Role.SUPERVISOR, ["P01"], 201),
        (Role.INSPECTOR, ["*"], 201),
        (Role.OFFICER, [OTHER], 404),
        (Role.CLERK, [COMMUNE], 403),
        (Role.OPERATOR, ["*"], 403),
    ],
)
async def test_who_may_state_it(desk: Desk, late: Story, role: Role, units: list[str], status: int):
    sign_in(desk.http, role, *units)

    answer = await desk.http.post(address(late), json={"cause": "overload", "text": WORDS})

    assert answer.status_code == status
