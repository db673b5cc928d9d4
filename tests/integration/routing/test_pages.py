"""The desk's pages, as an officer's browser asks for them."""

from datetime import timedelta

import httpx

from contracts.codes import Role
from libs.clock import utcnow
from libs.identity import COOKIE
from tests.integration.routing.conftest import Desk
from tests.integration.routing.test_journey import client, live, token  # noqa: F401 - a fixture
from tests.unit.services.routing.makers import TAX


def sign_in(client: httpx.AsyncClient, *roles: Role, **more: object) -> None:  # noqa: F811
    client.cookies.set(COOKIE, token(*roles, **more))  # type: ignore[arg-type]
    client.headers["sec-fetch-site"] = "same-origin"


async def test_the_desk_shows_open_dossiers_with_their_lateness(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    sign_in(client, Role.OFFICER)
    code = await live(desk, appointment_at=utcnow() - timedelta(days=3))

    page = await client.get("/routing/")

    assert page.status_code == 200
    assert code in page.text
    assert "Quá hạn 3 ngày" in page.text
    assert (await client.get("/routing/?unit=N01")).status_code == 403


async def test_an_officer_works_on_a_dossier_with_forms(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    sign_in(client, Role.OFFICER)
    code = await live(desk, procedure_code="1.001193")

    for step, form in (("thu-ly", {"leg_no": "1"}), ("ket-qua", {"result": "granted"})):
        answer = await client.post(f"/routing/ho-so/{code}/{step}", data=form)
        assert answer.status_code == 303, answer.text
    page = await client.get(answer.headers["location"])

    assert "Đã ghi nhận kết quả giải quyết" in page.text
    assert "Đã có kết quả" in page.text


async def test_a_refused_form_says_why_above_the_page(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    sign_in(client, Role.OFFICER)
    code = await live(desk)

    page = await client.post(f"/routing/ho-so/{code}/nhan", data={"leg_no": "1"})

    assert page.status_code == 409
    assert "Không có bàn giao nào đang chờ xác nhận" in page.text
    assert "Lỗi:" in page.text


async def test_a_unit_without_dossiers_sees_an_empty_desk(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    sign_in(client, Role.OFFICER, units=(TAX,))
    await live(desk)

    assert "Không có hồ sơ nào đang mở" in (await client.get("/routing/")).text
