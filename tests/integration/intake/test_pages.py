"""Pages a clerk uses: today, reception with errors kept, slip, search that leaves no trace in addresses."""

import re
from urllib.parse import urlencode

from contracts.codes import Role
from libs.http import routes_without_rule
from services.intake.__main__ import app
from tests.integration.intake.conftest import Counter
from tests.unit.services.intake import makers

FORM = {
    "procedure_code": makers.BIRTH,
    "channel": "counter",
    "receiving_unit": makers.WARD,
    "full_name": "Nguyễn Thị Mẫu",
    "phone": "0900000123",
    "key": "k1",
}


async def send(counter: Counter, path: str, form: dict[str, str]):
    headers = counter.headers(Role.CLERK, units=("N66",)) | {
        "content-type": "application/x-www-form-urlencoded"
    }
    return await counter.client.post(f"/intake{path}", content=urlencode(form), headers=headers)


async def view(counter: Counter, path: str):
    return await counter.client.get(f"/intake{path}", headers=counter.headers(Role.CLERK, units=("N66",)))


async def test_every_route_says_who_may_use_it(counter: Counter):
    assert routes_without_rule(app(counter.runtime)) == []


async def test_a_reception_by_form_ends_in_a_slip_and_shows_today(counter: Counter):
    done = await send(counter, "/reception", FORM)
    again = await send(counter, "/reception", FORM)

    assert done.status_code == 303
    assert again.headers["location"] == done.headers["location"]
    slip = await counter.client.get(
        done.headers["location"], headers=counter.headers(Role.CLERK, units=("N66",))
    )
    code = await counter.pool.fetchval("SELECT code FROM dossier")
    assert code in slip.text
    assert "Nguyễn Thị Mẫu" in slip.text
    start = await view(counter, "/")
    assert code in start.text
    assert "Đăng ký khai sinh" in start.text
    assert await counter.pool.fetchval("SELECT count(*) FROM dossier") == 1


async def test_errors_are_listed_and_what_was_typed_is_kept(counter: Counter):
    answer = await send(counter, "/reception", FORM | {"phone": "12", "procedure_code": ""})

    assert answer.status_code == 422
    assert "Lỗi: Tiếp nhận hồ sơ" in answer.text
    assert 'href="#phone"' in answer.text
    assert 'value="Nguyễn Thị Mẫu"' in answer.text


async def test_a_search_is_posted_and_finds(counter: Counter):
    await send(counter, "/reception", FORM)

    answer = await send(counter, "/search", {"kind": "name", "text": "mau"})

    assert await counter.pool.fetchval("SELECT code FROM dossier") in answer.text
    assert re.search(r'<form[^>]+method="post"[^>]+action="/intake/search"', answer.text)


async def test_actions_on_a_dossier_change_it_and_a_second_click_says_why_not(counter: Counter):
    await send(counter, "/reception", FORM)
    dossier = await counter.pool.fetchval("SELECT id FROM dossier")

    first = await send(counter, f"/dossiers/{dossier}/void", {})
    second = await send(counter, f"/dossiers/{dossier}/void", {})

    assert (first.status_code, second.status_code) == (303, 409)
    assert "Không thực hiện được" in second.text
    assert "Đã hủy" in (await view(counter, f"/dossiers/{dossier}")).text


async def test_the_lists_have_their_pages(counter: Counter):
    await counter.post("/submissions", makers.form(channel="online"), key="s")
    await counter.receive()
    await counter.pool.execute("UPDATE dossier SET ready_at = now() WHERE state = 'received'")

    assert "chưa có mã" in (await view(counter, "/submissions")).text
    assert "H15." in (await view(counter, "/results-ready")).text


async def test_an_inspector_sees_whom_to_call_and_the_look_is_written_down(counter: Counter):
    await send(counter, "/reception", FORM)
    own = await counter.pool.fetchval("SELECT id FROM dossier")
    path = f"/intake/dossiers/{own}/lien-he"
    inspector = counter.headers(Role.INSPECTOR, units=("*",))
    page = await counter.client.get(path, headers=inspector)
    data = await counter.client.get(f"/intake/api/v1/people/{own}", headers=inspector)
    foreign = await counter.client.get(path, headers=counter.headers(Role.INSPECTOR, units=("N01",)))
    operator = await counter.client.get(path, headers=counter.headers(Role.OPERATOR, units=("*",)))

    assert "Nguyễn Thị Mẫu" in page.text
    assert "0900000123" in page.text
    assert data.json()["full_name"] == "Nguyễn Thị Mẫu"
    assert (foreign.status_code, operator.status_code) == (404, 403)
    looks = await counter.pool.fetch("SELECT action, dossier FROM audit WHERE action = 'contact'")
    assert [row["dossier"] for row in looks] == [own, own]
