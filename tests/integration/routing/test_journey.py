"""A dossier over the HTTP interface, from reception to result."""

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from contracts.codes import Role
from contracts.intake import DossierCorrected, SupplementProvided
from libs.clock import utcnow
from libs.http import routes_without_rule
from libs.runtime import Runtime
from libs.tokens import Identity, issue, new_key
from services.routing.__main__ import app
from tests.integration.routing.conftest import Desk
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import OTHER_WARD, TAX, WARD

KEY = new_key()
OFFICER, TAX_OFFICER = uuid4(), uuid4()


def token(*roles: Role, units: tuple[str, ...] = (WARD,), staff: UUID = OFFICER) -> str:
    identity = Identity(staff, "canbo", frozenset(roles), frozenset(units))
    return issue(KEY, identity, now=utcnow())


class Browser:
    """Asks as one person."""

    def __init__(self, client: httpx.AsyncClient, bearer: str) -> None:
        self._client, self._headers = client, {"authorization": f"Bearer {bearer}"}

    async def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        headers = self._headers | more.pop("headers", {})
        answer = await self._client.request(method, f"/routing/api/v1{path}", headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, status: int, **more: Any) -> tuple[str, str]:
        body = await self.ask(method, path, status, **more)
        return body["errors"][0]["field"], body["errors"][0]["rule"]


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    public = orjson.dumps(KEY.as_dict(private=False)).decode()
    settings = desk.runtime.settings.model_copy(update={"token_public_key": public})
    runtime = Runtime(settings=settings, pool=desk.pool, mirror=desk.runtime.mirror)
    application = app(runtime)
    assert routes_without_rule(application) == []
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as found:
        yield found


@pytest.fixture
def officer(client: httpx.AsyncClient) -> Browser:
    return Browser(client, token(Role.OFFICER))


@pytest.fixture
def taxman(client: httpx.AsyncClient) -> Browser:
    return Browser(client, token(Role.OFFICER, units=(TAX,), staff=TAX_OFFICER))


async def live(desk: Desk, **over: Any) -> str:
    event = makers.received(at=utcnow() - timedelta(hours=1), **over)
    await desk.hear(event)
    return event.data.code


async def test_a_dossier_goes_through_the_tax_office_and_back_to_a_decision(
    desk: Desk, officer: Browser, taxman: Browser
):
    code = await live(desk)

    first = await officer.ask("POST", f"/dossiers/{code}/legs/1/complete")
    assert [e["type"] for e in first["events"]] == ["LegCompleted", "LegOpened", "LegSent"]
    shown = await taxman.ask("GET", f"/dossiers/{code}")
    assert (shown["holder"], shown["under_way_to"], shown["leg_no"]) == (WARD, TAX, 2)
    await taxman.ask("POST", f"/dossiers/{code}/legs/2/receive")
    await taxman.ask("POST", f"/dossiers/{code}/legs/2/claim")
    await taxman.ask("POST", f"/dossiers/{code}/legs/2/complete")
    await officer.ask("POST", f"/dossiers/{code}/legs/3/receive")
    last = await officer.ask("POST", f"/dossiers/{code}/legs/3/complete", json={"result": "granted"})

    assert [e["type"] for e in last["events"]] == ["LegCompleted", "DossierResolved"]
    assert last["stage"] == "ended"
    end = await officer.ask("GET", f"/dossiers/{code}")
    assert [row["unit"] for row in end["custody"]] == [WARD, TAX, WARD]
    rows = end["custody"]
    assert rows[0]["since"] == end["received_at"]
    assert rows[-1]["until"] == end["ending"]["at"]
    assert all(a["until"] == b["since"] for a, b in itertools.pairwise(rows))


