"""The calendar over HTTP: the interface, and the pages people see."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from contracts.catalogue import DayKind
from contracts.codes import Role
from libs.clock import VN, utcnow
from libs.http import build_app, routes_without_rule
from libs.tokens import Identity, issue, new_key
from services.sla import api, pages
from services.sla.settings import SlaSettings
from tests.integration.sla.conftest import Clocks
from tests.integration.sla.test_calendar_decisions import preview, published
from tests.unit.services.sla.makers import COMMUNE, PROVINCE, Story, decision

KEY = new_key()
API = "/sla/api/v1/calendar"
TODAY = utcnow().astimezone(VN).date()
TOMORROW = TODAY + timedelta(days=1)


def client(clocks: Clocks, name: str, *roles: Role, units: tuple[str, ...] = ("*",)) -> httpx.AsyncClient:
    public = orjson.dumps(dict(KEY.as_dict(private=False))).decode()
    clocks.runtime.settings = clocks.namespace.settings("sla", SlaSettings, token_public_key=public)
    app = build_app(clocks.runtime, api=api.routers(), pages=[pages.router])
    who = Identity(uuid4(), name, frozenset(roles or (Role.ADMIN,)), frozenset(units))
    headers = {"Authorization": f"Bearer {issue(KEY, who, now=utcnow())}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers)


@pytest.fixture
async def lan(clocks: Clocks) -> AsyncIterator[httpx.AsyncClient]:
    async with client(clocks, "lan") as http:
        yield http


@pytest.fixture
async def mai(clocks: Clocks) -> AsyncIterator[httpx.AsyncClient]:
    async with client(clocks, "mai", Role.OPERATOR) as http:
        yield http


def storm(**more: Any) -> dict[str, Any]:
    days = [{"date": TOMORROW.isoformat(), "kind": "closed", "name": "Bão số 3"}]
    return {"document": "Công điện 21", "decided_on": TODAY.isoformat(), "days": days} | more


async def ok(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_every_route_says_who_may_use_it(clocks: Clocks):
    app = build_app(clocks.runtime, api=api.routers(), pages=[pages.router])

    assert routes_without_rule(app) == []


class TestTheInterface:
    async def test_a_decision_from_proposal_to_the_dossiers_it_moved(
        self, clocks: Clocks, lan: httpx.AsyncClient, mai: httpx.AsyncClient
    ):
        clocks.now = utcnow()
        story = Story().received(utcnow() - timedelta(hours=1))
        await clocks.tell(story)
        proposal = await ok(await lan.post(f"{API}/proposals", json=storm()), 201)
        assert proposal["preview"]["state"] == "waiting"
        await preview(clocks, utcnow())
        number, code = proposal["id"], proposal["decision"]["code"]
        seen = await ok(await mai.get(f"{API}/proposals/{number}"))
        counted = seen["preview"]
        assert counted["text"] == f"{counted['moved']} hồ sơ dời hạn, 0 hết quá hạn, 0 thành quá hạn"

        refused = await lan.post(f"{API}/proposals/{number}/approval")
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["rule"] == "second_person"
        key = {"Idempotency-Key": "k1"}
        assert (await ok(await mai.post(f"{API}/proposals/{number}/approval", headers=key)))[
            "state"
        ] == "approved"
        assert (await ok(await mai.post(f"{API}/proposals/{number}/approval", headers=key)))[
            "state"
        ] == "approved"
        await published(clocks)
        await clocks.recompute(utcnow())

        shown = await ok(await lan.get(f"{API}/decisions/{code}"))
        assert shown["origin"] == "decision"
        assert [(act["act"], act["username"]) for act in shown["acts"]] == [
            ("proposed", "lan"), ("previewed", None), ("approved", "mai"),
        ]  # fmt: skip
        moves = await ok(await lan.get(f"{API}/decisions/{code}/moves"))
        explained = await ok(await lan.get(f"/sla/api/v1/dossiers/{story.code}/clock"))
        assert [item["code"] for item in moves["items"]] == [story.code] * counted["moved"]
        assert [move["decision"] for move in explained["calendar_moves"]] == [code] * counted["moved"]
        csv = await lan.get(f"{API}/decisions/{code}/moves", params={"format": "csv"})
        assert csv.text.startswith(
            "code,procedure_code,competent_unit,decision,version,withdrawn,due_before,due_after"
        )
        tasks = await ok(await lan.get("/sla/api/v1/recomputations"))
        assert tasks["items"][0]["decision"] == code

    async def test_errors_name_field_rule_and_article(self, lan: httpx.AsyncClient):
        old = [{"date": (TODAY - timedelta(days=90)).isoformat(), "kind": "holiday"}]
        answer = await lan.post(f"{API}/proposals", json=storm(days=old * 2, unit=PROVINCE))

        assert answer.status_code == 422
        found = {(each["rule"], each.get("source", "")) for each in answer.json()["errors"]}
        assert {("day_twice", ""), ("holiday_is_national", "BLLĐ 2019 Đ.112")} <= found
        assert any(rule == "period_closed" and "NĐ 09/2019" in source for rule, source in found)

    async def test_who_only_reads_cannot_propose_and_a_province_sees_only_its_moved_dossiers(
        self, clocks: Clocks
    ):
        async with client(clocks, "clerk", Role.CLERK, units=("P02",)) as http:
            assert (await http.post(f"{API}/proposals", json=storm())).status_code == 403
            assert (await ok(await http.get(f"{API}/decisions")))["items"] == []
            assert (await http.get(f"{API}/decisions/NONE/moves")).status_code == 404

    async def test_lists_come_in_pages(self, clocks: Clocks, lan: httpx.AsyncClient):
        await clocks.know(*(decision(f"VN.{each}", {TOMORROW: DayKind.CLOSED}) for each in "ABC"))
        first = await ok(await lan.get(f"{API}/decisions", params={"limit": 2, "year": TOMORROW.year}))
        rest = await ok(await lan.get(f"{API}/decisions", params={"limit": 2, "cursor": first["cursor"]}))
        assert [item["code"] for page in (first, rest) for item in page["items"]] == ["VN.A", "VN.B", "VN.C"]
        assert rest["cursor"] is None
        for unit in ("P01", "P02", None):
            await ok(await lan.post(f"{API}/proposals", json=storm(unit=unit)), 201) if unit else None
        first = await ok(await lan.get(f"{API}/proposals", params={"limit": 1}))
        rest = await ok(await lan.get(f"{API}/proposals", params={"cursor": first["cursor"]}))
        assert len(first["items"]) == len(rest["items"]) == 1


class TestThePages:
    async def test_people_propose_approve_and_withdraw_with_forms(
        self, clocks: Clocks, lan: httpx.AsyncClient, mai: httpx.AsyncClient
    ):
        form = {
            "document": "QĐ 12/QĐ-UBND",
            "decided_on": f"{TODAY:%d/%m/%Y}",
            "unit": COMMUNE,
            "days": f"{TOMORROW:%d/%m/%Y} - {TOMORROW + timedelta(days=1):%d/%m/%Y}; đóng cửa; Bão số 3",
            "weekly": "2-6; làm việc; 07:30-11:30, 13:00-16:30\n7; tiếp nhận; 7:30-11:00",
            "valid_from": f"{TOMORROW:%d/%m/%Y}",
        }
        answer = await lan.post("/sla/lich/de-xuat", data=form)
        assert answer.status_code == 303, answer.text
        place = answer.headers["location"]
        waiting = await lan.get(place)
        assert "Đang chờ tính thử" in waiting.text
        assert "Thứ Hai đến Thứ Sáu" in waiting.text
        await preview(clocks, utcnow())
        own = await lan.get(place)
        assert "Người đề xuất không tự duyệt" in own.text
        assert "0 hồ sơ dời hạn, 0 hết quá hạn, 0 thành quá hạn" in own.text

        assert (await mai.post(f"{place}/duyet")).status_code == 303
        await published(clocks)
        await clocks.recompute(utcnow())

        year = await mai.get("/sla/lich", params={"unit": COMMUNE, "year": TOMORROW.year})
        assert "QĐ 12/QĐ-UBND" in year.text
        assert "07:30–11:30, 13:00–16:30" in year.text
        assert "Bão số 3" in year.text
        code = f"{COMMUNE}.{TOMORROW.year}.D{place.rpartition('/')[2]}"
        assert "Đã duyệt" in (await mai.get(f"/sla/lich/quyet-dinh/{code}")).text
        assert code in (await mai.get("/sla/lich/quyet-dinh", params={"year": TOMORROW.year})).text
        away = await mai.post(
            f"/sla/lich/quyet-dinh/{code}/rut", data={"document": "QĐ 13", "decided_on": f"{TODAY:%d/%m/%Y}"}
        )
        assert away.status_code == 303, away.text
        assert "Đề xuất rút quyết định" in (await lan.get(away.headers["location"])).text
        rejected = await lan.post(f"{away.headers['location']}/tu-choi", data={"reason": "Bão chưa tan"})
        assert rejected.status_code == 303
        assert "Bão chưa tan" in (await lan.get(away.headers["location"])).text

    async def test_a_form_that_makes_no_sense_comes_back_with_its_errors(self, lan: httpx.AsyncClient):
        form = {
            "document": "",
            "decided_on": "hôm qua",
            "days": "32/13/2026; nghỉ\n",
            "weekly": "9; làm việc",
        }
        page = await lan.post("/sla/lich/de-xuat", data=form)

        assert page.status_code == 422
        for words in ("Dòng 1: ngày phải có dạng", "Dòng 1: thứ phải có dạng", "Ngày phải có dạng"):
            assert words in page.text
        assert "9; làm việc" in page.text

    async def test_a_calendar_of_a_year_shows_every_kind_in_words(
        self, clocks: Clocks, lan: httpx.AsyncClient
    ):
        kinds = [kind for kind in DayKind if kind != DayKind.COUNTER]
        days = {TOMORROW.replace(month=5, day=4 + at): kind for at, kind in enumerate(kinds)}
        await clocks.know(decision("VN.X", days))

        page = (await lan.get("/sla/lich", params={"year": TOMORROW.year})).text

        for words in ("Nghỉ lễ, tết", "Nghỉ bù", "Nghỉ hoán đổi", "Làm bù", "Đóng cửa", "Ngày làm việc"):
            assert words in page
