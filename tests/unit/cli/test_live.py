"""The simulator of a province's counters."""

from datetime import UTC, datetime, timedelta
from random import Random

import httpx

from cli.client import Client
from cli.live import Plan, Simulator

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def simulator(answers: list[httpx.Response]) -> Simulator:
    """Return one whose services give these answers, one after the other."""
    left = iter(answers)
    http = Client(httpx.Client(base_url="http://stack", transport=httpx.MockTransport(lambda _: next(left))))
    return Simulator(clerk=http, officer=http, rng=Random(1), tell=lambda _: None, plans=[Plan(NOW, "H1-1")])


def test_a_planned_ending_waits_for_a_service_that_is_away():
    sim = simulator([httpx.Response(503), httpx.Response(200, json={"stage": "resolved"})])

    sim.resolve_due(NOW)
    assert [plan.code for plan in sim.plans] == ["H1-1"]

    sim.resolve_due(NOW + timedelta(minutes=1))
    assert sim.plans == []


def test_a_planned_ending_that_is_refused_is_dropped():
    sim = simulator([httpx.Response(404, json={"detail": "Không có hồ sơ"})])

    sim.resolve_due(NOW)

    assert sim.plans == []
