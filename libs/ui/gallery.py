"""Every part of the design system on one page, to look at: `python -m libs.ui`, loopback only."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from libs.ui.assets import mount
from libs.ui.charts import Heading, Series, bar_list, line_chart, stacked_bars
from libs.ui.policy import CONTENT_POLICY
from libs.ui.problems import problem_page
from libs.ui.templating import environment, page

_NOW = datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
_WEEKS = [
    "31/08",
    "07/09",
    "14/09",
    "21/09",
    "28/09",
    "05/10",
    "12/10",
    "19/10",
    "26/10",
    "02/11",
    "09/11",
    "16/11",
]
_RATES = ["88.4", "89.1", "91.7", "90.2", "93.5", "94.8", "95.6", "92.3", "94.1", "95.9", "96.4", "97.2"]
_PROCEDURES = [
    "Đăng ký khai sinh",
    "Chứng thực bản sao từ bản chính giấy tờ, văn bản",
    "Cấp giấy phép xây dựng mới",
]


def _someone() -> Mapping[str, object]:
    return {"username": "canbo.hongha", "roles": ["clerk", "officer"]}


def _dossiers() -> list[Mapping[str, object]]:
    days = (41, 12, 9, 1, 0, 0, -3)
    return [
        {
            "code": f"H08.15-2610{number:02d}-{number * 17:04d}",
            "procedure": _PROCEDURES[number % 3],
            "holder": "Phạm Thị Ngọc Phượng, Phòng Văn hoá – Xã hội",
            "due": _NOW - timedelta(days=late),
            "days": late,
            "late": number == 4,  # noqa: PLR2004 - late today, by less than a day
        }
        for number, late in enumerate(days)
    ]


def _steps() -> list[Mapping[str, object]]:
    told = [
        ("Tiếp nhận hồ sơ tại Bộ phận Một cửa", "Quầy 03", "", "done"),
        (
            "Yêu cầu bổ sung: bản vẽ mặt bằng móng",
            "Vũ Đức Nghĩa",
            "Dừng tính thời hạn 4 ngày làm việc",
            "stop",
        ),
        ("Quá hạn giải quyết bước Thẩm định", "Hệ thống", "Chưa có văn bản xin lỗi", "late"),
        ("Trình lãnh đạo ký", "", "", "todo"),
    ]
    return [
        {"text": text, "who": who, "note": note, "kind": kind, "at": None if kind == "todo" else _NOW}
        for text, who, note, kind in told
    ]


def samples() -> dict[str, Any]:
    """Return the values gallery.html shows."""
    rates = [(week, Decimal(rate)) for week, rate in zip(_WEEKS, _RATES, strict=True)]
    counts = [Series(name, [n * 7 + 40 for n in range(12)], kind) for name, kind in (("Trước hạn", "early"),)]
    counts += [
        Series("Đúng hạn", [90 - n * 3 for n in range(12)], "on-time"),
        Series("Quá hạn", [n % 5 * 6 for n in range(12)], "late"),
        Series("Đang giải quyết", [n * n for n in range(12)], "open"),
    ]
    levels = [
        ("Cấp tỉnh", Decimal("99.86")),
        ("Cấp huyện", Decimal("95.13")),
        ("Cấp xã, phường, thị trấn", None),
    ]
    message = "Số định danh cá nhân phải có đúng 12 chữ số"
    return {
        "now": _NOW,
        "identity": _someone(),
        "rate": Decimal("97.28"),
        "rows": _dossiers(),
        "steps": _steps(),
        "units": [("", "Tất cả đơn vị"), ("1", "UBND phường Hồng Hà"), ("2", "UBND phường Định Công")],
        "procedures": [
            ("1", "Đăng ký khai sinh (1.001193)"),
            ("2", "Thành lập hộ kinh doanh (1.001612)", "HKD"),
        ],
        "errors": [{"field": "so-dinh-danh", "message": message}],
        "bars": bar_list(levels),
        "line": line_chart(
            Heading("tuan", "Tỷ lệ đúng hạn theo tuần", "Từ 88,4 % đến 97,2 %."), rates, target=Decimal(95)
        ),
        "stack": stacked_bars(
            Heading("ket-qua-tuan", "Kết quả theo tuần", "Số hồ sơ mỗi tuần."), _WEEKS, counts
        ),
        "nothing": line_chart(Heading("trong", "Tỷ lệ ở đơn vị mới", ""), []),
    }


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    return response


def build() -> Starlette:
    """Return the gallery as an app: / (parts), /login, /error/<status>; with the pages' content policy."""
    env = environment("sla", Path(__file__).parent / "templates")

    def parts(_: Request) -> Response:
        return _guarded(page(env, "gallery.html", **samples()))

    def login(_: Request) -> Response:
        return _guarded(page(env, "login.html", username="", action="/login", next="/", hint=""))

    def error(request: Request) -> Response:
        status = int(request.path_params["status"])
        return _guarded(problem_page(env, status, now=_NOW, identity=_someone()))

    app = Starlette(routes=[Route("/", parts), Route("/login", login), Route("/error/{status:int}", error)])
    mount(app, "sla")

    return app
