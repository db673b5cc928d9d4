"""Publishing units and processes."""

from contracts.catalogue import ProcessItem
from contracts.codes import Role
from contracts.topics import to_bytes
from tests.integration.routing.conftest import Desk
from tests.integration.routing.test_journey import Browser, client, token  # noqa: F401 - a fixture
from tests.unit.services.routing import makers


def lines(*items: object) -> bytes:
    return b"\n".join(to_bytes(item) for item in items)  # type: ignore[arg-type]


async def test_loading_twice_changes_nothing(desk: Desk, client) -> None:  # noqa: F811
    admin = Browser(client, token(Role.ADMIN, units=("*",)))
    own = [item for item in makers.catalogue_items() if item.EMITTER == "routing"]

    first = await admin.ask("PUT", "/catalogue", content=lines(*own))
    again = await admin.ask("PUT", "/catalogue", content=lines(*own))

    assert first == {"added": len(own), "changed": 0, "unchanged": 0}
    assert again == {"added": 0, "changed": 0, "unchanged": len(own)}
    assert await desk.pool.fetchval("SELECT count(*) FROM outbox") == len(own)


async def test_an_incomplete_process_is_refused_with_the_reason(client) -> None:  # noqa: F811
    admin = Browser(client, token(Role.ADMIN, units=("*",)))
    gap = makers.PROCESSES[0].model_copy(update={"legs": (makers.leg(1), makers.leg(3))})
    long = makers.PROCESSES[0].model_copy(update={"legs": (makers.leg(1, budget_minutes=4_801),)})
    empty = to_bytes(makers.item(ProcessItem, "P1", 1, gap)).replace(b'"legs":[', b'"legs":[],"x":[')

    async def refused(content: bytes) -> tuple[str, str]:
        return await admin.refused("PUT", "/catalogue", 422, content=content)

    key = "process/1.012753/1.legs"
    assert await refused(lines(makers.item(ProcessItem, "1.012753", 1, gap))) == (key, "process.leg_numbers")
    assert await refused(lines(makers.item(ProcessItem, "1.012753", 1, long))) == (key, "process.over_limit")
    assert (await refused(empty))[0] == "line 1"


async def test_only_an_administrator_publishes(client) -> None:  # noqa: F811
    await Browser(client, token(Role.OFFICER)).ask("PUT", "/catalogue", 403, content=b"")


async def test_units_are_found_by_parent_and_name(client) -> None:  # noqa: F811
    officer = Browser(client, token(Role.OFFICER))

    below = await officer.ask("GET", "/units?parent=N48")

    assert [row["code"] for row in below["rows"]] == ["N48.C20242", "N48.C20245", "N48.THUE"]
    assert (await officer.ask("GET", "/units?q=20245"))["total"] == 1
