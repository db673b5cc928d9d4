"""Registers: a thousand dossiers at once, and units that have ended."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from contracts.intake import StepKind
from services.routing.handlers.reference import Reference
from services.routing.handlers.sweeping import sweep
from services.routing.store import barriers, moving
from tests.integration.routing.conftest import Desk
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import OTHER_WARD, WARD, hours

IN_2022 = datetime(2022, 3, 1, 2, tzinfo=UTC)
OLD = {"receiving_unit": "P49.D502", "competent_unit": "P49.D502", "rule_set": "nd-61-2018"}


async def test_a_thousand_dossiers_are_routed_in_one_batch(desk: Desk):
    dossiers = [uuid4() for _ in range(1_000)]
    steps = [
        (hours(1), StepKind.SENT, {"unit": WARD}),
        (hours(2), StepKind.RECEIVED, {"unit": WARD}),
        (hours(9), StepKind.RESOLVED, {}),
        (hours(20), StepKind.RETURNED, {}),
    ]
    events = [e for d in dossiers for e in (makers.imported(d), makers.history(d, *steps))]

    done = await desk.hear(*events)

    assert done.applied == 2_000
    assert await desk.pool.fetchval("SELECT count(*) FROM outbox") == 4_000
    assert await desk.pool.fetchval("SELECT count(*) FROM dossier WHERE seq = 4 AND stage = 'ended'") == 1_000


async def test_what_an_old_register_left_open_passes_to_the_successor(desk: Desk):
    done, left, by_commune = uuid4(), uuid4(), uuid4()
    await desk.hear(
        makers.imported(done, at=IN_2022, **OLD),
        makers.history(done, (IN_2022 + timedelta(days=3), StepKind.RESOLVED, {})),
        makers.imported(left, at=IN_2022, **OLD),
        makers.history(left),
        makers.imported(by_commune, at=IN_2022, applicant_commune="P49.D502.C20335", **OLD),
        makers.history(by_commune),
    )

    moved = {e.subject: e for e in await desk.said() if e.name == "DossierMoved"}
    assert moved.keys() == {left, by_commune}
    assert moved[left].data.to_unit == WARD
    assert moved[by_commune].data.to_unit == OTHER_WARD
    assert moved[left].time == datetime(2025, 6, 30, 17, tzinfo=UTC)
    units = await desk.pool.fetch("SELECT competent_unit, leg_unit, holder FROM dossier WHERE id = $1", left)
    assert [tuple(row) for row in units] == [(WARD, WARD, WARD)]


async def test_the_sweep_moves_each_dossier_once_and_leaves_imports_that_are_still_coming(desk: Desk):
    waiting = uuid4()
    await desk.hear(makers.imported(waiting, at=IN_2022, **OLD))
    reference = Reference(lambda: desk.runtime.catalogue)

    assert await sweep(desk.pool, reference, chunk=10) == 0
    await desk.hear(*(makers.import_ended(partition) for partition in range(12)))
    assert await sweep(desk.pool, reference, chunk=10) == 1
    assert await sweep(desk.pool, reference, chunk=10) == 0


async def test_an_import_that_begins_during_a_sweep_is_left_alone(desk: Desk):
    async with desk.pool.acquire() as conn, conn.transaction():
        known = await barriers.finished(conn)
        await desk.hear(makers.imported(uuid4(), at=IN_2022, **OLD))

        picked = await moving.pick(conn, ["P49.D502"], imported=known, after=moving.NOBODY, limit=10)

    assert picked == []
