"""Apology and re-appointment over the interface and the pages, under either regime, to the printed letter."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.codes import Role
from contracts.intake import DossierWithdrawn
from contracts.routing import ExtensionGranted, SupplementRequested
from libs.clock import VN, utcnow
from tests.integration.routing.conftest import Desk
from tests.integration.routing.test_journey import OFFICER, Browser, client, live, officer, token  # noqa: F401 - fixtures
from tests.integration.routing.test_pages import sign_in
from tests.unit.services.routing import makers
from tests.unit.services.routing.makers import WARD

OLD = "nd-61-2018"
pytestmark = pytest.mark.usefixtures("client", "officer")


def body(days: float, **more: Any) -> dict[str, Any]:
    return {
        "reason": "overload",
        "responsible_unit": WARD,
        "new_due_at": (utcnow() + timedelta(days=days)).isoformat(),
    } | more


async def refused(officer: Browser, path: str, status: int, given: dict[str, Any]) -> tuple[str, str, str]:  # noqa: F811
    (error, *_) = (await officer.ask("POST", path, status, json=given))["errors"]
    return error["field"], error["rule"], error["source"]


async def test_a_letter_records_who_signed_why_and_the_date_it_replaces(desk: Desk, officer: Browser):  # noqa: F811
    due, signer, note = utcnow() + timedelta(days=5), uuid4(), uuid4()
    code = await live(desk, appointment_at=due)

    await officer.ask(
        "POST", f"/dossiers/{code}/extensions", 201, json=body(9, signed_by=str(signer), note=str(note))
    )

    granted = next(event for event in await desk.said() if isinstance(event, ExtensionGranted))
    assert (granted.data.signed_by, granted.data.note) == (signer, note)
    assert granted.data.due_before == due
    (letter,) = (await officer.ask("GET", f"/dossiers/{code}"))["letters"]
    assert (letter["signed_by"], letter["responsible"], letter["reason"]) == (str(signer), WARD, "overload")


@pytest.mark.parametrize(
    ("rules", "article"), [("nd-118-2025", "NĐ 118/2025 Đ.19.6"), (OLD, "NĐ 61/2018 Đ.19")]
)
async def test_a_second_a_late_and_an_extension_of_a_finished_dossier_are_refused_with_the_article(
    desk: Desk,
    officer: Browser,  # noqa: F811
    rules: str,
    article: str,
):
    twice = await live(desk, appointment_at=utcnow() + timedelta(days=5), rule_set=rules)
    late = await live(desk, appointment_at=utcnow() + timedelta(minutes=1), rule_set=rules)
    gone = makers.received(at=utcnow() - timedelta(hours=2), rule_set=rules)
    ended = makers.event(DossierWithdrawn, gone.subject, 2, utcnow() - timedelta(hours=1))
    await desk.hear(gone, ended)
    await officer.ask("POST", f"/dossiers/{twice}/extensions", 201, json=body(9))

    assert await refused(officer, f"/dossiers/{twice}/extensions", 409, body(20)) == (
        "new_due_at", "extension.max", article,
    )  # fmt: skip
    assert await refused(officer, f"/dossiers/{late}/extensions", 409, body(9)) == (
        "new_due_at", "extension.too_late", article,
    )  # fmt: skip
    for step in ("extensions", "apologies"):
        assert await refused(officer, f"/dossiers/{gone.data.code}/{step}", 409, body(9)) == (
            "code", "dossier.ended", article,
        )  # fmt: skip
    assert len([event for event in await desk.said() if isinstance(event, ExtensionGranted)]) == 1


async def test_refused_extensions_are_kept_listed_counted_and_scoped(
    desk: Desk,
    client: httpx.AsyncClient,  # noqa: F811
    officer: Browser,  # noqa: F811
):
    twice = await live(desk, appointment_at=utcnow() + timedelta(days=5))
    late = await live(desk, appointment_at=utcnow() + timedelta(minutes=1))
    await officer.ask("POST", f"/dossiers/{twice}/extensions", 201, json=body(9))
    for days in (20, 21):
        await refused(officer, f"/dossiers/{twice}/extensions", 409, body(days))
    sign_in(client, Role.OFFICER)
    form = {"reason": "overload", "responsible_unit": WARD}
    day = (utcnow() + timedelta(days=9)).astimezone(VN)
    await client.post(f"/routing/ho-so/{late}/gia-han", data=form | {"new_due_at": f"{day:%d/%m/%Y}"})
    await officer.ask("POST", f"/dossiers/{twice}/extensions", 422, json=body(9, responsible_unit="nowhere"))

    first = await officer.ask("GET", "/refused-extensions?limit=2")
    rest = await officer.ask("GET", f"/refused-extensions?limit=2&cursor={first['cursor']}")

    assert [(item["code"], item["rule"]) for item in first["items"] + rest["items"]] == [
        (late, "extension.too_late"), (twice, "extension.max"), (twice, "extension.max"),
    ]  # fmt: skip
    assert {item["source"] for item in first["items"]} == {"NĐ 118/2025 Đ.19.6"}
    assert {item["staff"] for item in first["items"]} == {str(OFFICER)}
    assert (first["counts"], rest["counts"], rest["cursor"]) == (
        {
            "extension.max": {"requests": 2, "dossiers": 1},
            "extension.too_late": {"requests": 1, "dossiers": 1},
        },
        None,
        None,
    )
    only = await officer.ask("GET", "/refused-extensions?rule=extension.max")
    assert {item["code"] for item in only["items"]} == {twice}
    stranger = Browser(client, token(Role.INSPECTOR, units=("N01",)))
    assert (await stranger.ask("GET", "/refused-extensions"))["items"] == []


async def test_an_apology_alone_is_taken_once_and_a_late_one_with_a_warning(desk: Desk, officer: Browser):  # noqa: F811
    code = await live(desk, appointment_at=utcnow() + timedelta(minutes=1))
    path = f"/dossiers/{code}/apologies"
    given = {"reason": "staff_fault", "responsible_unit": WARD}

    first = await officer.ask("POST", path, 201, json=given)

    assert [event["type"] for event in first["events"]] == ["ApologyIssued"]
    assert [(w["rule"], w["source"]) for w in first["warnings"]] == [
        ("apology.too_late", "NĐ 118/2025 Đ.19.6")
    ]
    assert await refused(officer, path, 409, given) == ("code", "apology.max", "NĐ 118/2025 Đ.19.6")


async def test_an_officer_extends_by_form_and_prints_form_04(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    sign_in(client, Role.OFFICER)
    due, new = utcnow() + timedelta(days=5), (utcnow() + timedelta(days=9)).astimezone(VN)
    code = await live(desk, appointment_at=due)
    form = {"reason": "overload", "responsible_unit": WARD, "new_due_at": f"{new:%d/%m/%Y}"}

    wrong = await client.post(f"/routing/ho-so/{code}/gia-han", data=form | {"new_due_at": "mai"})
    done = await client.post(f"/routing/ho-so/{code}/gia-han", data=form)
    page = await client.get(done.headers["location"])
    letter = await client.get(f"/routing/ho-so/{code}/van-ban/1")

    assert wrong.status_code == 422
    assert "Ngày hẹn mới phải theo dạng" in wrong.text
    assert 'value="mai"' in wrong.text
    assert done.status_code == 303, done.text
    assert "Đã xin lỗi và gia hạn" in page.text
    assert f"/routing/ho-so/{code}/van-ban/1" in page.text
    assert "Mẫu số 04, Thông tư 03/2025/TT-VPCP" in letter.text
    assert "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết" in letter.text
    for shown in (f"{due.astimezone(VN):%d/%m/%Y}", f"{new:%d/%m/%Y}", "Quá tải", code, str(OFFICER)):
        assert shown in letter.text, shown
    assert "Kính gửi: …" in letter.text
    assert (await client.get(f"/routing/ho-so/{code}/van-ban/2")).status_code == 404


async def test_a_reception_of_the_old_regime_gets_the_old_form(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    sign_in(client, Role.OFFICER)
    code = await live(desk, appointment_at=utcnow() + timedelta(days=5), rule_set=OLD)
    form = {"reason": "overload", "responsible_unit": WARD}

    done = await client.post(f"/routing/ho-so/{code}/xin-loi", data=form)
    letter = await client.get(f"/routing/ho-so/{code}/van-ban/1")

    assert done.status_code == 303, done.text
    assert "Phiếu xin lỗi và hẹn lại ngày trả kết quả" in letter.text
    assert "Thông tư 01/2018/TT-VPCP" in letter.text
    assert "Mẫu số 04" not in letter.text


async def test_the_letter_is_seen_only_where_the_dossier_is(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    sign_in(client, Role.OFFICER)
    code = await live(desk, appointment_at=utcnow() + timedelta(days=5))
    await client.post(f"/routing/ho-so/{code}/xin-loi", data={"reason": "overload", "responsible_unit": WARD})
    sign_in(client, Role.OFFICER, units=("N01",))

    assert (await client.get(f"/routing/ho-so/{code}/van-ban/1")).status_code == 404


async def test_a_request_that_stops_the_clock_names_its_ground(desk: Desk, client: httpx.AsyncClient):  # noqa: F811
    sign_in(client, Role.OFFICER)
    code = await live(desk)
    page = await client.get(f"/routing/ho-so/{code}")
    form = {"leg_no": "1", "reason": "missing_paper"}

    wrong = await client.post(f"/routing/ho-so/{code}/bo-sung", data=form | {"ground": "điều 19"})
    done = await client.post(f"/routing/ho-so/{code}/bo-sung", data=form | {"ground": "ND-118-2025/19.5"})

    assert 'value="ND-118-2025/19.5"' in page.text
    assert (wrong.status_code, done.status_code) == (422, 303)
    assert "Căn cứ theo dạng" in wrong.text
    asked = next(event for event in await desk.said() if isinstance(event, SupplementRequested))
    assert asked.data.ground == "ND-118-2025/19.5"
