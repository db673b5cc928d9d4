"""A dossier limited in minutes turns late while one watches: in the list, on the page and as a metric."""

from datetime import UTC, datetime
from typing import Any

import httpx

from libs.clock import utcnow
from tests.e2e.conftest import get
from tests.e2e.figures import samples
from tests.e2e.stack import until
from tests.patience import on_this_machine

PROMPT = 2.0
"""Seconds from the moment to where it shows."""
SNAPSHOT = 6.0
"""Reporting renews its gauges every 5 s."""


def late_codes(admin: httpx.Client) -> list[str]:
    page = get(admin, "/sla/api/v1/late-dossiers", procedure="9.000001", state="open")
    return [row["code"] for row in page["items"]]


def open_now(admin: httpx.Client, state: str) -> int:
    found = samples(admin, "reporting", "dossier_open")
    return int(sum(v for labels, v in found if labels["province"] == "N66" and labels["state"] == state))


def rungs_in_time(admin: httpx.Client) -> tuple[int, int]:
    """Return how many rungs were told promptly after their moment, and how many at all."""
    text = admin.get("/sla/metrics").text.splitlines()
    lines = dict(line.rsplit(" ", 1) for line in text if line.startswith("sla_timer_lag_seconds"))
    bound = next(each for each in (2.0, 5.0, 10.0, 30.0) if each >= min(on_this_machine(PROMPT), 30.0))
    in_time = lines[f'sla_timer_lag_seconds_bucket{{le="{bound}"}}']
    return int(float(in_time)), int(float(lines["sla_timer_lag_seconds_count"]))


def test_it_turns_due_soon_then_late_by_itself(minutes: dict[str, Any], admin: httpx.Client):
    path = f"/sla/api/v1/dossiers/{minutes['code']}/clock"
    late_at = datetime.fromisoformat(minutes["late_at"]).astimezone(UTC)
    if utcnow() < late_at:
        assert minutes["code"] not in late_codes(admin)
        until(
            lambda: open_now(admin, "due_soon") + (utcnow() >= late_at), lambda n: n > 0, limit=200, pause=0.5
        )

    limit = max(0.0, (late_at - utcnow()).total_seconds())
    until(
        lambda: late_codes(admin),
        lambda codes: minutes["code"] in codes,
        limit=limit + on_this_machine(PROMPT),
    )
    until(lambda: get(admin, path)["overdue"], bool, limit=on_this_machine(PROMPT))
    page = admin.get("/sla/", params={"unit": "N66"})
    assert minutes["code"] in page.text
    until(lambda: open_now(admin, "overdue"), lambda n: n > 0, limit=SNAPSHOT + on_this_machine(PROMPT))

    in_time, told = rungs_in_time(admin)
    assert told >= 2, "half of its time, and its end"
    assert in_time == told
