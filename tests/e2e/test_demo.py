"""The demo at 1 : 1000: the clock makes exactly the published integers, wherever they are shown."""

import csv
import io
import json

import httpx
import pytest

from deploy.seed.totals import expected
from tests.e2e import figures
from tests.e2e.conftest import SCALE, get
from tests.e2e.stack import Stack, until

EXPECTED = {level.value: counts for level, counts in expected(SCALE).items()}
LATE_HEADER = "code,procedure_code,field,competent_unit,received_at,due_current,late_at,days_late,state,holder,holder_since"
RATES_HEADER = "key,received,early,on_time,late,open_in_time,open_late,rate"
CLOCK_KEYS = {
    "code", "rule_set", "received_at", "due_original", "due_current", "late_at", "state", "outcome", "lines",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("demo")


def test_the_demo_compares_its_integers_with_the_published_totals_and_shows_where_to_look(
    demo: str, stack: Stack
):
    assert f"The integers equal the published totals at 1 : {SCALE}." in demo
    assert stack.url in demo
    for words in ("tỉnh", "huyện", "xã", "motcua explain", "/reporting/metrics"):
        assert words in demo


def test_rates_over_http_are_exact(admin: httpx.Client):
    assert figures.over_http(admin) == EXPECTED


def test_rates_in_csv_over_http_are_exact(admin: httpx.Client):
    assert figures.in_csv_over_http(admin) == EXPECTED


def test_rates_on_the_command_line_are_exact(stack: Stack):
    assert figures.on_the_command_line(stack) == EXPECTED


def test_rates_in_csv_on_the_command_line_are_exact(stack: Stack):
    assert figures.in_csv_on_the_command_line(stack) == EXPECTED


def test_metrics_of_the_period_are_exact(admin: httpx.Client):
    until(lambda: figures.as_metrics(admin), lambda counts: counts == EXPECTED, limit=15)


def test_rates_are_truncated_or_rounded_as_asked(admin: httpx.Client):
    asked = {"by": "level", "scale": 1, **figures.YEAR}
    cut = get(admin, "/reporting/api/v1/rates", rounding="truncate", **asked)["rows"]

    assert {row["key"]: f"{row['rate']:.1f}" for row in cut} == {k: v.rate for k, v in EXPECTED.items()}


def test_csv_headers_begin_as_promised(stack: Stack, admin: httpx.Client):
    assert stack.motcua("rates", "--format", "csv").splitlines()[0].startswith(RATES_HEADER)
    assert stack.motcua("late", "--format", "csv").splitlines()[0].startswith(LATE_HEADER)
    answer = admin.get("/sla/api/v1/late-dossiers", params={"format": "csv"})
    assert answer.content.startswith(LATE_HEADER.encode())


def test_the_late_list_holds_every_dossier_that_is_or_ended_late(stack: Stack):
    rows = list(csv.DictReader(io.StringIO(stack.motcua("late", "--unit", "P49", "--format", "csv"))))

    assert all(int(row["days_late"]) >= 1 for row in rows)
    assert [row["late_at"] for row in rows] == sorted(row["late_at"] for row in rows)
    # what was open at the cut-off has ended since: whoever was late then is late still
    assert len(rows) >= sum(counts.late + counts.open_late for counts in EXPECTED.values())


def test_the_late_list_is_the_same_in_pages_as_a_whole(stack: Stack, admin: httpx.Client):
    whole = [row["code"] for row in json.loads(stack.motcua("late", "--unit", "P49", "--format", "json"))]
    cursor, paged = None, []
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = get(admin, "/sla/api/v1/late-dossiers", unit="P49", limit=5, **more)
        paged += [row["code"] for row in page["items"]]
        cursor = page["cursor"]
        if not cursor:
            break

    assert len(whole) > 5
    assert paged == whole


def test_a_deadline_is_explained_day_by_day(stack: Stack, admin: httpx.Client):
    code = get(admin, "/sla/api/v1/late-dossiers", unit="P49", limit=1)["items"][0]["code"]

    clock = get(admin, f"/sla/api/v1/dossiers/{code}/clock")

    assert set(clock) >= CLOCK_KEYS
    assert clock["outcome"] == "late"
    assert len(clock["lines"]) > 1
    told = stack.motcua("explain", code)
    assert code in told
    assert json.loads(stack.motcua("explain", code, "--format", "json"))["late_at"] == clock["late_at"]


def test_day_buckets_equal_the_rows_and_services_agree(stack: Stack, admin: httpx.Client):
    assert get(admin, "/reporting/api/v1/buckets/differences") == {"differences": [], "equal": True}
    assert "Differences: 0" in stack.motcua("reconcile")
    assert "Dead letters (open): 0" in stack.motcua("dead-letters", "list")
