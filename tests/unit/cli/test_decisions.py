"""`motcua decisions` against services that answer from a table."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli import decisions
from cli.client import Client
from cli.errors import CliError

DECISION = {
    "code": "VN.2026.D7", "version": 1, "unit": None, "unit_name": None, "document": "Công điện 21",
    "decided_on": "2026-11-20", "days": [{"date": "2026-11-25", "kind": "closed", "name": "Bão", "sessions": []}],
    "weekly": [{"weekdays": [6], "kind": "counter", "sessions": [["07:30", "11:30"]]}], "origin": "decision",
    "withdrawn": False,
}  # fmt: skip
PREVIEW = {
    "state": "done",
    "seen": 3,
    "total": 3,
    "text": "1.204 hồ sơ dời hạn, 17 hết quá hạn, 3 thành quá hạn",
}
PROPOSAL = {"id": 7, "state": "proposed", "withdraws": False, "decision": DECISION, "preview": PREVIEW}
SHOWN = DECISION | {
    "documents": [
        {"version": 1, "document": "Công điện 21", "decided_on": "2026-11-20", "withdrawn": False},
        {"version": 2, "document": "Công điện 22", "decided_on": None, "withdrawn": True},
    ],
    "acts": [{"at": "2026-11-20T02:00:00Z", "act": "approved", "username": "mai", "note": None}],
    "recomputations": [{"created_at": "2026-11-20T02:00:01Z", "seen": 5, "moved": 4, "done_at": None}],
}
MOVE = {"code": "H01-1", "competent_unit": "P01", "version": 1, "withdrawn": False, "due_before": "a",
        "due_after": "b", "moved_at": "c"}  # fmt: skip
ASKED: list[tuple[str, str, Any, str]] = []


def answer(request: httpx.Request) -> httpx.Response:
    path, body = request.url.path, json.loads(request.content) if request.content else None
    ASKED.append((request.method, path, body, request.headers["x-user"]))
    if path.endswith("/moves"):
        return httpx.Response(200, json={"items": [MOVE], "cursor": None})
    if path.endswith("/decisions"):
        return httpx.Response(200, json={"items": [DECISION], "cursor": None})
    if path.endswith("/proposals") and request.method == "GET":
        return httpx.Response(200, json={"items": [PROPOSAL], "cursor": None})
    if path.endswith("/approval"):
        return httpx.Response(200, json=PROPOSAL | {"state": "approved"})
    if path.endswith("VN.2026.D7"):
        return httpx.Response(200, json=SHOWN)
    return httpx.Response(200, json=PROPOSAL)


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def client(user: str = "admin") -> Iterator[Client]:
        transport = httpx.MockTransport(answer)
        with httpx.Client(transport=transport, base_url="http://test", headers={"x-user": user}) as http:
            yield Client(http)

    monkeypatch.setattr(decisions, "client", client)
    monkeypatch.setenv("COLUMNS", "240")
    ASKED.clear()


def run(*arguments: str) -> str:
    done = CliRunner().invoke(decisions.family, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_decisions_are_listed_and_shown_with_their_history(tmp_path: Path):
    assert "VN.2026.D7" in run("list", "--year", "2026")
    shown = run("show", "VN.2026.D7")
    for words in ("Công điện 21, ngày 2026-11-20; rút theo Công điện 22", "cả nước; đã duyệt", "2026-11-25 closed Bão", "thứ 7 counter",
                  "duyệt mai", "xem 5, dời 4 (chưa xong)"):  # fmt: skip
        assert words in shown
    assert json.loads(run("show", "VN.2026.D7", "--format", "json"))["recomputations"]
    for which in ("VN.2026.D7", "7"):
        assert not run("show", which, "--format", "json", "-o", str(tmp_path / which))
        assert json.loads((tmp_path / which).read_text())
    assert run("show", "VN.2026.D7", "--format", "csv").startswith("code,competent_unit,version,withdrawn")


def test_open_proposals_say_what_they_would_move():
    assert "1.204 hồ sơ dời hạn, 17 hết quá hạn, 3 thành quá hạn" in run("open")
    assert "chờ duyệt" in run("show", "7")


def test_a_file_becomes_a_proposal_and_another_person_approves_it(tmp_path: Path):
    file = tmp_path / "bao.toml"
    file.write_text(
        'document = "Công điện 21"\ndecided_on = 2026-11-20\n[[days]]\ndate = 2026-11-25\nkind = "closed"\n'
        '[[weekly]]\nweekdays = [6]\nkind = "counter"\nsessions = [["07:30", "11:30"]]\n'
    )

    assert "Đề xuất số 7" in run("propose", str(file))
    assert "đã duyệt" in run("approve", "7")

    (_, _, body, proposer), (_, path, _, approver) = ASKED
    assert body["decided_on"] == "2026-11-20"
    assert body["days"] == [{"date": "2026-11-25", "kind": "closed"}]
    assert path.endswith("/proposals/7/approval")
    assert proposer != approver


@pytest.mark.parametrize(("text", "words"), [("a = ", "is not TOML"), ("at = 07:30:00", "no time")])
def test_a_file_nobody_can_read_is_a_sentence(tmp_path: Path, text: str, words: str):
    file = tmp_path / "x.toml"
    file.write_text(text)

    with pytest.raises(CliError, match=words):
        decisions.read_draft(file)
    with pytest.raises(CliError, match="cannot be read"):
        decisions.read_draft(tmp_path / "none.toml")
