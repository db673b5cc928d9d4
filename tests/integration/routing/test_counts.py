"""What routing tells the reconciliation."""

from uuid import uuid4

import httpx

from contracts.codes import Role
from tests.integration.routing.conftest import Desk
from tests.integration.routing.test_journey import Browser, client, token  # noqa: F401 - a fixture
from tests.unit.services.routing import makers


async def test_counts_tell_what_was_said_and_applied_group_by_group(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    auditor = Browser(client, token(Role.OPERATOR, units=("*",)))
    dossiers = [uuid4() for _ in range(40)]
    await desk.hear(
        *(e for d in dossiers for e in (makers.imported(d), makers.history(d))), makers.import_ended(0)
    )

    totals = await auditor.ask("GET", "/counts")
    groups = (await auditor.ask("GET", "/counts/buckets?emitter=intake"))["buckets"]
    first = dossiers[0]
    one = (await auditor.ask("GET", f"/counts/dossiers?emitter=routing&bucket={first.bytes[-1]}"))["dossiers"]

    assert totals["said"] == {"dossiers": 40, "events": 40}
    assert totals["applied"] == {"intake": {"dossiers": 40, "events": 80}}
    assert sum(events for _, events in groups.values()) == 80
    assert one[str(first)] == 1
    codes = (await auditor.ask("GET", f"/counts/codes?id={first}"))["codes"]
    assert codes[str(first)] == makers.imported(first).data.code
    await Browser(client, token(Role.OFFICER)).ask("GET", "/counts", 403)
