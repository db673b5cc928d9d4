"""A dossier's way from the counter over two agencies back to its applicant, over HTTP, through all services."""

from typing import Any

import httpx

from tests.e2e.conftest import COMMUNE, get, post, receive
from tests.e2e.stack import until

LAND = "1.013978"
TAX = "THUE"


def routed(client: httpx.Client, code: str) -> dict[str, Any]:
    """Return a dossier as routing has it, once it has heard of it."""
    path = f"/routing/api/v1/dossiers/{code}"
    return until(lambda: client.get(path), lambda answer: answer.status_code == 200, limit=20).json()


def clock(client: httpx.Client, code: str, state: str) -> dict[str, Any]:
    """Return a dossier's clock once it is in a state."""
    path = f"/sla/api/v1/dossiers/{code}/clock"
    return until(lambda: client.get(path).json(), lambda it: it.get("state") == state, limit=20)


def on_paper(client: httpx.Client, ref: str) -> dict[str, Any]:
    return get(client, f"/intake/api/v1/dossiers/{ref}")


def counts(client: httpx.Client) -> dict[str, int]:
    row = get(client, "/reporting/api/v1/rates", unit=COMMUNE)["total"]
    return {name: row[name] for name in ("received", "early", "open_in_time")}


def test_a_dossier_travels_from_counter_to_result(
    clerk: httpx.Client, officer: httpx.Client, admin: httpx.Client, minutes: dict[str, Any]
):
    until(lambda: counts(admin)["received"], lambda n: n >= 1, limit=20)
    before = counts(admin)
    receipt = receive(clerk, LAND, applicant_commune=COMMUNE, parcel_commune=COMMUNE)
    code = receipt["code"]
    steps = f"/routing/api/v1/dossiers/{code}"
    assert routed(officer, code)["holder"] == COMMUNE
    started = clock(admin, code, "running")
    assert started["due_original"] and started["due_original"] == started["due_current"]

    # the first leg is done; the tax office gets the file and lacks a paper
    post(officer, f"{steps}/legs/1/complete")
    tax = next(leg["unit"] for leg in routed(officer, code)["legs"] if leg["no"] == 2)
    assert tax.endswith(TAX)
    post(officer, f"{steps}/legs/2/receive")
    request = post(officer, f"{steps}/supplement-requests", reason="missing_paper")["request"]
    paused = clock(admin, code, "paused")
    assert paused["due_current"] is None or paused["due_current"] >= started["due_current"]
    until(lambda: on_paper(clerk, code), lambda it: request in str(it), limit=20)

    # the applicant brings it: the clock goes on, the due moment is not earlier than it was
    post(clerk, f"/intake/api/v1/dossiers/{code}/supplement-provided", request=request)
    resumed = clock(admin, code, "running")
    assert resumed["due_current"] >= started["due_current"]
    until(lambda: routed(officer, code)["requests"][0]["open"], lambda is_open: not is_open, limit=20)

    # back from the tax office, decided, collected
    post(officer, f"{steps}/legs/2/complete")
    post(officer, f"{steps}/legs/3/receive")
    post(officer, f"{steps}/legs/3/complete", result="granted")
    stopped = clock(admin, code, "stopped")
    assert stopped["outcome"] == "early"
    ready = "/intake/api/v1/results-ready"
    until(lambda: get(clerk, ready), lambda page: code in str(page), limit=20)
    post(clerk, f"/intake/api/v1/dossiers/{code}/return-result", way="counter")
    until(lambda: get(clerk, ready), lambda page: code not in str(page), limit=20)

    seen = routed(officer, code)
    assert [stretch["unit"] for stretch in seen["custody"]] == [COMMUNE, tax, COMMUNE]
    assert all(leg["completed_at"] for leg in seen["legs"])
    after = {**before, "received": before["received"] + 1, "early": before["early"] + 1}
    until(
        lambda: counts(admin),
        lambda now: {**now, "open_in_time": 0} == {**after, "open_in_time": 0},
        limit=20,
    )


def test_nobody_outside_its_units_sees_a_dossier(clerk: httpx.Client, stack, demo: str, admin: httpx.Client):
    code = get(admin, "/sla/api/v1/late-dossiers", unit="P49", limit=1)["items"][0]["code"]

    for path in (
        f"/sla/api/v1/dossiers/{code}/clock",
        f"/routing/api/v1/dossiers/{code}",
        f"/intake/api/v1/dossiers/{code}",
    ):
        assert clerk.get(path).status_code == 404, path
    assert httpx.get(f"{stack.url}/sla/api/v1/late-dossiers").status_code == 401
