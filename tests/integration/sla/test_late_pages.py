"""Inspectors' pages, as a browser asks for them: list, cause, frozen lists, filters, explain requests."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from contracts.codes import Role
from libs.clock import VN, utcnow
from services.sla.handlers import proposing
from tests.integration.sla.conftest import Clocks
from tests.integration.sla.test_causes import sign_in
from tests.integration.sla.test_late_list import MONDAY, Desk, client
from tests.unit.services.sla.makers import COMMUNE, Story, vn

CODE = Story(1).code
CAUSE = f"/sla/ho-so/{CODE}/nguyen-nhan"
SOON = (utcnow().astimezone(VN) + timedelta(days=5)).strftime("%d/%m/%Y")


@pytest.fixture
async def desk(clocks: Clocks) -> AsyncIterator[Desk]:
    clocks.now = vn("2026-03-30 12:00")
    await clocks.tell(
        Story(1).received(MONDAY).leg(MONDAY).leg(vn("2026-03-04 09:00"), "P01", 2),
        Story(2).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-24 09:00")),
    )
    await proposing.propose_some(clocks.pool, clocks.rulebook, now=clocks.now, size=50)
    async with client(clocks, "*") as http:
        http.headers["Accept"] = "text/html"
        yield Desk(http)


async def page(desk: Desk, path: str, status: int = 200) -> str:
    answer = await desk.http.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


async def send(desk: Desk, path: str, **form: str) -> str:
    """Send a form; return the page it leads to."""
    answer = await desk.http.post(path, data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


class TestTheList:
    async def test_it_shows_causes_buckets_and_what_can_be_done(self, desk: Desk):
        text = await page(desk, "/sla/?sort=lateness&bucket=11-&cause=partner_agency_late")

        assert "Cơ quan phối hợp chậm" in text
        assert "đề xuất" in text
        assert "Từ 11 ngày làm việc" in text
        assert "Chốt danh sách" in text
        assert CODE in text
        assert Story(2).code not in text

    async def test_a_past_moment_is_said_above_the_list(self, desk: Desk):
        text = await page(desk, "/sla/?luc=20/03/2026+12:00")

        assert "Danh sách như tại" in text
        assert "Không có hồ sơ trễ hạn" in text

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("luc=hôm+qua", "Thời điểm theo dạng"),
            ("luc=31/12/2100", "Thời điểm xem lại phải cách hiện tại ít nhất một phút"),
            ("field=khong-co", "Không có lĩnh vực khong-co"),
            ("procedure=7.777777", "Không có thủ tục 7.777777"),
            ("unit=P99", "Không có đơn vị P99"),
            ("responsible_unit=P99", "Không có đơn vị P99"),
            ("bucket=9-9", "Không có mức trễ 9-9"),
        ],
    )
    async def test_what_makes_no_sense_is_said_and_kept(self, desk: Desk, query: str, said: str):
        text = await page(desk, f"/sla/?{query}", 422)

        assert said in text
        assert "Lỗi:" in text

    async def test_pages_by_lateness_lead_on(self, clocks: Clocks, desk: Desk):
        await clocks.tell(*(Story(n).received(MONDAY) for n in range(10, 80)))

        text = await page(desk, "/sla/?sort=lateness")
        following = text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")

        assert "Trang đầu" in await page(desk, following)


class TestTheCause:
    async def test_it_shows_the_proposal_and_takes_a_persons_word(self, clocks: Clocks, desk: Desk):
        before = await page(desk, CAUSE)
        where = await send(
            desk, CAUSE, cause="overload", responsible_unit="", leg_no="1", text="Quá tải sau sáp nhập"
        )
        after = await page(desk, where)

        assert "Đây là đề xuất, chưa phải kết luận" in before
        assert "/intake/dossiers/" in before
        assert "người có thẩm quyền xác nhận" in after
        assert "Quá tải sau sáp nhập" in after
        assert (await clocks.pool.fetchval("SELECT cause_by FROM dossier WHERE code = $1", CODE)) == "person"

    async def test_what_was_typed_wrong_stays(self, desk: Desk):
        answer = await desk.http.post(CAUSE, data={"cause": "", "leg_no": "hai", "text": "Đang viết dở"})

        assert answer.status_code == 422
        assert "Chọn một nguyên nhân" in answer.text
        assert "Đang viết dở" in answer.text

    async def test_who_may_not_state_it_sees_neither_form_nor_reasons(self, desk: Desk):
        await send(desk, CAUSE, cause="overload", text="Quá tải sau sáp nhập")
        sign_in(desk.http, Role.CLERK, COMMUNE)
        text = await page(desk, CAUSE)

        assert "Quá tải" in text
        assert "sau sáp nhập" not in text
        assert "Ghi nhận" not in text


class TestFrozenLists:
    async def test_a_list_is_frozen_verified_and_asked_about(self, desk: Desk):
        where = await send(desk, "/sla/danh-sach-chot", query="unit=P01&sort=lateness")
        text = await page(desk, where)
        listed = await page(desk, "/sla/danh-sach-chot")
        own = where.rsplit("/", 1)[1]
        asked = await send(
            desk, "/sla/giai-trinh", list=own, unit=COMMUNE, due_on=SOON, text="Đề nghị giải trình"
        )

        assert "Nguyên vẹn" in text
        assert own in listed
        assert "Danh sách đã chốt kèm theo" in await page(desk, asked)

    async def test_a_filter_that_was_tampered_with_is_refused(self, desk: Desk):
        answer = await desk.http.post("/sla/danh-sach-chot", data={"query": "level=ward"})

        assert answer.status_code == 422


class TestFilters:
    async def test_a_filter_is_saved_used_and_forgotten(self, desk: Desk):
        form = await page(
            desk, "/sla/bo-loc?from=2026-03-01&paused=false&as_of=2026-03-20T05%3A00%3A00%2B00%3A00"
        )
        assert "Lưu bộ lọc vừa dùng" in form
        await send(
            desk, "/sla/bo-loc", name="Tháng ba", for_unit=COMMUNE, query="from=2026-03-01&paused=false"
        )
        text = await page(desk, "/sla/bo-loc")
        address = "/sla/?" + text.split('href="/sla/?')[1].split('"')[0].replace("&amp;", "&")

        assert "Tháng ba" in text
        assert 'value="01/03/2026"' in await page(desk, address)
        own = text.split("/sla/bo-loc/")[1].split("/")[0]
        await send(desk, f"/sla/bo-loc/{own}/xoa")
        assert "Chưa có bộ lọc nào" in await page(desk, "/sla/bo-loc")

    async def test_a_filter_without_a_name_is_refused(self, desk: Desk):
        answer = await desk.http.post("/sla/bo-loc", data={"query": "state=open"})

        assert answer.status_code == 422
        assert "Tên bộ lọc dài từ 1 đến 80 ký tự" in answer.text


class TestRequests:
    async def test_an_inspector_asks_and_the_unit_answers(self, desk: Desk):
        where = await send(
            desk,
            "/sla/giai-trinh",
            unit=COMMUNE,
            due_on=SOON,
            codes=f"{CODE}\r\n{Story(2).code}",
            text="Vì sao?",
        )
        sign_in(desk.http, Role.OFFICER, COMMUNE)
        listed = await page(desk, "/sla/giai-trinh")
        first = await page(desk, where)
        for code in (CODE, Story(2).code):
            await send(desk, where, code=code, cause="overload", text="Thiếu người")
        last = await page(desk, where)

        assert "Chờ giải trình" in listed
        assert "Gửi yêu cầu mới" not in listed
        assert "Vì sao?" in first
        assert "Chưa giải trình" in first
        assert "Đã giải trình" in last and "Thiếu người" in last
        assert "Chưa giải trình" not in last

    async def test_dossiers_chosen_on_the_list_stand_in_the_form(self, desk: Desk):
        listed = await page(desk, "/sla/")
        form = await page(desk, f"/sla/giai-trinh?codes={CODE}&codes={Story(2).code}")
        sign_in(desk.http, Role.OFFICER, COMMUNE)
        other = await page(desk, "/sla/")

        assert f'name="codes" value="{CODE}"' in listed
        assert f"{CODE}\n{Story(2).code}</textarea>" in form
        assert 'name="codes"' not in other

    async def test_a_wrong_form_says_why_and_keeps_what_was_typed(self, desk: Desk):
        wrong = {"unit": COMMUNE, "due_on": "mai", "codes": CODE}
        first = await desk.http.post("/sla/giai-trinh", data=wrong)
        second = await desk.http.post("/sla/giai-trinh", data=wrong | {"due_on": SOON, "codes": "X-1"})

        assert (first.status_code, second.status_code) == (422, 422)
        assert 'value="mai"' in first.text
        assert "Không tìm thấy hồ sơ X-1" in second.text
