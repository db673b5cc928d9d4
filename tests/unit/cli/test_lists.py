"""Lists written as files: whole or not there, and said in a sentence when the stack goes away meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli.client import Client
from cli.errors import AwayError, CliError
from cli.lists import Listing, Shown, download, save, show_list
from cli.output import Format


class _Breaking(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield b"code,field\n"
        raise httpx.ReadError("gone")


def services(response: httpx.Response) -> Client:
    return Client(httpx.Client(transport=httpx.MockTransport(lambda _: response), base_url="http://test"))


def test_a_stack_that_goes_away_meanwhile_leaves_no_file(tmp_path: Path):
    file = tmp_path / "late.csv"
    with pytest.raises(AwayError, match="does not answer"):
        download(services(httpx.Response(200, stream=_Breaking())), "/late", {}, Format.CSV, file)

    assert not list(tmp_path.iterdir())


def test_a_file_that_was_there_stays_when_the_new_one_breaks_off(tmp_path: Path):
    file = tmp_path / "late.csv"
    file.write_text("yesterday's")
    with pytest.raises(AwayError):
        download(services(httpx.Response(200, stream=_Breaking())), "/late", {}, Format.CSV, file)

    assert file.read_text() == "yesterday's"


def test_a_service_that_is_away_is_no_bad_input():
    with pytest.raises(AwayError, match="gián đoạn"):
        download(
            services(httpx.Response(503, json={"detail": "Hệ thống gián đoạn"})),
            "/late",
            {},
            Format.CSV,
            None,
        )


def test_a_folder_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(CliError, match="cannot be written"):
        save([b"x"], tmp_path / "none" / "late.csv")


def test_a_table_says_that_it_is_not_all_also_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    answer = httpx.Response(200, json={"items": [{"code": "H01"}], "cursor": "next"})
    listing = Listing("/late", ("code",), frozenset())
    show_list(services(answer), listing, {}, Shown(1, Format.TABLE, tmp_path / "late.txt"))

    assert "Mới hiện 1 dòng đầu" in capsys.readouterr().err
