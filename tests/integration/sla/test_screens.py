"""Screens and apology lists over what was heard: found, linked, exported, scoped; thresholds changed with a trace."""

import csv
import io
import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import orjson
import pytest

from contracts import intake, routing
from contracts.codes import Reason, Role
from contracts.intake import StepKind
from libs.clock import utcnow
from libs.http import build_app, routes_without_rule
from libs.tokens import Identity, issue, new_key
from services.sla import api, pages
from services.sla.domain.apology import ApologyState
from services.sla.domain.screens import SCREENS
from services.sla.handlers.apologies import COLUMNS as APOLOGY_COLUMNS
from services.sla.handlers.retrace import retrace_chunk
from services.sla.handlers.screening import COLUMNS
from services.sla.settings import SlaSettings
from services.sla.store import apologies
from services.sla.store.apologies import Wanted, page_sql
from tests.integration.sla.conftest import Clocks
from tests.unit.services.sla.makers import COMMUNE, OTHER, Story, vn

KEY = new_key()
ODD = [
    "/sla/api/v1/late-dossiers?to=9999-12-31",
    "/sla/api/v1/late-dossiers?from=0001-01-01",
    "/sla/api/v1/late-dossiers?as_of=0001-01-01T00:00",
    "/sla/api/v1/late-dossiers?field=%00",
    "/sla/api/v1/dossiers/%00/clock",
    "/sla/api/v1/screens/mass_closing?to=9999-12-31",
    "/sla/api/v1/apologies/late_without?to=9999-12-31",
    "/sla/api/v1/calendar?year=9999",
    "/sla/api/v1/calendar/decisions?unit=NOPE",
    "/sla/?den=31/12/9999",
    "/sla/?luc=31/12/9999",
    "/sla/kiem-tra?den=31/12/9999",
    "/sla/lich?year=0",
    "/sla/lich?year=9999",
    "/sla/lich/de-xuat/99999999999999999999999",
]
"""Values at the edge of what a day or a text can be."""
SCREENS_AT, APOLOGIES_AT = "/sla/api/v1/screens", "/sla/api/v1/apologies"
MONDAY = vn("2026-03-02 08:00")
"""Five working days end on 9/3 at 17:00."""
People = Callable[..., httpx.AsyncClient]


@pytest.fixture(autouse=True)
async def nothing_yet(clocks: Clocks) -> None:
    await clocks.pool.execute("TRUNCATE signal, apology, threshold, threshold_change")


@pytest.fixture
async def people(clocks: Clocks) -> AsyncIterator[People]:
    """Makes clients of people with roles and units."""
    public = orjson.dumps(dict(KEY.as_dict(private=False))).decode()
    settings = clocks.namespace.settings("sla", SlaSettings)
    clocks.runtime.settings = settings.model_copy(update={"token_public_key": public})
    app = build_app(clocks.runtime, api=api.routers(), pages=[pages.router])
    assert routes_without_rule(app) == []
    opened: list[httpx.AsyncClient] = []

    def make(*units: str, role: Role = Role.INSPECTOR) -> httpx.AsyncClient:
        who = Identity(uuid4(), "thanhtra", frozenset({role}), frozenset(units or ("*",)))
        headers = {"Authorization": f"Bearer {issue(KEY, who, now=utcnow())}", "Origin": "http://test"}
        made = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers)
        opened.append(made)
        return made

    yield make
    for each in opened:
        await each.aclose()


@pytest.fixture
def desk(people: People) -> httpx.AsyncClient:
    return people()


