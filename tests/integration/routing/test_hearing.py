"""What routing says when dossiers come in, live or from a register."""

from uuid import uuid4

from contracts.intake import StepKind
from tests.integration.routing.conftest import Desk
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import WARD, hours


async def test_a_received_dossier_opens_its_first_leg(desk: Desk):
    dossier = uuid4()

    await desk.hear(makers.received(dossier))

    [opened] = await desk.said()
    assert (opened.name, opened.subject, opened.dossierseq) == ("LegOpened", dossier, 1)
    assert (opened.data.unit, opened.data.leg_no) == (WARD, 1)
    assert opened.data.leg_due_at == hours(24)


async def test_an_import_is_told_with_its_original_times_before_its_barrier(desk: Desk):
    dossiers = [uuid4() for _ in range(20)]
    batch = [
        event
        for dossier in dossiers
        for event in (
            makers.imported(dossier),
            makers.history(
                dossier, (hours(3), StepKind.SUPPLEMENT_REQUESTED, {}), (hours(9), StepKind.RESOLVED, {})
            ),
        )
    ]

    await desk.hear(*batch, makers.import_ended(7, dossiers=20))

    said = await desk.said()
    assert [e.name for e in said[:3]] == ["LegOpened", "SupplementRequested", "DossierResolved"]
    assert said[-1].name == "ImportRouted"
    assert await desk.pool.fetchval("SELECT partition FROM outbox ORDER BY id DESC LIMIT 1") == 7
    assert len(said) == 61
    ended = await desk.pool.fetchval(
        "SELECT count(*) FROM dossier WHERE stage = 'ended' AND ended_at = $1", hours(9)
    )
    assert ended == 20
