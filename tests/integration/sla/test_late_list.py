"""The late list: every filter, working days late, pages that never shift, files of any size."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from python_calamine import CalamineWorkbook

from contracts.codes import Role
from libs.clock import utcnow
from libs.http import build_app
from libs.tokens import Identity, issue, new_key
from services.sla import api, pages
from services.sla.handlers.late_list import COLUMNS
from services.sla.settings import SlaSettings
from services.sla.store.late import page_sql
from services.sla.store.late_filter import LateFilter
from tests.integration.sla.conftest import Clocks
from tests.unit.services.sla.makers import COMMUNE, OTHER, Story, vn

KEY = new_key()
BEGINS = "code,procedure_code,field,competent_unit,received_at,due_current,late_at,days_late,state,holder,holder_since"
LATE = "/sla/api/v1/late-dossiers"
MONDAY = vn("2026-03-02 08:00")


@dataclass
class Desk:
    """The service's HTTP side for one person."""

    http: httpx.AsyncClient

    async def get(self, path: str = LATE, **params: Any) -> Any:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def codes(self, **params: Any) -> list[int]:
        """The numbers of the dossiers on the list."""
        return [int(item["code"][-6:]) for item in (await self.get(**params))["items"]]


def client(clocks: Clocks, *units: str) -> httpx.AsyncClient:
    given = dict(KEY.as_dict(private=False))
    settings = clocks.namespace.settings("sla", SlaSettings).model_copy(
        update={"token_public_key": orjson.dumps(given).decode()}
    )
    clocks.runtime.settings = settings
    app = build_app(clocks.runtime, api=api.routers(), pages=[pages.router])
    who = Identity(uuid4(), "thanhtra", frozenset({Role.INSPECTOR}), frozenset(units))
    headers = {"Authorization": f"Bearer {issue(KEY, who, now=utcnow())}"}
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)


@pytest.fixture
async def desk(clocks: Clocks) -> AsyncIterator[Desk]:
    async with client(clocks, "*") as http:
        yield Desk(http)


@pytest.fixture
async def lives(clocks: Clocks) -> None:
    """Eight dossiers: 1–3 open and late, 4–5 ended late, 6 ended in time, 7 waits, 8 late elsewhere."""
    clocks.now = vn("2026-03-30 12:00")
    week = timedelta(days=7)
    await clocks.tell(
        Story(1).received(MONDAY),
        Story(2).received(MONDAY + week),
        Story(3).received(MONDAY + 2 * week, "1.000002", competent_unit="P01.C002"),
        Story(4).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-10 09:00")),
        Story(5).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-24 09:00")),
        Story(6).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-09 16:00")),
        Story(7).received(MONDAY).leg(MONDAY).paying(vn("2026-03-03 09:00")),
        Story(8).received(MONDAY, competent_unit=OTHER, receiving_unit=OTHER, field="dat-dai"),
    )


