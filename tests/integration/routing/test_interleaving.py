"""However the topics come together, and however they are cut into batches, the same state follows."""

import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.envelope import DossierEvent
from contracts.intake import DossierCorrected, DossierVoided, DossierWithdrawn, StepKind, SupplementProvided
from contracts.sla import ClockPaused, ClockRestarted, ClockStarted, ClockState, WaitExpired
from tests.integration.routing.conftest import Desk
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import TAX, WARD, hours


def snapshot(revision: int, state: ClockState = ClockState.RUNNING, **more: Any) -> dict[str, Any]:
    due = hours(240 + revision)
    return {
        "state": state,
        "rule_set": "nd-118-2025",
        "revision": revision,
        "due_current": due,
        "late_at": due,
    } | more


def clocks(dossier: UUID) -> list[DossierEvent]:
    return [
        makers.event(ClockStarted, dossier, 1, hours(0), **snapshot(1)),
        makers.event(
            ClockPaused, dossier, 2, hours(3), reason="missing_paper", **snapshot(2, ClockState.PAUSED)
        ),
        makers.event(WaitExpired, dossier, 3, hours(9), follow_up="close", **snapshot(3, ClockState.PAUSED)),
        makers.event(ClockRestarted, dossier, 4, hours(11), **snapshot(4)),
    ]


def topics(dossiers: list[UUID]) -> tuple[list[DossierEvent], list[DossierEvent]]:
    live, register, stopped, voided = dossiers
    intake: list[DossierEvent] = [
        makers.received(live, receiving_unit=TAX),
        makers.event(DossierCorrected, live, 2, hours(1), reason="mistaken_entry", appointment_at=hours(99)),
        makers.imported(register),
        makers.received(stopped),
        makers.received(voided),
        makers.history(
            register,
            (hours(2), StepKind.SENT, {"unit": WARD}),
            (hours(3), StepKind.SUPPLEMENT_REQUESTED, {}),
            (hours(11), StepKind.SUPPLEMENT_PROVIDED, {}),
            (hours(12), StepKind.RECEIVED, {"unit": WARD}),
        ),
        makers.event(DossierWithdrawn, stopped, 2, hours(5)),
        makers.event(DossierVoided, voided, 2, hours(2), reason="mistaken_entry"),
        makers.event(SupplementProvided, live, 3, hours(11)),
    ]
    return intake, [event for dossier in dossiers for event in clocks(dossier)]


def woven(seed: int, first: list[DossierEvent], second: list[DossierEvent]) -> list[DossierEvent]:
    chance, left, right = random.Random(seed), list(first), list(second)
    mixed = []
    while left or right:
        source = left if left and (not right or chance.random() < 0.5) else right
        mixed.append(source.pop(0))
    return mixed


@pytest.mark.parametrize("seed", range(4))
async def test_every_weave_and_every_cut_ends_in_the_same_state(
    make_desk: Callable[[], Awaitable[Desk]], seed: int
):
    intake, sla = topics([uuid4() for _ in range(4)])
    plain, mixed = await make_desk(), await make_desk()
    await plain.hear(*intake)
    await plain.hear(*sla)

    chance, rest = random.Random(seed), woven(seed, intake, sla)
    while rest:
        size = chance.randint(1, 6)
        await mixed.hear(*rest[:size])
        rest = rest[size:]

    assert await mixed.state() == await plain.state()
    said = [(e.subject, e.name, e.dossierseq, e.time) for e in await mixed.said()]
    assert sorted(map(str, said)) == sorted(
        str((e.subject, e.name, e.dossierseq, e.time)) for e in await plain.said()
    )


async def test_a_wait_that_ran_out_stands_until_the_clock_runs_again(desk: Desk):
    dossier = uuid4()
    *before, again = clocks(dossier)
    query = "SELECT wait_expired_at FROM dossier"

    await desk.hear(*before)
    assert await desk.pool.fetchval(query) == hours(9)
    await desk.hear(again)
    assert await desk.pool.fetchval(query) is None


async def test_a_dossier_whose_procedure_is_not_known_yet_waits_for_it(desk: Desk):
    await desk.hear(makers.received(procedure_code="9.999999"))

    assert await desk.said() == []
    assert await desk.pool.fetchval("SELECT detail FROM inbox") == "procedure/9.999999/1"


async def test_a_procedure_the_catalogue_lacks_gets_one_leg_at_the_competent_unit(desk: Desk):
    await desk.hear(makers.imported(procedure_code="9.999999", procedure_version=None))

    [opened] = await desk.said()
    assert (opened.data.unit, opened.data.process_code, opened.data.budget_minutes) == (WARD, None, None)
