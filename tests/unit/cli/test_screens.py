"""`motcua screens` and `apologies` against services that answer from a table."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli import screens
from cli.client import Client
from cli.errors import CliError

SCREEN = {
    "code": "late_extension", "title": "Gia hạn khi đã đến hạn", "findings": 3, "dossiers": 2, "units": 1,
    "thresholds": {"days": 0}, "articles": {"nd-61-2018": "NĐ 61/2018, Đ.19", "nd-118-2025": "NĐ 118/2025, Đ.19.6"},
}  # fmt: skip
FINDING = {
    "code": "H01-260302-1", "at": "2026-03-12T02:00:00Z", "recorded_at": None, "value": 3, "competent_unit": "P01",
    "state": "running", "article": "NĐ 118/2025, Đ.19.6", "origin": "live",
}  # fmt: skip


def answer(request: httpx.Request) -> httpx.Response:
    path, params = request.url.path, dict(request.url.params)
    if path.endswith("/screens"):
        return httpx.Response(200, json={"items": [SCREEN]})
    if path.endswith("/apologies"):
        return httpx.Response(
            200, json={"items": [{"state": "too_late", "title": "Xin lỗi muộn", "dossiers": 4}]}
        )
    if path.endswith("/nothing"):
        return httpx.Response(
            404, json={"errors": [{"field": "screen", "message": "Không có màn hình nothing"}]}
        )
    if params.get("format") == "csv":
        return httpx.Response(200, text="code,at\r\nH01-260302-1,2026\r\n")
    if params.get("cursor") == "next":
        return httpx.Response(200, json={"items": [FINDING | {"code": "H01-260302-2"}], "cursor": None})
    return httpx.Response(200, json={"items": [FINDING], "cursor": "next"})


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def client() -> Iterator[Client]:
        with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://test") as http:
            yield Client(http)

    monkeypatch.setattr(screens, "client", client)
    monkeypatch.setenv("COLUMNS", "240")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(screens.app, arguments)


def test_all_screens_are_listed_with_counts_thresholds_and_articles() -> None:
    shown = run("screens").output

    assert "late_extension" in shown
    assert "days=0" in shown
    assert "NĐ 61/2018, Đ.19; NĐ 118/2025, Đ.19.6" in shown


def test_a_screen_is_shown_in_vietnamese_time_and_says_that_there_is_more() -> None:
    shown = run("screens", "late_extension", "--limit", "1")

    assert "12/03/2026 09:00" in shown.output
    assert "Mới hiện 1 dòng đầu" in shown.output


def test_json_holds_every_page() -> None:
    rows = json.loads(run("screens", "late_extension", "--format", "json").output)

    assert [row["code"] for row in rows] == ["H01-260302-1", "H01-260302-2"]


def test_csv_is_the_services_own_file(tmp_path: Path) -> None:
    target = tmp_path / "found.csv"

    run("screens", "late_extension", "--format", "csv", "-o", str(target))

    assert target.read_text().startswith("code,at")


def test_what_does_not_exist_is_told_in_a_sentence() -> None:
    failed = run("screens", "nothing").exception

    assert isinstance(failed, CliError)
    assert "Không có màn hình nothing" in str(failed)


def test_apologies_are_counted_by_state() -> None:
    assert "Xin lỗi muộn" in run("apologies").output


def test_xlsx_needs_a_file() -> None:
    failed = run("screens", "late_extension", "--format", "xlsx").exception

    assert isinstance(failed, CliError)
