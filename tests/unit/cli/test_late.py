"""`motcua late`: what is asked of the service, and what it refuses becomes a sentence that names the parameter."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.client import Client
from cli.errors import BAD_INPUT, CliError
from cli.lists import download, write_json
from cli.output import Format, form_of

PATH = "/sla/api/v1/late-dossiers"
REFUSED = {
    "title": "Không tìm thấy",
    "status": 404,
    "detail": "Không có lĩnh vực khong-co",
    "errors": [{"field": "field", "rule": "field_unknown", "message": "Không có lĩnh vực khong-co"}],
}


def services(asked: list[httpx.URL], *answers: Any, status: int = 200) -> Client:
    """A service that gives its answers one after the other."""
    left = iter(answers)

    def give(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(status, json=next(left))

    return Client(httpx.Client(base_url="http://test", transport=httpx.MockTransport(give)))


@pytest.mark.parametrize("form", [Format.CSV, Format.JSON, Format.XLSX])
def test_an_unknown_field_is_refused_by_name_whatever_the_form(form: Format, tmp_path: Path):
    asked: list[httpx.URL] = []
    given = {"field": "khong-co"}

    refusing, target = services(asked, REFUSED, status=404), tmp_path / "list"
    work = (
        partial(write_json, refusing, PATH, given, target)
        if form is Format.JSON
        else partial(download, refusing, PATH, given, form, target)
    )

    with pytest.raises(CliError, match="field: Không có lĩnh vực khong-co") as refused:
        work()

    assert refused.value.code == BAD_INPUT
    assert not (tmp_path / "list").exists()


def test_json_walks_all_pages_without_asking_for_totals(tmp_path: Path):
    asked: list[httpx.URL] = []
    pages = ({"items": [{"code": "a"}], "cursor": "next"}, {"items": [{"code": "b"}], "cursor": None})

    given = {"sort": "lateness", "unit": None, "totals": False}
    write_json(services(asked, *pages), PATH, given, tmp_path / "all.json")

    assert json.loads((tmp_path / "all.json").read_text()) == [{"code": "a"}, {"code": "b"}]
    assert [url.params.get("cursor") for url in asked] == [None, "next"]
    assert all(url.params["totals"] == "false" and url.params["sort"] == "lateness" for url in asked)
    assert all("unit" not in url.params for url in asked)


@pytest.mark.parametrize(
    ("name", "form"), [("x.csv", Format.CSV), ("x.XLSX", Format.XLSX), ("x.txt", Format.TABLE)]
)
def test_a_files_name_says_its_format_where_none_is_named(name: str, form: Format):
    assert form_of(Format.TABLE, Path(name)) is form
    assert form_of(Format.JSON, Path(name)) is Format.JSON