@pytest.mark.usefixtures("lives")
class TestFilters:
    @pytest.mark.parametrize(
        ("params", "found"),
        [
            ({}, {1, 2, 3, 4, 5, 8}),
            ({"state": "open"}, {1, 2, 3, 8}),
            ({"state": "closed"}, {4, 5}),
            ({"unit": "P01"}, {1, 2, 3, 4, 5}),
            ({"unit": COMMUNE}, {1, 2, 4, 5}),
            ({"unit": "P02"}, {8}),
            ({"field": "dat-dai"}, {8}),
            ({"procedure": "1.000002"}, {3}),
            ({"level": "commune"}, {1, 2, 3, 4, 5, 8}),
            ({"level": "province"}, set()),
            ({"from": "2026-03-11"}, {2, 3}),
            ({"to": "2026-03-10"}, {1, 4, 5, 8}),
            ({"from": "2026-03-17", "to": "2026-03-17"}, {2}),
            ({"state": "closed", "min_days": 1}, {4, 5}),
            ({"state": "closed", "min_days": 2}, {5}),
            ({"state": "closed", "min_days": 11}, {5}),
            ({"state": "closed", "min_days": 12}, set()),
            ({"state": "open", "min_days": 5000}, set()),
        ],
    )
    async def test_each_filter_selects_what_it_says(
        self, desk: Desk, params: dict[str, Any], found: set[int]
    ):
        answer = await desk.get(**params)

        assert {int(item["code"][-6:]) for item in answer["items"]} == found
        assert answer["totals"]["total"] == len(found)
        assert answer["totals"]["open"] + answer["totals"]["closed"] == len(found)

    async def test_a_row_has_the_promised_keys_first(self, desk: Desk):
        (item,) = (await desk.get(state="closed", min_days=2))["items"]

        assert list(item)[:11] == BEGINS.split(",")
        assert item["days_late"] == 11
        assert datetime.fromisoformat(item["due_current"]) == vn("2026-03-09 17:00")
        assert datetime.fromisoformat(item["late_at"]) == vn("2026-03-10 00:00")
        assert (item["state"], item["holder"]) == ("stopped", COMMUNE)

    async def test_a_person_sees_only_the_own_units(self, clocks: Clocks):
        async with client(clocks, "P02") as http:
            desk = Desk(http)

            assert await desk.codes() == [8]
            assert await desk.codes(unit="P01") == []

    async def test_a_csv_holds_everything_and_a_mark_where_asked_for(self, desk: Desk):
        plain = await desk.http.get(LATE, params={"format": "csv"})
        answer = await desk.http.get(LATE, params={"format": "csv", "bom": "1"})

        text = answer.content.decode("utf-8-sig")
        assert answer.content == b"\xef\xbb\xbf" + plain.content
        assert text.startswith(BEGINS)
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == 6
        assert rows[0]["due_current"] == "2026-03-09T17:00:00+07:00"

    async def test_an_xlsx_has_typed_dates(self, desk: Desk):
        answer = await desk.http.get(LATE, params={"format": "xlsx", "state": "closed"})

        header, first, _ = (
            CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        )
        assert header == list(COLUMNS)
        assert first[header.index("due_current")].isoformat() == "2026-03-09T17:00:00"
        assert isinstance(first[header.index("days_late")], float | int)

    async def test_a_cell_is_never_a_formula(self, clocks: Clocks, desk: Desk):
        await clocks.pool.execute("UPDATE dossier SET field = '=1+1' WHERE competent_unit = $1", OTHER)

        answer = await desk.http.get(LATE, params={"format": "csv", "unit": OTHER})

        assert "'=1+1" in answer.text

    @pytest.mark.parametrize(
        ("params", "status", "field"),
        [
            ({"unit": "P99"}, 404, "unit"),
            ({"from": "2026-03-11", "to": "2026-03-10"}, 422, "to"),
            ({"from": "gestern"}, 422, "from"),
            ({"level": "ward"}, 422, "level"),
            ({"state": "late"}, 422, "state"),
            ({"min_days": -1}, 422, "min_days"),
            ({"cursor": "x"}, 422, "cursor"),
            ({"format": "pdf"}, 422, "format"),
        ],
    )
    async def test_bad_input_is_named_with_its_field(
        self, desk: Desk, params: dict[str, Any], status: int, field: str
    ):
        answer = await desk.http.get(LATE, params=params)

        assert answer.status_code == status
        assert answer.json()["errors"][0]["field"] == field

    async def test_the_page_shows_the_list_in_vietnamese(self, desk: Desk):
        answer = await desk.http.get("/sla/", params={"unit": "P02", "level": "", "min_days": ""})

        assert answer.status_code == 200
        assert "Hồ sơ trễ hạn" in answer.text
        assert "H01.01-260302-000008" in answer.text
        assert "H01.01-260302-000001" not in answer.text

    async def test_the_page_keeps_what_was_typed_wrong(self, desk: Desk):
        answer = await desk.http.get("/sla/", params={"min_days": "nhiều", "tu": "hôm qua"})

        assert answer.status_code == 422
        assert "Số ngày trễ là một số nguyên" in answer.text
        assert 'value="hôm qua"' in answer.text

    async def test_a_clock_is_explained_day_by_day(self, desk: Desk):
        answer = await desk.get("/sla/api/v1/dossiers/H01.01-260302-000005/clock")

        keys = [
            "code",
            "rule_set",
            "received_at",
            "due_original",
            "due_current",
            "late_at",
            "state",
            "outcome",
            "lines",
        ]
        assert list(answer)[: len(keys)] == keys
        assert (answer["outcome"], answer["days_late"]) == ("late", 11)
        assert [line["date"] for line in answer["lines"]][:2] == ["2026-03-02", "2026-03-03"]
        assert answer["lines"][-1]["date"] == "2026-03-24"
        assert "quá hạn" in answer["conclusion"]

    async def test_an_unknown_code_is_named(self, desk: Desk):
        answer = await desk.http.get("/sla/api/v1/dossiers/H01.01-260302-999999/clock")

        assert answer.status_code == 404
        assert answer.json()["errors"][0] == {
            "field": "code",
            "rule": "dossier_unknown",
            "message": "Không tìm thấy hồ sơ H01.01-260302-999999",
        }

    async def test_a_clock_outside_the_scope_does_not_exist(self, clocks: Clocks):
        async with client(clocks, "P02") as http:
            answer = await http.get("/sla/api/v1/dossiers/H01.01-260302-000005/clock")

        assert answer.status_code == 404

    async def test_the_clocks_page_can_be_read(self, desk: Desk):
        answer = await desk.http.get("/sla/ho-so/H01.01-260302-000005")

        assert answer.status_code == 200
        assert "Nghị định 118/2025/NĐ-CP" in answer.text
        assert "02/03/2026" in answer.text

    async def test_a_calendar_year_is_shown(self, desk: Desk):
        answer = await desk.get("/sla/api/v1/calendar", year=2026, unit=COMMUNE)
        shown = await desk.http.get("/sla/lich", params={"year": "2026"})

        assert len(answer["days"]) == 365
        assert answer["working_days"] == 261
        assert shown.status_code == 200


