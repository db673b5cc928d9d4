"""The late list's newer filters, its two orders, its totals by lateness, and how it stood before."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.catalogue import DayKind
from libs.clock import utcnow
from libs.db import transaction
from services.sla.handlers import proposing
from services.sla.handlers.question import Sort
from services.sla.store import imports
from services.sla.store.late import (
    lateness_sql,
    local_calendars,
    local_calendars_sql,
    open_counts_sql,
    page_sql,
)
from services.sla.store.late_filter import LateFilter, Position, Span
from tests.integration.sla.conftest import Clocks
from tests.integration.sla.test_late_list import LATE, MONDAY, Desk, client
from tests.unit.services.sla.makers import COMMUNE, OTHER, Story, decision, vn

WEEK = timedelta(days=7)


@pytest.fixture
async def desk(clocks: Clocks) -> AsyncIterator[Desk]:
    async with client(clocks, "*") as http:
        yield Desk(http)


async def propose(clocks: Clocks) -> None:
    """Let the clockwork propose causes for all that wait for one."""
    while await proposing.propose_some(clocks.pool, clocks.rulebook, now=clocks.now, size=50):
        pass


@pytest.fixture
async def lives(clocks: Clocks) -> None:
    """1 waited for a supplement, 2 was apologised for, 3 is at another agency, 4 ended 1 day late, 5 ended 11."""
    clocks.now = vn("2026-03-30 12:00")
    await clocks.tell(
        Story(1).received(MONDAY).leg(MONDAY).asked(vn("2026-03-03 09:00")).provided(vn("2026-03-04 09:00")),
        Story(2).received(MONDAY).leg(MONDAY).extended(vn("2026-03-05 09:00"), vn("2026-03-11 17:00")),
        Story(3).received(MONDAY, rule_set="nd-61-2018").leg(MONDAY, "P01", 1),
        Story(4).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-10 09:00")),
        Story(5).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-24 09:00")),
        Story(6).received(MONDAY, competent_unit=OTHER, receiving_unit=OTHER, field="dat-dai"),
    )
    await propose(clocks)


@pytest.mark.usefixtures("lives")
class TestFilters:
    @pytest.mark.parametrize(
        ("params", "found"),
        [
            ({"rule_set": "nd-61-2018"}, {3}),
            ({"rule_set": "nd-118-2025"}, {1, 2, 4, 5, 6}),
            ({"paused": "true"}, {1}),
            ({"paused": "false", "state": "open"}, {2, 3, 6}),
            ({"apologised": "true"}, {2}),
            ({"apologised": "false", "state": "open"}, {1, 3, 6}),
            ({"cause": "overload"}, {2}),
            ({"cause": "partner_agency_late"}, {3}),
            ({"cause": "staff_fault"}, {1, 4, 5, 6}),
            ({"responsible_unit": "P01", "cause": "partner_agency_late"}, {3}),
            ({"responsible_unit": COMMUNE}, {1, 2, 4, 5}),
            ({"responsible_unit": "P02"}, {6}),
            ({"bucket": "1-2"}, {4}),
            ({"bucket": "11-", "state": "closed"}, {5}),
            ({"bucket": "3-5"}, set()),
            ({"bucket": "11-", "min_days": 5000}, set()),
            ({"min_days": 11, "state": "closed"}, {5}),
        ],
    )
    async def test_each_filter_selects_what_it_says(
        self, desk: Desk, params: dict[str, Any], found: set[int]
    ):
        for sort in Sort:
            answer = await desk.get(**params, sort=sort.value)

            assert {int(item["code"][-6:]) for item in answer["items"]} == found
            assert answer["totals"]["total"] == len(found)
            assert sum(each["total"] for each in answer["totals"]["buckets"]) == len(found)

    @pytest.mark.parametrize(
        ("params", "status", "field"),
        [
            ({"field": "khong-co"}, 404, "field"),
            ({"procedure": "7.777777"}, 404, "procedure"),
            ({"rule_set": "nd-1-1900"}, 404, "rule_set"),
            ({"responsible_unit": "P99"}, 404, "responsible_unit"),
            ({"bucket": "7-8"}, 404, "bucket"),
            ({"cause": "weather"}, 422, "cause"),
            ({"sort": "name"}, 422, "sort"),
            ({"as_of": "2999-01-01T00:00:00+07:00"}, 422, "as_of"),
            ({"sort": "lateness", "cursor": "WyJhIl0"}, 422, "cursor"),
        ],
    )
    async def test_what_is_unknown_is_refused_with_the_name_of_the_parameter(
        self, desk: Desk, params: dict[str, Any], status: int, field: str
    ):
        answer = await desk.http.get(LATE, params=params)

        assert answer.status_code == status
        assert answer.json()["errors"][0]["field"] == field

    async def test_a_procedure_only_a_legacy_register_knows_may_be_asked_for(
        self, clocks: Clocks, desk: Desk
    ):
        await clocks.pool.execute("UPDATE dossier SET procedure_code = '7.777777' WHERE code LIKE '%000004'")

        assert await desk.codes(procedure="7.777777") == [4]

    async def test_totals_are_told_by_bucket(self, desk: Desk):
        totals = (await desk.get())["totals"]

        counts = {each["code"]: (each["open"], each["closed"]) for each in totals["buckets"]}
        assert counts["1-2"] == (0, 1)
        assert counts["11-"] == (4, 1)
        assert (totals["open"], totals["closed"]) == (4, 2)


async def test_the_longest_lateness_comes_first_open_and_ended_mixed(clocks: Clocks, desk: Desk):
    now = utcnow()
    long = Story(1).received(now - 60 * WEEK / 10)
    middle = Story(2).received(now - 12 * WEEK).leg(now - 12 * WEEK).resolved(now - 12 * WEEK + 3 * WEEK)
    short = Story(3).received(now - 2 * WEEK)
    await clocks.tell(short, middle, long)

    items = (await desk.get(sort="lateness"))["items"]

    days = [item["days_late"] for item in items]
    assert days == sorted(days, reverse=True)
    assert len(days) == 3
    assert await desk.codes() != await desk.codes(sort="lateness")


async def _pages(desk: Desk, between: Any = None, **params: Any) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    cursor: str | None = None
    while True:
        page = await desk.get(**params, **({"cursor": cursor} if cursor else {}))
        seen += [(int(item["code"][-6:]), item["days_late"]) for item in page["items"]]
        cursor = page["cursor"]
        if cursor is None:
            return seen
        if between is not None:
            await between()


async def test_pages_by_lateness_are_whole_and_in_order_over_several_calendars(clocks: Clocks, desk: Desk):
    closed = {date(2026, 3, 9) + timedelta(days=n): DayKind.CLOSED for n in range(4)}
    await clocks.know(decision("LOCAL", closed, COMMUNE))
    clocks.now = vn("2026-05-30 12:00")
    units = (COMMUNE, "P01.C002", OTHER)
    stories = []
    for number in range(1, 91):
        start = MONDAY + timedelta(days=number % 17, hours=number % 5)
        story = Story(number).received(start, competent_unit=units[number % 3]).leg(start)
        stories.append(
            story if number % 2 else story.resolved(vn("2026-04-13 09:00") + (number % 7) * WEEK / 7)
        )
    await clocks.tell(*stories)

    whole = [
        (int(i["code"][-6:]), i["days_late"]) for i in (await desk.get(sort="lateness", limit=1000))["items"]
    ]
    paged = await _pages(desk, sort="lateness", limit=7)

    assert paged == whole
    assert [days for _, days in whole] == sorted((days for _, days in whole), reverse=True)
    assert {code for code, _ in whole} == set(await desk.codes(limit=1000))
    keys = await clocks.pool.fetch("SELECT DISTINCT late_calendar FROM dossier ORDER BY 1")
    assert [row["late_calendar"] for row in keys] == ["", COMMUNE]


async def test_pages_by_lateness_never_shift_while_dossiers_end(clocks: Clocks, desk: Desk):
    now = utcnow()
    stories = [
        Story(n).received(now - 5 * WEEK + timedelta(days=n % 20)).leg(now - 5 * WEEK) for n in range(1, 61)
    ]
    clocks.now = now
    await clocks.tell(*stories)
    there = {code for code, _ in await _pages(desk, sort="lateness", limit=100)}
    ending = iter(stories)

    async def end_one() -> None:
        story = next(ending)
        story.resolved(utcnow())
        await clocks.hear(story.events[-1])

    seen = [code for code, _ in await _pages(desk, end_one, sort="lateness", limit=7)]

    assert len(seen) == len(set(seen))
    assert set(seen) == there


async def test_every_bucket_holds_exactly_the_dossiers_its_days_say(clocks: Clocks, desk: Desk):
    now = utcnow()
    clocks.now = now
    await clocks.tell(*(Story(n).received(now - timedelta(days=8 + n)) for n in range(1, 40)))
    items = (await desk.get(limit=1000))["items"]

    for least, most in ((1, 2), (3, 5), (6, 10), (11, 10_000)):
        code = f"{least}-{most}" if most < 1000 else f"{least}-"
        expected = {int(item["code"][-6:]) for item in items if least <= item["days_late"] <= most}
        assert set(await desk.codes(bucket=code, limit=1000)) == expected


class TestThePast:
    async def test_a_list_as_of_a_past_moment_is_what_it_was(self, clocks: Clocks, desk: Desk):
        then = vn("2026-03-20 12:00")
        clocks.now = vn("2026-03-16 09:00")
        first, second, third = (Story(n).received(MONDAY).leg(MONDAY) for n in (1, 2, 3))
        await clocks.tell(first, second)
        before = await desk.get(as_of=then.isoformat())
        clocks.now = vn("2026-03-25 09:00")
        first.resolved(vn("2026-03-24 09:00"))
        second.sent(vn("2026-03-24 10:00"), COMMUNE, "P01")
        third.resolved(vn("2026-03-06 09:00"))
        await clocks.hear(first.events[-1], second.events[-1], *third.events)
        await propose(clocks)

        after = await desk.get(as_of=then.isoformat())

        assert after == before
        assert [item["state"] for item in after["items"]] == ["running", "running"]
        assert {item["days_late"] for item in after["items"]} == {9}
        today = await desk.get()
        assert {item["state"] for item in today["items"]} == {"running", "stopped"}

    async def test_a_batch_that_began_earlier_and_comes_last_changes_no_moment_between(
        self, clocks: Clocks, desk: Desk
    ):
        then = vn("2026-03-24 12:00").isoformat()
        clocks.now = vn("2026-03-16 09:00")
        story = Story(1).received(MONDAY).leg(MONDAY)
        await clocks.tell(story)
        clocks.now = vn("2026-03-25 09:00")
        await clocks.hear(story.sent(vn("2026-03-24 10:00"), COMMUNE, "P01").events[-1])
        before = await desk.get(as_of=then)
        clocks.now = vn("2026-03-24 09:00")
        await clocks.hear(story.resolved(vn("2026-03-24 08:00")).events[-1])

        assert await desk.get(as_of=then) == before
        assert len(before["items"]) == 1

    async def test_a_moment_of_today_is_not_shown_while_an_import_is_being_armed(
        self, clocks: Clocks, desk: Desk
    ):
        recent = (utcnow() - timedelta(minutes=5)).isoformat()
        async with transaction(clocks.pool) as conn:
            await imports.hold(conn)
            answer = await desk.http.get(LATE, params={"as_of": recent})
            assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "import_under_way")
            assert (await desk.get(as_of=vn("2026-03-24 12:00").isoformat()))["items"] == []

        assert (await desk.get(as_of=recent))["items"] == []

    async def test_what_was_recorded_later_was_not_on_the_list(self, clocks: Clocks, desk: Desk):
        clocks.now = vn("2026-03-25 09:00")
        await clocks.tell(Story(1).received(MONDAY))

        assert (await desk.get(as_of=vn("2026-03-20 12:00").isoformat()))["items"] == []
        assert (await desk.get(as_of=vn("2026-03-25 10:00").isoformat()))["totals"]["total"] == 1

    async def test_a_dossier_that_never_was_late_leaves_no_history(self, clocks: Clocks):
        clocks.now = vn("2026-03-02 09:00")
        story = Story(1).received(MONDAY).leg(MONDAY).sent(vn("2026-03-03 09:00"), COMMUNE, "P01")
        await clocks.tell(story)
        clocks.now = vn("2026-03-04 09:00")
        story.resolved(vn("2026-03-04 08:00"))
        await clocks.hear(story.events[-1])

        assert await clocks.pool.fetchval("SELECT count(*) FROM late_history") == 0

    async def test_telling_rungs_writes_no_history(self, clocks: Clocks):
        clocks.now = vn("2026-03-02 09:00")
        await clocks.tell(Story(1).received(MONDAY))
        await clocks.sweep(vn("2026-03-10 08:00"))

        assert await clocks.pool.fetchval("SELECT count(*) FROM late_history") == 0

    async def test_days_late_then_are_counted_by_the_calendar_known_then(self, clocks: Clocks, desk: Desk):
        then = vn("2026-03-20 12:00").isoformat()
        clocks.now = vn("2026-03-16 09:00")
        await clocks.tell(Story(1).received(MONDAY))
        before = await desk.get(as_of=then)
        item = decision("STORM", {date(2026, 3, 12): DayKind.CLOSED})
        later = vn("2026-03-26 08:00")
        await clocks.know(item.model_copy(update={"time": later, "recordedtime": later}))

        assert await desk.get(as_of=then) == before
        (now,) = (await desk.get())["items"]
        assert before["items"][0]["days_late"] == 9
        assert now["days_late"] > 9

    async def test_past_pages_by_lateness_follow_each_other(self, clocks: Clocks, desk: Desk):
        clocks.now = vn("2026-03-16 09:00")
        stories = [Story(n).received(MONDAY - timedelta(days=n % 9)).leg(MONDAY) for n in range(1, 40)]
        await clocks.tell(*stories)
        then = vn("2026-03-20 12:00").isoformat()
        before = await _pages(desk, sort="lateness", limit=6, as_of=then)
        clocks.now = vn("2026-03-25 09:00")
        for story in stories[::2]:
            story.resolved(vn("2026-03-24 09:00"))
        await clocks.hear(*(story.events[-1] for story in stories[::2]))

        assert await _pages(desk, sort="lateness", limit=6, as_of=then) == before
        assert len(before) == 39


async def test_units_that_get_decisions_of_their_own_are_counted_by_them(clocks: Clocks, desk: Desk):
    clocks.now = vn("2026-03-30 12:00")
    await clocks.tell(Story(1).received(MONDAY), Story(2).received(MONDAY, competent_unit="P01.C002"))
    (first, second) = ((i["code"][-1], i["days_late"]) for i in (await desk.get())["items"])
    assert first[1] == second[1]
    await clocks.know(decision("STORM", {date(2026, 3, 12): DayKind.CLOSED}, COMMUNE))

    while await proposing.rekey_some(clocks.pool, clocks.rulebook, now=clocks.now, size=10):
        pass

    days = {i["code"][-1]: i["days_late"] for i in (await desk.get())["items"]}
    assert days["1"] == days["2"] - 1
    assert await desk.codes(sort="lateness") == [2, 1]


async def test_only_calendars_that_count_otherwise_and_occur_are_branches_of_the_list(
    clocks: Clocks, desk: Desk
):
    counter, storm = {date(2026, 3, 7): DayKind.COUNTER}, {date(2026, 3, 12): DayKind.CLOSED}
    await clocks.know(decision("SAT", counter, "P01.C002"), decision("STORM", storm, COMMUNE))
    await clocks.know(decision("NONE", storm, "P02"))
    clocks.now = vn("2026-03-30 12:00")
    at = {"receiving_unit": "P01.C002", "competent_unit": "P01.C002"}
    await clocks.tell(
        Story(1).received(MONDAY), Story(2).received(MONDAY, **at), Story(3).received(MONDAY, **at)
    )

    def keys(*units: str, **given: Any) -> Any:
        allowed = frozenset(units) or None
        return local_calendars(clocks.pool, LateFilter(as_of=utcnow(), scope=allowed, **given))

    assert await keys() == [COMMUNE, "P01.C002"]
    assert await keys("P01.C002", OTHER) == ["P01.C002"]
    assert await keys(OTHER) == []
    assert await keys(OTHER, is_past=True) == []
    days = {i["code"][-1]: i["days_late"] for i in (await desk.get())["items"]}
    assert days["1"] == days["2"] - 1 == days["3"] - 1
    assert sorted((await desk.codes(sort="lateness"))[:2]) == [2, 3]
    assert (await desk.codes(sort="lateness"))[2] == 1
    totals = (await desk.get(min_days=days["2"]))["totals"]
    assert totals["total"] == 2
    past = await desk.get(sort="lateness", as_of=vn("2026-03-31 12:00").isoformat(), limit=2)
    assert (past["totals"]["total"], {i["code"][-1] for i in past["items"]}) == (3, {"2", "3"})
    (last,) = (
        await desk.get(
            sort="lateness", as_of=vn("2026-03-31 12:00").isoformat(), limit=2, cursor=past["cursor"]
        )
    )["items"]
    assert (last["code"][-1], last["days_late"]) == ("1", past["items"][0]["days_late"] - 1)
    assert sorted(await desk.codes(min_days=days["2"])) == [2, 3]


PLANS = [
    ("dossier_late_field", {"field": "dat-dai"}),
    ("dossier_late_procedure", {"procedure": "1.000002"}),
    ("dossier_late_rule_set", {"rule_set": "nd-61-2018"}),
    ("dossier_late_paused", {"paused": True}),
    ("dossier_late_apologised", {"apologised": True}),
    ("dossier_late_cause", {"cause": "overload"}),
    ("dossier_late_responsible", {"responsible": frozenset({"P01"})}),
    ("dossier_late_unit", {"units": frozenset({OTHER})}),
    ("dossier_late_open", {"state": "open"}),
    ("dossier_late", {}),
]


@pytest.fixture(scope="module")
async def many(sla_runtime: Any) -> AsyncIterator[Any]:
    """Twenty thousand late dossiers, one in a hundred of each kind."""
    pool = sla_runtime[1].pool
    await pool.execute("TRUNCATE dossier")
    await pool.execute(
        """
        INSERT INTO dossier (id, code, procedure_code, field, competent_unit, rule_set, late_since, pauses, apologised,
            cause, responsible_unit, cause_by, uncaused, changed_at, late_days, ended_at, late_calendar)
        SELECT gen_random_uuid(), 'X-' || n, CASE WHEN n % 100 = 1 THEN '1.000002' ELSE '1.000001' END,
            CASE WHEN n % 100 = 2 THEN 'dat-dai' ELSE 'ho-tich' END, CASE WHEN n % 100 = 3 THEN $1 ELSE $2 END,
            CASE WHEN n % 100 = 4 THEN 'nd-61-2018' ELSE 'nd-118-2025' END, now() - n * interval '1 hour',
            (n % 100 = 5)::int, n % 100 = 6, CASE WHEN n % 100 = 7 THEN 'overload' ELSE 'staff_fault' END,
            CASE WHEN n % 100 = 8 THEN 'P01' ELSE $2 END, 'clock', false, now(), n % 300,
            CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 100 = 9 THEN 'P01' ELSE '' END
        FROM generate_series(1, 20000) AS n
        """,
        OTHER,
        COMMUNE,
    )
    await pool.execute("ANALYZE dossier")
    yield pool
    await pool.execute("TRUNCATE dossier")


@pytest.mark.parametrize(("index", "given"), PLANS)
async def test_a_filter_uses_its_index_and_sorts_nothing(many: Any, index: str, given: dict[str, Any]):
    wanted = LateFilter(as_of=utcnow(), scope=None, **given)
    after = Position(utcnow() - timedelta(days=30), UUID(int=0))
    for position in (None, after):
        sql, values = page_sql(wanted, position, 50)
        plan = "\n".join(row[0] for row in await many.fetch("EXPLAIN " + sql, *values))

        assert f" {index} " in plan
        assert "Sort" not in plan


async def test_the_order_of_lateness_uses_an_index_for_each_calendar_and_one_for_the_ended(many: Any):
    wanted = LateFilter(as_of=utcnow(), scope=None)
    start = Position(utcnow() - timedelta(days=300), UUID(int=0), 200)
    sql, values = lateness_sql(wanted, {"": start, "P01": start}, start, 50)
    plan = "\n".join(row[0] for row in await many.fetch("EXPLAIN " + sql, *values))

    for index in ("dossier_late_open ", "dossier_late_open_local", "dossier_late_closed"):
        assert index in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    ("given", "index"),
    [({}, "dossier_late_open_local"), ({"scope": frozenset({COMMUNE})}, "dossier_late_unit_local")],
)
async def test_the_calendars_that_occur_are_found_by_an_index_alone(many: Any, given: Any, index: str):
    sql, values = local_calendars_sql(LateFilter(as_of=utcnow(), **({"scope": None} | given)))
    plan = "\n".join(row[0] for row in await many.fetch("EXPLAIN ANALYZE " + sql, *values))

    assert f"Index Only Scan using {index}" in plan, plan
    assert "Seq Scan" not in plan


async def test_totals_of_everything_open_read_an_index_alone(many: Any):
    await many.execute("VACUUM dossier")
    now = utcnow()
    wanted = LateFilter(
        as_of=now, scope=None, least=1, spans={"": Span(now - timedelta(days=3000), now)}, state="open"
    )
    sql, values = open_counts_sql(wanted, {"": [now - timedelta(days=n) for n in (30, 20, 10)]})
    plan = "\n".join(row[0] for row in await many.fetch("EXPLAIN " + sql, *values))

    assert "Index Only Scan using dossier_late_open" in plan