async def test_a_step_out_of_turn_is_refused_with_field_and_rule(
    desk: Desk, officer: Browser, taxman: Browser
):
    code = await live(desk)

    assert await officer.refused("POST", f"/dossiers/{code}/legs/2/receive", 409) == (
        "leg_no",
        "leg.not_opened",
    )
    assert await officer.refused("POST", f"/dossiers/{code}/legs/1/receive", 409) == (
        "leg_no",
        "leg.not_under_way",
    )
    assert await officer.refused("POST", f"/dossiers/{code}/resolve", 409) == ("result", "leg.remaining")
    await officer.ask("POST", f"/dossiers/{code}/legs/1/complete")
    assert await officer.refused("POST", f"/dossiers/{code}/legs/2/send", 409) == (
        "leg_no",
        "leg.already_sent",
    )
    assert await officer.refused("POST", f"/dossiers/{code}/legs/2/receive", 403) == ("unit", "outside_scope")
    assert await taxman.refused("POST", f"/dossiers/{code}/legs/2/complete", 409) == (
        "leg_no",
        "leg.not_received",
    )


async def test_a_stranger_sees_nothing(desk: Desk, client: httpx.AsyncClient):
    code = await live(desk)
    stranger = Browser(client, token(Role.OFFICER, units=(OTHER_WARD,)))

    await stranger.ask("GET", f"/dossiers/{code}", 404)
    assert (await stranger.ask("GET", "/desk"))["rows"] == []


async def test_a_supplement_may_be_asked_for_once(desk: Desk, officer: Browser):
    event = makers.received(at=utcnow() - timedelta(hours=1))
    await desk.hear(event)
    code = event.data.code
    asked = await officer.ask(
        "POST", f"/dossiers/{code}/supplement-requests", 201, json={"reason": "missing_paper"}
    )
    assert asked["stage"] == "waiting"
    assert asked["warnings"] == []
    assert await officer.refused("POST", f"/dossiers/{code}/legs/1/complete", 409) == (
        "code",
        "dossier.waiting",
    )

    answer = makers.event(SupplementProvided, event.subject, 2, utcnow(), request=asked["request"])
    await desk.hear(answer)

    refused = await officer.ask(
        "POST", f"/dossiers/{code}/supplement-requests", 409, json={"reason": "wrong_paper"}
    )
    assert refused["errors"][0]["rule"] == "supplement.max"
    assert refused["errors"][0]["source"] == "NĐ 118/2025 Đ.16.3"
    assert (await officer.ask("GET", f"/dossiers/{code}"))["stage"] == "open"


async def test_a_request_taken_back_counts_as_never_made(desk: Desk, officer: Browser):
    code = await live(desk)
    path = f"/dossiers/{code}/supplement-requests"
    asked = await officer.ask("POST", path, 201, json={"reason": "missing_paper"})

    await officer.ask("DELETE", f"{path}/{asked['request']}")

    assert (await officer.ask("POST", path, 201, json={"reason": "missing_paper"}))["stage"] == "waiting"


async def test_an_extension_comes_once_before_the_day_of_expiry_and_with_an_apology(
    desk: Desk, officer: Browser
):
    soon, later = utcnow() + timedelta(days=4), utcnow() + timedelta(days=9)
    code = await live(desk, appointment_at=soon)
    body = {"reason": "overload", "responsible_unit": WARD, "new_due_at": later.isoformat()}
    before = body | {"new_due_at": (soon - timedelta(days=1)).isoformat()}
    path = f"/dossiers/{code}/extensions"

    assert await officer.refused("POST", path, 422, json=before) == ("new_due_at", "extension.not_later")
    granted = await officer.ask("POST", path, 201, json=body)
    assert [e["type"] for e in granted["events"]] == ["ExtensionGranted", "ApologyIssued"]
    assert await officer.refused("POST", path, 409, json=body) == ("new_due_at", "extension.max")


async def test_on_the_last_day_it_is_too_late_to_extend(desk: Desk, officer: Browser):
    code = await live(desk, appointment_at=utcnow() + timedelta(minutes=1))
    body = {
        "reason": "overload",
        "responsible_unit": WARD,
        "new_due_at": (utcnow() + timedelta(days=9)).isoformat(),
    }

    refused = await officer.ask("POST", f"/dossiers/{code}/extensions", 409, json=body)

    assert refused["errors"][0]["rule"] == "extension.too_late"
    assert refused["errors"][0]["source"] == "NĐ 118/2025 Đ.19.6"