async def get(http: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def found(http: httpx.AsyncClient, screen: str, **params: Any) -> list[tuple[int, int]]:
    """The findings of a screen: number of the dossier and value, the newest first."""
    items = (await get(http, f"{SCREENS_AT}/{screen}", **params))["items"]
    return [(int(item["code"][-6:]), item["value"]) for item in items]


def recorded(story: Story, after: timedelta) -> Story:
    """Let the last event of a story have been recorded so long after it happened."""
    event = story.events[-1]
    story.events[-1] = event.model_copy(update={"recordedtime": event.time + after})
    return story


def ask(story: Story, at: datetime, name: str, **more: Any) -> Story:
    data = {"request": uuid5(story.id, name), "reason": Reason.MISSING_PAPER} | more
    return story.tell(routing.SupplementRequested, at, **data)


def stop(story: Story, at: datetime) -> Story:
    return story.tell(routing.DossierStopped, at, reason=Reason.OTHER)


HOUR = timedelta(hours=1)


async def test_what_was_entered_in_order_is_found_by_no_screen(clocks: Clocks, desk: httpx.AsyncClient):
    story = Story(1).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-06 09:00"))
    story.tell(intake.ResultReturned, vn("2026-03-06 15:00"), way="counter")
    await clocks.tell(story)

    overview = (await get(desk, SCREENS_AT))["items"]

    assert [item["code"] for item in overview] == [screen.code for screen in SCREENS]
    assert {item["findings"] for item in overview} == {0}
    assert await clocks.pool.fetchval("SELECT count(*) FROM signal") == 0


async def test_backdated_entries_are_found_by_when_they_were_recorded(
    clocks: Clocks, desk: httpx.AsyncClient
):
    first = recorded(Story(1).received(MONDAY), 3 * HOUR)
    second = recorded(Story(2).received(MONDAY).resolved(vn("2026-03-06 09:00")), 5 * HOUR)
    prompt = recorded(Story(3).received(MONDAY), HOUR)
    await clocks.tell(first, second, prompt)

    assert await found(desk, "backdated_reception") == [(1, 180)]
    assert await found(desk, "backdated_result") == [(2, 300)]


async def test_requests_on_the_last_day_and_a_second_one_are_found(clocks: Clocks, desk: httpx.AsyncClient):
    last_day = ask(Story(1).received(MONDAY), vn("2026-03-09 09:00"), "a", ground="ND-118-2025/19.5")
    second = ask(Story(2).received(MONDAY), vn("2026-03-03 09:00"), "a", ground="ND-118-2025/19.5")
    second.tell(intake.SupplementProvided, vn("2026-03-04 09:00"), request=uuid5(second.id, "a"))
    ask(second, vn("2026-03-05 09:00"), "b")
    await clocks.tell(last_day, second)

    assert await found(desk, "last_day_supplement") == [(1, 0)]
    assert await found(desk, "second_supplement") == [(2, 2)]
    assert await found(desk, "groundless_pause") == []  # the second one stops no clock


async def test_a_request_that_stopped_no_clock_is_no_pause_without_ground(
    clocks: Clocks, desk: httpx.AsyncClient
):
    filed = Story(1).tell(
        intake.IntakeSupplementRequested, vn("2026-03-01 15:00"), request=uuid4(), reason=Reason.MISSING_PAPER
    )
    filed.received(MONDAY)
    expired = ask(Story(2).received(MONDAY), vn("2026-03-12 09:00"), "a")
    stood = ask(Story(3).received(MONDAY), vn("2026-03-04 09:00"), "a")
    await clocks.tell(filed, expired, stood)

    assert await found(desk, "groundless_pause") == [(3, 1)]


async def test_a_request_taken_back_is_found_no_more(clocks: Clocks, desk: httpx.AsyncClient):
    story = ask(Story(1).received(MONDAY), vn("2026-03-09 09:00"), "a")
    await clocks.tell(story)
    assert await found(desk, "last_day_supplement") == [(1, 0)]

    request = uuid5(story.id, "a")
    story.tell(
        routing.SupplementRequestCancelled, vn("2026-03-09 10:00"), request=request, reason=Reason.OTHER
    )
    await clocks.hear(story.events[-1])

    assert await found(desk, "last_day_supplement") == []
    assert await clocks.pool.fetchval("SELECT count(*) FROM signal") == 0


async def test_many_closings_of_one_unit_around_midnight_are_one_pattern(
    clocks: Clocks, desk: httpx.AsyncClient
):
    near = vn("2026-03-05 23:50")
    closed = [Story(n).received(MONDAY).resolved(near + timedelta(minutes=4 * n)) for n in range(1, 6)]
    elsewhere = Story(6).received(MONDAY, competent_unit=OTHER).resolved(near)
    by_day = [Story(n).received(MONDAY).resolved(vn("2026-03-05 10:00")) for n in range(7, 13)]
    await clocks.tell(*closed, elsewhere, *by_day)
    put = await desk.put(f"{SCREENS_AT}/mass_closing/thresholds", json={"values": {"dossiers": 5}})
    assert put.json() == {"screen": "mass_closing", "values": {"dossiers": 5, "minutes": 30}}

    assert await found(desk, "mass_closing") == [(n, 5) for n in (5, 4, 3, 2, 1)]


async def test_a_stretch_around_midnight_is_counted_whole_when_only_one_of_its_days_is_asked_for(
    clocks: Clocks, desk: httpx.AsyncClient
):
    before = [Story(n).received(MONDAY).resolved(vn("2026-03-05 23:50")) for n in range(1, 4)]
    after = [Story(n).received(MONDAY).resolved(vn("2026-03-06 00:10")) for n in range(4, 7)]
    await clocks.tell(*before, *after)
    await desk.put(f"{SCREENS_AT}/mass_closing/thresholds", json={"values": {"dossiers": 6}})

    assert len(await found(desk, "mass_closing")) == 6
    assert sorted(await found(desk, "mass_closing", **{"from": "2026-03-06"})) == [(n, 6) for n in (4, 5, 6)]
    assert sorted(await found(desk, "mass_closing", to="2026-03-05")) == [(n, 6) for n in (1, 2, 3)]


async def test_many_closings_just_before_the_deadline_are_found_and_withdrawals_are_not(
    clocks: Clocks, desk: httpx.AsyncClient
):
    closed = [Story(n).received(MONDAY).resolved(vn("2026-03-09 16:45")) for n in range(1, 4)]
    gone = Story(4).received(MONDAY).withdrawn(vn("2026-03-09 16:46"))
    await clocks.tell(*closed, gone)
    await desk.put(f"{SCREENS_AT}/mass_closing/thresholds", json={"values": {"dossiers": 3, "minutes": 15}})

    assert sorted(await found(desk, "mass_closing")) == [(1, 3), (2, 3), (3, 3)]


async def test_closings_without_result_are_found_unless_the_wait_ran_out(
    clocks: Clocks, desk: httpx.AsyncClient
):
    early = stop(Story(1).received(MONDAY), vn("2026-03-06 09:00"))
    waited = stop(ask(Story(2).received(MONDAY), vn("2026-03-03 09:00"), "a"), vn("2026-03-19 09:00"))
    returned = Story(3).received(MONDAY).tell(intake.ResultReturned, vn("2026-03-05 09:00"), way="counter")
    building = ask(Story(4).received(MONDAY, rule_set="nd-217-2026"), vn("2026-03-03 09:00"), "a")
    await clocks.tell(early, waited, returned, stop(building, vn("2026-03-19 09:00")))

    assert sorted(await found(desk, "closed_without_result")) == [(1, 0), (3, 0), (4, 16)]
    items = (await get(desk, f"{SCREENS_AT}/closed_without_result"))["items"]
    assert {item["rule_set"]: item["article"] for item in items} == {
        "nd-118-2025": "NĐ 118/2025, Đ.19.5",
        "nd-217-2026": "NĐ 217/2026",
    }


async def test_an_extension_on_the_day_or_after_is_found_though_it_moved_nothing(
    clocks: Clocks, desk: httpx.AsyncClient
):
    new = vn("2026-03-31 17:00")
    timely = Story(1).received(MONDAY).extended(vn("2026-03-06 09:00"), new)
    same_day = Story(2).received(MONDAY).extended(vn("2026-03-09 09:00"), new)
    late = Story(3).received(MONDAY).extended(vn("2026-03-12 09:00"), new)
    await clocks.tell(timely, same_day, late)

    assert await found(desk, "late_extension") == [(3, 3), (2, 0)]
    (item, *_) = (await get(desk, f"{SCREENS_AT}/late_extension"))["items"]
    assert item["article"] == "NĐ 118/2025, Đ.19.6"


async def test_a_result_kept_for_weeks_and_entries_at_night_are_found(
    clocks: Clocks, desk: httpx.AsyncClient
):
    kept = Story(1).received(MONDAY).resolved(vn("2026-03-04 09:00"))
    kept.tell(intake.ResultReturned, vn("2026-03-24 10:00"), way="counter")
    night = Story(2).received(vn("2026-03-02 22:00"))
    await clocks.tell(kept, night)

    assert await found(desk, "result_kept") == [(1, 20)]
    assert await found(desk, "outside_hours") == [(2, 300)]


async def test_registers_are_marked_and_left_out_where_recording_means_nothing(
    clocks: Clocks, desk: httpx.AsyncClient
):
    batch, years = uuid4(), timedelta(days=1000)
    story = Story(1)
    recorded(story.received(MONDAY, origin="import", batch=batch), years)
    recorded(ask(story, vn("2026-03-09 22:00"), "a"), years)
    recorded(story.history(MONDAY, batch, (vn("2026-03-10 09:00"), StepKind.SUPPLEMENT_PROVIDED)), years)
    recorded(story.resolved(vn("2026-03-10 23:55")), years)
    await clocks.tell(story)
    await desk.put(f"{SCREENS_AT}/mass_closing/thresholds", json={"values": {"dossiers": 2}})

    for screen in ("backdated_reception", "backdated_result", "outside_hours", "mass_closing"):
        assert await found(desk, screen) == [], screen
    (item,) = (await get(desk, f"{SCREENS_AT}/last_day_supplement"))["items"]
    assert (item["origin"], item["recorded_at"]) == ("import", None)


@pytest.fixture
async def nights(clocks: Clocks) -> None:
    """Five receptions at night, the fifth in another province."""
    stories = [Story(n).received(vn(f"2026-03-0{n} 21:00")) for n in range(2, 6)]
    await clocks.tell(*stories, Story(6).received(vn("2026-03-06 21:00"), competent_unit=OTHER))


@pytest.mark.usefixtures("nights")
class TestLists:
    async def test_pages_hold_every_finding_once(self, desk: httpx.AsyncClient):
        codes, cursor = [], None
        while True:
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = await get(desk, f"{SCREENS_AT}/outside_hours", **params)
            codes += [int(item["code"][-6:]) for item in page["items"]]
            cursor = page["cursor"]
            if cursor is None:
                break

        assert codes == [6, 5, 4, 3, 2]

    async def test_unit_and_days_narrow_and_the_scope_binds(self, desk: httpx.AsyncClient, people: People):
        assert [n for n, _ in await found(desk, "outside_hours", unit="P01")] == [5, 4, 3, 2]
        assert [
            n for n, _ in await found(desk, "outside_hours", **{"from": "2026-03-03", "to": "2026-03-04"})
        ] == [4, 3]
        ward = people(COMMUNE)
        assert [n for n, _ in await found(ward, "outside_hours")] == [5, 4, 3, 2]
        assert await found(ward, "outside_hours", unit="P02") == []
        items = (await get(people("P02"), SCREENS_AT))["items"]
        assert {item["code"]: item["findings"] for item in items}["outside_hours"] == 1

    async def test_a_screen_is_exported_whole_and_names_no_person(self, desk: httpx.AsyncClient):
        answer = await desk.get(f"{SCREENS_AT}/outside_hours", params={"format": "csv"})
        rows = list(csv.DictReader(io.StringIO(answer.text)))

        assert answer.text.startswith("code,at,recorded_at,value")
        assert list(rows[0]) == list(COLUMNS)
        assert len(rows) == 5
        assert not {"officer", "staff", "signed_by", "by"} & set(COLUMNS)
        sheet = await desk.get(f"{SCREENS_AT}/outside_hours", params={"format": "xlsx"})
        assert sheet.content.startswith(b"PK")

    @pytest.mark.parametrize(
        ("params", "rule"),
        [
            ({"unit": "P77"}, "unit_unknown"),
            ({"from": "2026-03-05", "to": "2026-03-01"}, "before_from"),
            ({"cursor": "xx"}, "cursor_invalid"),
        ],
    )
    async def test_what_makes_no_sense_is_refused_by_field_and_rule(
        self, desk: httpx.AsyncClient, params: dict[str, str], rule: str
    ):
        answer = await desk.get(f"{SCREENS_AT}/outside_hours", params=params)

        assert answer.status_code in {404, 422}
        assert answer.json()["errors"][0]["rule"] == rule

    async def test_the_pages_show_screens_findings_and_thresholds(self, desk: httpx.AsyncClient):
        overview = (await desk.get("/sla/kiem-tra")).text
        one = (await desk.get("/sla/kiem-tra/outside_hours", params={"tu": "3/3/2026"})).text
        bad = await desk.get("/sla/kiem-tra/outside_hours", params={"tu": "hôm qua"})

        for screen in SCREENS:
            assert screen.title in overview
        assert 'href="/sla/ho-so/H01.01-260302-000003"' in one
        assert "000002" not in one
        assert "không phải kết luận vi phạm" in one
        assert 'name="minutes"' in one
        assert bad.status_code == 422
        assert "Ngày phải theo dạng" in bad.text

    async def test_a_threshold_is_changed_by_form_and_kept_with_who_and_when(self, desk: httpx.AsyncClient):
        form = "/sla/kiem-tra/outside_hours/nguong"
        done = await desk.post(form, data={"minutes": "400"})
        wrong = await desk.post(form, data={"minutes": "nhiều"})
        beyond = await desk.post(form, data={"minutes": "0"})

        assert (done.status_code, wrong.status_code, beyond.status_code) == (303, 422, 422)
        assert 'value="nhiều"' in wrong.text
        assert await found(desk, "outside_hours") == []
        kept = await get(desk, f"{SCREENS_AT}/outside_hours/thresholds")
        assert (kept["values"], kept["defaults"]) == ({"minutes": 400}, {"minutes": 90})
        (change,) = kept["items"]
        assert (change["name"], change["before"], change["after"]) == ("minutes", 90, 400)
        assert change["staff"] in (await desk.get("/sla/kiem-tra/outside_hours")).text

    async def test_only_inspectors_and_admins_set_thresholds_and_officers_see_no_screen(self, people: People):
        body = {"values": {"minutes": 100}}
        supervisor, officer = people(role=Role.SUPERVISOR), people(role=Role.OFFICER)

        assert (await supervisor.get(SCREENS_AT)).status_code == 200
        assert (await supervisor.put(f"{SCREENS_AT}/outside_hours/thresholds", json=body)).status_code == 403
        assert 'name="minutes"' not in (await supervisor.get("/sla/kiem-tra/outside_hours")).text
        assert (await officer.get(SCREENS_AT)).status_code == 403

    async def test_thresholds_hold_for_the_country_so_an_inspector_of_a_province_does_not_set_them(
        self, people: People
    ):
        local = people("P01")
        answer = await local.put(f"{SCREENS_AT}/outside_hours/thresholds", json={"values": {"minutes": 100}})

        assert answer.status_code == 403
        assert answer.json()["errors"][0]["rule"] == "country_only"
        assert 'name="minutes"' not in (await local.get("/sla/kiem-tra/outside_hours")).text

    @pytest.mark.parametrize("path", ODD)
    async def test_an_impossible_value_is_refused_not_a_fault(self, desk: httpx.AsyncClient, path: str):
        page = await desk.get(path, headers={"Accept": "text/html"})

        assert page.status_code in {404, 422}, page.text

    async def test_an_unknown_or_impossible_threshold_changes_nothing(self, desk: httpx.AsyncClient):
        path = f"{SCREENS_AT}/outside_hours/thresholds"
        answer = await desk.put(path, json={"values": {"minutes": 0, "hours": 3}})

        assert answer.status_code == 422
        assert {(e["field"], e["rule"]) for e in answer.json()["errors"]} == {
            ("minutes", "range"),
            ("hours", "threshold_unknown"),
        }
        assert (await get(desk, path))["items"] == []
        assert (await desk.get(f"{SCREENS_AT}/nothing")).status_code == 404


async def states(http: httpx.AsyncClient) -> dict[str, set[int]]:
    """The numbers of the dossiers in each state; the counts must say the same."""
    listed = {}
    for item in (await get(http, APOLOGIES_AT))["items"]:
        rows = (await get(http, f"{APOLOGIES_AT}/{item['state']}"))["items"]
        assert len(rows) == item["dossiers"]
        if rows:
            listed[item["state"]] = {int(row["code"][-6:]) for row in rows}
    return listed


@pytest.fixture
async def letters(clocks: Clocks) -> list[Story]:
    """One dossier for each state of apology, and one on time."""
    clocks.now, far = utcnow(), utcnow() + timedelta(days=200)
    new = vn("2026-03-20 17:00")
    signer = uuid4()
    stories = [Story(n).received(MONDAY) for n in range(1, 9)]
    none, apologised, late, twice, running, good, bad, prompt = stories
    del none
    apologised.tell(routing.ApologyIssued, vn("2026-03-06 09:00"), reason=Reason.OVERLOAD, signed_by=signer)
    late.tell(routing.ApologyIssued, vn("2026-03-09 09:00"), reason=Reason.OVERLOAD)
    twice.extended(vn("2026-03-05 09:00"), new).extended(vn("2026-03-06 09:00"), vn("2026-03-25 17:00"))
    running.extended(vn("2026-03-06 09:00"), vn(f"{far:%Y-%m-%d} 17:00"))
    good.extended(vn("2026-03-06 09:00"), new).resolved(vn("2026-03-18 09:00"))
    bad.extended(vn("2026-03-06 09:00"), new).resolved(vn("2026-03-25 09:00"))
    prompt.resolved(vn("2026-03-06 09:00"))
    await clocks.tell(*stories)
    return stories


@pytest.mark.usefixtures("letters")
class TestApologies:
    async def test_every_state_can_be_listed_and_counted(self, clocks: Clocks, desk: httpx.AsyncClient):
        assert await states(desk) == {
            "late_without": {1},
            "too_late": {3},
            "second_refused": {4},
            "extended_open": {5},
            "extended_on_time": {6},
            "extended_late": {4, 7},
            "in_time": {2},
        }
        counted = await apologies.count_all(clocks.pool, utcnow())
        assert {state: number for state, number in counted.items() if number != 1} == {
            ApologyState.EXTENDED_LATE: 2
        }

    async def test_both_appointments_and_both_outcomes_are_told(self, desk: httpx.AsyncClient):
        (row,) = (await get(desk, f"{APOLOGIES_AT}/extended_on_time"))["items"]

        assert (row["due_original"], row["due_current"]) == ("2026-03-09T10:00:00Z", "2026-03-20T10:00:00Z")
        assert (row["outcome"], row["outcome_original"]) == ("early", "late")
        assert (row["letter_at"], row["new_due_at"]) == ("2026-03-06T02:00:00Z", "2026-03-20T10:00:00Z")

    async def test_a_letter_keeps_its_reason_and_the_opaque_id_of_who_signed(
        self, desk: httpx.AsyncClient, letters: list[Story]
    ):
        (row,) = (await get(desk, f"{APOLOGIES_AT}/in_time"))["items"]

        assert row["reason"] == "overload"
        assert row["signed_by"] == str(letters[1].events[-1].data.signed_by)

    async def test_a_list_is_paged_exported_and_scoped(self, desk: httpx.AsyncClient, people: People):
        first = await get(desk, f"{APOLOGIES_AT}/extended_late", limit=1)
        second = await get(desk, f"{APOLOGIES_AT}/extended_late", limit=1, cursor=first["cursor"])
        assert {int(p["items"][0]["code"][-6:]) for p in (first, second)} == {4, 7}
        assert second["cursor"] is None

        answer = await desk.get(f"{APOLOGIES_AT}/late_without", params={"format": "csv"})
        assert next(csv.DictReader(io.StringIO(answer.text))).keys() == set(APOLOGY_COLUMNS)
        assert await states(people("P02")) == {}
        assert (await desk.get(f"{APOLOGIES_AT}/nothing")).status_code == 404

    async def test_the_pages_show_counts_and_dossiers(self, desk: httpx.AsyncClient):
        first = (await desk.get("/sla/xin-loi")).text
        extended = (await desk.get("/sla/xin-loi/extended_on_time")).text

        assert "Quá hạn không xin lỗi" in first
        assert "H01.01-260302-000001" in first
        assert "H01.01-260302-000006" in extended
        assert "20/03/2026" in extended

    async def test_a_letter_that_is_corrected_away_is_gone(
        self, clocks: Clocks, desk: httpx.AsyncClient, letters: list[Story]
    ):
        story = letters[1]
        story.tell(
            routing.ApologyIssued,
            vn("2026-03-10 09:00"),
            replaces=story.events[-1].id,
            reason=Reason.OVERLOAD,
        )
        await clocks.hear(story.events[-1])

        assert (await states(desk))["too_late"] == {2, 3}


async def test_letters_that_arrive_in_any_order_come_to_the_same(clocks: Clocks, desk: httpx.AsyncClient):
    story = Story(1).received(MONDAY).extended(vn("2026-03-06 09:00"), vn("2026-03-20 17:00"))
    received, extended = story.events

    await clocks.hear(extended)
    assert await states(desk) == {}
    await clocks.hear(received)

    assert await states(desk) == {"extended_late": {1}}


def lived() -> Story:
    """A dossier with something for most screens, and two letters."""
    story = recorded(Story(1, dossier=UUID(int=77)).received(MONDAY), 3 * HOUR)
    ask(story, vn("2026-03-09 09:00"), "a").provided(vn("2026-03-10 09:00"), uuid5(story.id, "a"))
    ask(story, vn("2026-03-11 20:00"), "b").provided(vn("2026-03-12 09:00"), uuid5(story.id, "b"))
    story.extended(vn("2026-03-12 10:00"), vn("2026-03-31 17:00"))
    story.extended(vn("2026-03-13 10:00"), vn("2026-04-10 17:00"))
    story.resolved(vn("2026-03-16 09:00"))
    return story.tell(intake.ResultReturned, vn("2026-04-16 09:00"), way="counter")


async def traces(clocks: Clocks) -> list[Any]:
    signals = await clocks.pool.fetch("SELECT * FROM signal ORDER BY dossier, at, event")
    return [*map(tuple, signals), *map(tuple, await clocks.pool.fetch("SELECT * FROM apology"))]


@pytest.mark.parametrize("seed", range(4))
async def test_any_interleaving_of_the_topics_leaves_the_same_traces(clocks: Clocks, seed: int):
    await clocks.tell(lived())
    wanted = await traces(clocks)
    assert len(wanted) > 5
    await clocks.pool.execute("TRUNCATE dossier, signal, apology, inbox_progress")
    told, chance = lived().events, random.Random(seed)
    queues = [[event for event in told if event.EMITTER == emitter] for emitter in ("intake", "routing")]

    while any(queues):
        queue = chance.choice([queue for queue in queues if queue])
        batch = [queue.pop(0) for _ in range(min(len(queue), chance.randint(1, 3)))]
        await clocks.hear(*batch)

    assert await traces(clocks) == wanted


async def test_dossiers_of_an_older_version_get_their_traces_from_their_facts(clocks: Clocks):
    await clocks.tell(lived(), Story(2).received(vn("2026-03-02 22:00")), Story(3).received(MONDAY))
    wanted = await traces(clocks)
    before = await clocks.standing()
    assert await clocks.pool.fetchval("SELECT done_at IS NOT NULL FROM retrace")
    assert not await retrace_chunk(clocks.pool, clocks.rulebook, now=clocks.now, size=2)

    await clocks.pool.execute("TRUNCATE signal, apology")
    await clocks.pool.execute("UPDATE retrace SET done_at = NULL")
    rounds = 0
    while await retrace_chunk(clocks.pool, clocks.rulebook, now=clocks.now, size=2):
        rounds += 1

    assert (rounds, await traces(clocks), await clocks.standing()) == (2, wanted, before)


async def test_the_lists_are_read_from_their_indexes(clocks: Clocks, people: People):
    del people
    async with clocks.pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL enable_seqscan = off")
        await conn.execute("SET LOCAL enable_sort = off")
        for state in (ApologyState.LATE_WITHOUT, ApologyState.TOO_LATE, ApologyState.SECOND_REFUSED):
            sql, values = page_sql(Wanted(state=state, as_of=utcnow()), None, 50)
            plan = "\n".join(row[0] for row in await conn.fetch(f"EXPLAIN {sql}", *values))
            assert "Seq Scan" not in plan, plan
            assert "Sort" not in plan, plan
            assert "Index" in plan