async def test_pages_never_shift_while_dossiers_come_and_go(clocks: Clocks, desk: Desk):
    clocks.now = vn("2026-04-30 12:00")
    stories = [Story(n).received(MONDAY + timedelta(days=n % 20)).leg(MONDAY) for n in range(1, 101)]
    await clocks.tell(*stories)
    there = set(await desk.codes(limit=1000))
    seen: list[int] = []
    cursor: str | None = None
    fresh = 1000
    while True:
        page = await desk.get(limit=7, **({"cursor": cursor} if cursor else {}))
        seen += [int(item["code"][-6:]) for item in page["items"]]
        cursor = page["cursor"]
        if cursor is None:
            break
        fresh += 1
        await clocks.tell(Story(fresh).received(vn("2026-04-20 08:00")))

    assert len(seen) == len(set(seen))
    assert there <= set(seen)


async def test_min_days_pages_through_what_it_leaves_out(clocks: Clocks, desk: Desk):
    ended = vn("2026-03-12 09:00")
    stories = [
        Story(n).received(MONDAY + timedelta(days=n % 3)).leg(MONDAY).resolved(ended) for n in range(1, 61)
    ]
    await clocks.tell(*stories)
    wanted = {n for n in range(1, 61) if n % 3 == 0}

    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = await desk.get(limit=7, min_days=3, **({"cursor": cursor} if cursor else {}))
        seen += [int(item["code"][-6:]) for item in page["items"]]
        cursor = page["cursor"]
        if cursor is None:
            break

    assert (set(seen), len(seen)) == (wanted, len(wanted))
    assert (await desk.get(min_days=3))["totals"]["total"] == len(wanted)


async def test_an_overdue_clock_enters_the_list_at_its_moment(clocks: Clocks, desk: Desk):
    now = utcnow()
    await clocks.tell(
        Story(1).received(now - timedelta(minutes=11), "9.000001"),
        Story(2).received(now - timedelta(minutes=5), "9.000001"),
    )

    assert await desk.codes() == [1]


async def test_errors_and_ignored_facts_are_listed(clocks: Clocks, desk: Desk):
    story = (
        Story(2)
        .received(MONDAY)
        .leg(MONDAY)
        .resolved(vn("2026-03-06 09:00"))
        .withdrawn(vn("2026-03-07 09:00"))
    )
    await clocks.tell(Story(1).received(MONDAY, "1.000003"), story)

    errors = (await desk.get("/sla/api/v1/errors"))["items"]
    conflicts = (await desk.get("/sla/api/v1/conflicts"))["items"]

    assert [item["why"] for item in errors] == ["no_limit"]
    assert [(item["fact"], item["note"]) for item in conflicts] == [("withdrawn", "rival_ending")]


async def test_a_slip_that_names_another_day_is_listed(clocks: Clocks, desk: Desk):
    await clocks.tell(
        Story(1).received(MONDAY, appointment_at=vn("2026-03-10 17:00")),
        Story(2).received(MONDAY, appointment_at=vn("2026-03-09 11:00")),
    )

    items = (await desk.get("/sla/api/v1/differences"))["items"]

    assert [item["code"][-1] for item in items] == ["1"]


async def test_the_open_list_is_served_by_its_index(clocks: Clocks, desk: Desk):
    await clocks.tell(*(Story(n).received(MONDAY) for n in range(2000)))
    await clocks.pool.execute("ANALYZE dossier")
    sql, values = page_sql(LateFilter(as_of=utcnow(), scope=None, state="open"), None, 50)
    plan = str(await clocks.pool.fetch("EXPLAIN " + sql, *values))

    assert "dossier_late" in plan
    assert "Sort" not in plan