async def test_the_same_key_does_it_once_and_an_old_etag_not_at_all(desk: Desk, officer: Browser):
    code = await live(desk)
    path = f"/dossiers/{code}/legs/1/complete"

    first = await officer.ask("POST", path, headers={"idempotency-key": "k1"})
    again = await officer.ask("POST", path, headers={"idempotency-key": "k1"})
    assert again == first
    stop = f"/dossiers/{code}/stop"
    await officer.ask("POST", stop, 412, json={"reason": "no_supplement"}, headers={"if-match": '"1"'})
    seq = (await officer.ask("GET", f"/dossiers/{code}"))["seq"]
    await officer.ask("POST", stop, json={"reason": "no_supplement"}, headers={"if-match": f'"{seq}"'})


async def test_work_goes_to_the_desk_with_the_least_of_it(desk: Desk, client: httpx.AsyncClient):
    admin = Browser(client, token(Role.ADMIN, units=("*",)))
    people = [uuid4(), uuid4()]
    await admin.ask("POST", "/officers", json={"officers": [{"staff": str(p), "unit": WARD} for p in people]})

    for _ in range(6):
        await live(desk)

    loads = await desk.pool.fetch("SELECT leg_officer, count(*) AS n FROM dossier GROUP BY leg_officer")
    assert {row["leg_officer"]: row["n"] for row in loads} == dict.fromkeys(people, 3)
    mine = Browser(client, token(Role.OFFICER, staff=people[0]))
    assert len((await mine.ask("GET", "/desk?mine=true"))["rows"]) == 3


async def test_the_desk_pages_through_open_legs_by_due_moment(desk: Desk, officer: Browser):
    codes = [await live(desk, appointment_at=utcnow() + timedelta(days=n)) for n in (5, 2, 9)] + [
        await live(desk)
    ]

    page = await officer.ask("GET", "/desk?limit=3")
    rest = await officer.ask("GET", f"/desk?limit=3&cursor={page['cursor']}")

    shown = [row["code"] for row in page["rows"] + rest["rows"]]
    assert shown == [codes[1], codes[0], codes[2], codes[3]]
    assert rest["cursor"] is None


async def test_the_agency_that_is_asked_sees_the_dossier_until_it_has_answered(
    desk: Desk, officer: Browser, taxman: Browser
):
    code = await live(desk, procedure_code="1.001193")
    body = {"unit": TAX, "answer_by": (utcnow() + timedelta(days=2)).isoformat()}
    await taxman.ask("GET", f"/dossiers/{code}", 404)

    asked = await officer.ask("POST", f"/dossiers/{code}/consultations", 201, json=body)
    assert [row["code"] for row in (await taxman.ask("GET", "/desk?asked=true"))["rows"]] == [code]
    await taxman.ask("POST", f"/dossiers/{code}/consultations/{asked['request']}/answer")

    await taxman.ask("GET", f"/dossiers/{code}", 404)
    requests = (await officer.ask("GET", f"/dossiers/{code}"))["requests"]
    assert [r["open"] for r in requests] == [False]


async def test_a_corrected_competent_unit_gets_the_leg(desk: Desk, officer: Browser):
    event = makers.received(at=utcnow() - timedelta(hours=1), competent_unit=OTHER_WARD)
    await desk.hear(event)
    correction = makers.event(
        DossierCorrected, event.subject, 2, utcnow(), reason="mistaken_entry", competent_unit=WARD
    )

    await desk.hear(correction)

    shown = await officer.ask("GET", f"/dossiers/{event.data.code}")
    assert shown["legs"][0]["unit"] == WARD
    assert shown["competent_unit"] == WARD
    [moved] = [e for e in await desk.said() if e.name == "DossierMoved"]
    assert (moved.data.from_unit, moved.data.to_unit, moved.data.reason) == (
        OTHER_WARD,
        WARD,
        "mistaken_entry",
    )
