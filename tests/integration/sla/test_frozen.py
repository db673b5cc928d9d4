"""Frozen lists: a number, a moment, a SHA-256, and bytes that never change; filters saved under names."""

import csv
import hashlib
import io
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import httpx
import pytest

from contracts.codes import Role
from libs.clock import utcnow
from tests.integration.sla.conftest import Clocks
from tests.integration.sla.test_causes import sign_in
from tests.integration.sla.test_late_list import MONDAY, Desk, client
from tests.unit.services.sla.makers import COMMUNE, OTHER, Story, vn

FROZEN, FILTERS = "/sla/api/v1/frozen-lists", "/sla/api/v1/late-filters"


@pytest.fixture
async def desk(clocks: Clocks) -> AsyncIterator[Desk]:
    clocks.now = vn("2026-03-30 12:00")
    await clocks.tell(
        Story(1).received(MONDAY).leg(MONDAY),
        Story(2).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-24 09:00")),
        Story(3).received(MONDAY, competent_unit=OTHER, receiving_unit=OTHER),
    )
    async with client(clocks, "*") as http:
        yield Desk(http)


async def freeze(desk: Desk, **params: str) -> dict:
    answer = await desk.http.post(FROZEN, params=params)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_frozen_list_is_downloaded_again_byte_for_byte(clocks: Clocks, desk: Desk):
    made = await freeze(desk, unit="P01")
    first = await desk.http.get(f"{FROZEN}/{made['id']}/file")
    clocks.now = vn("2026-04-30 12:00")
    await clocks.tell(Story(4).received(MONDAY))
    await clocks.pool.execute("DELETE FROM dossier WHERE code LIKE '%000001'")
    second = await desk.http.get(f"{FROZEN}/{made['id']}/file")

    assert first.content == second.content
    assert hashlib.sha256(first.content).hexdigest() == made["sha256"]
    assert first.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(first.content.decode("utf-8-sig"))))
    assert sorted(row["code"][-1] for row in rows) == ["1", "2"]
    assert (made["dossiers"], made["query"]) == (2, {"unit": "P01"})
    check = await desk.get(f"{FROZEN}/{made['id']}/verification")
    assert check["intact"] and check["computed"] == made["sha256"]


async def test_lists_are_numbered_within_the_year_without_a_hole(desk: Desk):
    numbers = [int((await freeze(desk))["number"].rsplit("-", 1)[1]) for _ in range(3)]

    assert numbers == list(range(numbers[0], numbers[0] + 3))
    listed = await desk.get(FROZEN, limit=2)
    assert [item["number"][:8] for item in listed["items"]] == [f"DS-{utcnow().year}-"] * 2
    following = await desk.get(FROZEN, limit=2, cursor=listed["cursor"])
    assert following["items"][0]["number"] < listed["items"][-1]["number"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE frozen_list SET sha256 = 'x'",
        "DELETE FROM frozen_list",
        "TRUNCATE frozen_list",
        "UPDATE frozen_row SET line = 'x'",
        "DELETE FROM frozen_row",
        "TRUNCATE frozen_row",
        "INSERT INTO frozen_row SELECT id, 99, id, 'x' FROM frozen_list",
    ],
)
async def test_the_database_refuses_every_change(clocks: Clocks, desk: Desk, sql: str):
    made = await freeze(desk)
    with pytest.raises(asyncpg.RestrictViolationError):
        await clocks.pool.execute(sql)

    assert (await desk.get(f"{FROZEN}/{made['id']}/verification"))["intact"]


async def test_the_list_of_a_past_moment_can_be_frozen(clocks: Clocks, desk: Desk):
    then = vn("2026-03-31 12:00").isoformat()
    made = await freeze(desk, as_of=then, sort="lateness")

    assert made["as_of"] == then.replace("+00:00", "Z") or made["as_of"].startswith("2026-03-31T05:00:00")
    assert made["dossiers"] == 3


async def test_the_same_key_freezes_once(desk: Desk):
    headers = {"Idempotency-Key": str(uuid4())}
    first, second = [await desk.http.post(FROZEN, headers=headers) for _ in range(2)]

    other = await desk.http.post(FROZEN, headers=headers, params={"state": "open"})

    assert first.json() == second.json()
    assert (other.status_code, other.json()["errors"][0]["rule"]) == (409, "key_reused")
    assert [item["number"] for item in (await desk.get(FROZEN))["items"]].count(first.json()["number"]) == 1


async def test_an_unknown_parameter_freezes_nothing(desk: Desk):
    answer = await desk.http.post(FROZEN, params={"field": "khong-co"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "field")


async def test_a_list_with_foreign_units_is_not_seen(desk: Desk):
    whole = await freeze(desk)
    sign_in(desk.http, Role.SUPERVISOR, "P02")
    own = await freeze(desk)

    assert own["dossiers"] == 1
    assert (await desk.http.get(f"{FROZEN}/{whole['id']}/file")).status_code == 404
    assert (await desk.get(FROZEN))["items"][0]["id"] == own["id"]
    sign_in(desk.http, Role.OFFICER, "P02")
    assert (await desk.http.post(FROZEN)).status_code == 403


async def save(desk: Desk, name: str, params: dict) -> httpx.Response:
    asked = {key: value for key, value in params.items() if key != "for_unit"}
    body = {"name": name} | {key: value for key, value in params.items() if key == "for_unit"}
    return await desk.http.put(FILTERS, params=asked, json=body)


class TestFilters:
    async def test_a_filter_is_saved_and_asks_the_same_again(self, desk: Desk):
        asked = {"unit": "P01", "state": "closed", "sort": "lateness", "min_days": "2", "paused": "false"}
        saved = await save(desk, "Trễ ở P01", asked)

        assert saved.status_code == 200, saved.text
        (listed,) = (await desk.get(FILTERS))["items"]
        assert (listed["name"], listed["query"]) == ("Trễ ở P01", asked)
        answer = await desk.http.get(f"/sla/api/v1/late-dossiers?{listed['query_string']}")
        assert [item["code"][-1] for item in answer.json()["items"]] == ["2"]

    async def test_the_same_name_replaces(self, desk: Desk):
        for state in ("open", "closed"):
            await save(desk, "Của tôi", {"state": state})

        assert [item["query"] for item in (await desk.get(FILTERS))["items"]] == [{"state": "closed"}]

    async def test_a_units_filter_is_seen_by_who_works_there(self, desk: Desk):
        await save(desk, "Chung", {"state": "open", "for_unit": COMMUNE})
        await save(desk, "Riêng", {"state": "open"})
        sign_in(desk.http, Role.OFFICER, COMMUNE)
        seen = (await desk.get(FILTERS))["items"]
        removed = await desk.http.delete(f"{FILTERS}/{seen[0]['id']}")
        sign_in(desk.http, Role.OFFICER, "P02")

        assert [item["name"] for item in seen] == ["Chung"]
        assert removed.status_code == 403
        assert (await desk.get(FILTERS))["items"] == []

    async def test_one_forgets_ones_own(self, desk: Desk):
        saved = (await save(desk, "Tạm", {})).json()

        assert (await desk.http.delete(f"{FILTERS}/{saved['id']}")).status_code == 204
        assert (await desk.get(FILTERS))["items"] == []

    @pytest.mark.parametrize(
        ("params", "field"),
        [({"unit": "P99"}, "unit"), ({"for_unit": "P99"}, "for_unit"), ({"bucket": "9-9"}, "bucket")],
    )
    async def test_nonsense_is_not_saved(self, desk: Desk, params: dict, field: str):
        answer = await save(desk, "Sai", params)

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, field)
