"""The problem page for people: what happened, in words, and what to do next."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jinja2
from starlette.responses import HTMLResponse

from libs.ui.templating import page

_SERVER_FAULT = 500


class Advice(NamedTuple):
    """Title, explanation and next steps for one HTTP status."""

    title: str
    detail: str
    steps: Sequence[str]


_ADVICE = {
    401: Advice(
        "Bạn chưa đăng nhập", "Phiên làm việc đã hết hoặc chưa bắt đầu.", ("Đăng nhập rồi thử lại.",)
    ),
    403: Advice(
        "Bạn không có quyền xem trang này",
        "Vai trò hoặc phạm vi đơn vị của bạn không bao gồm nội dung này.",
        (
            "Kiểm tra bạn đã đăng nhập đúng tài khoản.",
            "Nếu công việc cần đến, đề nghị người quản trị của đơn vị cấp quyền.",
        ),
    ),
    404: Advice(
        "Không tìm thấy trang hoặc hồ sơ",
        "Địa chỉ không đúng, hoặc hồ sơ nằm ngoài phạm vi đơn vị của bạn.",
        ("Kiểm tra lại mã hồ sơ.", "Tìm hồ sơ theo mã, họ tên hoặc số điện thoại ở trang Tiếp nhận."),
    ),
    409: Advice(
        "Hồ sơ đã thay đổi",
        "Có người khác vừa cập nhật, hoặc thao tác này đã được thực hiện.",
        ("Tải lại trang để xem tình trạng mới nhất, rồi quyết định tiếp.",),
    ),
    422: Advice(
        "Thông tin chưa hợp lệ", "Hệ thống không nhận được thông tin vừa gửi.", ("Quay lại và sửa.",)
    ),
    503: Advice(
        "Hệ thống tạm thời không phục vụ được",
        "Một phần của hệ thống đang khởi động lại hoặc mất kết nối. Dữ liệu đã lưu không bị ảnh hưởng.",
        ("Chờ một phút rồi tải lại trang.",),
    ),
}
_REFUSED = Advice(
    "Không thực hiện được", "Hệ thống không nhận yêu cầu này.", ("Quay lại trang trước và thử lại.",)
)
_FAULT = Advice(
    "Có lỗi trong hệ thống",
    "Lỗi đã được ghi lại. Những gì chưa lưu có thể chưa được ghi nhận.",
    ("Thử lại sau ít phút.", "Nếu vẫn lỗi, báo cho bộ phận kỹ thuật kèm thời điểm xảy ra."),
)


def problem_page(env: jinja2.Environment, status: int, detail: str = "", **values: Any) -> HTMLResponse:
    """Return the page for an HTTP status; `detail` (Vietnamese) replaces the general explanation.

    `values` go to base.html, as with `page`: identity, now.
    """
    advice = _ADVICE.get(status, _FAULT if status >= _SERVER_FAULT else _REFUSED)
    told = {"title": advice.title, "detail": detail or advice.detail, "advice": advice.steps, "code": status}
    return page(env, "error.html", status=status, **told, **values)
