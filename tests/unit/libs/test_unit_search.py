"""What a unit field suggests: one's own units, by a piece of their code or name, accents and case aside."""

from datetime import date
from uuid import UUID

import httpx
import orjson
import pytest
from fastapi import APIRouter

from contracts.codes import Level, Role
from libs import tokens
from libs.catalogue import Catalogue
from libs.catalogue_store import CatalogueMirror
from libs.clock import utcnow
from libs.http import build_app
from libs.identity import Identity
from libs.runtime import Runtime
from libs.settings import ServiceSettings
from libs.unit_search import matches
from tests.unit.services.sla.makers import unit

KEY = tokens.new_key()


def named(code: str, name: str, parent: str | None = None, until: date | None = None):
    item = unit(code, Level.COMMUNE if parent else Level.PROVINCE, parent)
    return item.model_copy(update={"data": item.data.model_copy(update={"name": name, "valid_to": until})})


CATALOGUE = Catalogue.of([
    named("P49", "Tỉnh Quảng Nam"), named("P49.C1", "Xã Quế Sơn", "P49"), named("P49.C2", "Xã Đại <b>Lộc</b>", "P49"),
    named("P49.C3", "Xã Quế Cũ", "P49", date(2025, 6, 30)), named("P01", "Tỉnh Quế"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("que", ["P01", "P49.C1", "P49.C3"]), ("QUẾ sơn", ["P49.C1"]), ("p49.c2", ["P49.C2"]), ("đại", ["P49.C2"]),
        ("x", []), ("", []), ("không có", []),
    ],
)  # fmt: skip
def test_every_word_is_sought_in_code_and_name(typed, codes):
    assert [found.code for found in matches(CATALOGUE, typed)] == codes


async def test_only_units_of_ones_own_are_suggested_and_those_that_ended_come_last():
    public = orjson.dumps(KEY.as_dict(private=False)).decode()
    settings = ServiceSettings(service="sla", database_url="postgresql://nowhere", token_public_key=public)
    runtime = Runtime(settings=settings, pool=None, mirror=CatalogueMirror())
    runtime.mirror.current = CATALOGUE
    identity = Identity(UUID(int=7), "lan", frozenset({Role.INSPECTOR}), frozenset({"P49"}))
    token = tokens.issue(KEY, identity, now=utcnow())
    transport = httpx.ASGITransport(build_app(runtime, api=[], pages=[APIRouter()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        assert (await http.get("/sla/don-vi", params={"unit": "que"})).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        answer = await http.get("/sla/don-vi", params={"unit": "que"}, headers=headers)
        assert answer.text.splitlines() == [
            '<option value="P49.C1">Xã Quế Sơn, Tỉnh Quảng Nam</option>',
            '<option value="P49.C3">Xã Quế Cũ, Tỉnh Quảng Nam (đến 30/06/2025)</option>',
        ]
        answer = await http.get("/sla/don-vi", params={"for_unit": "lộc"}, headers=headers)
        assert "&lt;b&gt;" in answer.text
