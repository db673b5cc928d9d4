"""The application's shell: problem documents, who is let in, forged forms, metrics without ids."""

import base64
import json
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from fastapi import APIRouter, Depends
from prometheus_client import REGISTRY

from contracts.codes import Role
from libs import tokens
from libs.catalogue_store import CatalogueMirror
from libs.clock import utcnow
from libs.errors import ConflictError, DomainError, ManyErrors, NotFoundError, StaleError
from libs.http import build_app, routes_without_rule
from libs.identity import Identity, anyone, require
from libs.paging import encode_cursor, moment, own_id, read_cursor, require_match, text, whole
from libs.runtime import Runtime
from libs.settings import ServiceSettings

KEY = tokens.new_key()
CLERK = Identity(UUID(int=7), "lan", frozenset({Role.CLERK}), frozenset({"H1"}))


def application(*routers: APIRouter) -> Any:
    public = orjson.dumps(KEY.as_dict(private=False)).decode()
    settings = ServiceSettings(service="sla", database_url="postgresql://nowhere", token_public_key=public)
    runtime = Runtime(settings=settings, pool=None, mirror=CatalogueMirror())
    return build_app(runtime, api=routers)


def routes() -> APIRouter:
    router = APIRouter()
    errors = {
        "domain": DomainError("limit", "too_long", "Quá dài", source="NĐ 118/2025 Đ.19.5"),
        "missing": NotFoundError("code", "unknown", "Không có"),
        "conflict": ConflictError("code", "taken", "Đã có"),
        "stale": StaleError("If-Match", "stale", "Đã đổi"),
        "many": ManyErrors([DomainError("a", "x", "A"), DomainError("b", "y", "B")]),
        "away": OSError("connection refused"),
    }

    @router.get("/fail/{how}", dependencies=[Depends(anyone())])
    async def fail(how: str) -> None:
        raise errors[how]

    @router.get("/dossiers/{code}")
    async def read(code: int, who: Annotated[Identity, Depends(require(Role.CLERK))]) -> dict[str, str]:
        return {"who": who.username, "code": str(code)}

    @router.post("/dossiers")
    async def write(who: Annotated[Identity, Depends(require(Role.CLERK))]) -> dict[str, str]:
        return {"who": who.username}

    return router


def client(app: Any, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://motcua", headers=headers)


def token() -> str:
    return tokens.issue(KEY, CLERK, now=utcnow())


@pytest.mark.parametrize(
    ("how", "status", "fields"),
    [
        ("domain", 422, ["limit"]),
        ("missing", 404, ["code"]),
        ("conflict", 409, ["code"]),
        ("stale", 412, ["If-Match"]),
        ("many", 422, ["a", "b"]),
        ("away", 503, [""]),
    ],
)
async def test_every_error_is_a_problem_document(how, status, fields):
    async with client(application(routes())) as http:
        answer = await http.get(f"/sla/api/v1/fail/{how}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert [e["field"] for e in answer.json()["errors"]] == fields
    assert answer.json()["status"] == status


async def test_a_bad_shape_names_the_field():
    async with client(application(routes()), authorization=f"Bearer {token()}") as http:
        answer = await http.get("/sla/api/v1/dossiers/abc")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "code"


async def test_only_the_right_people_are_let_in():
    app = application(routes())
    officer = Identity(UUID(int=8), "minh", frozenset({Role.OFFICER}), frozenset({"H1"}))

    async with client(app) as http:
        path = "/sla/api/v1/dossiers/1"
        assert (await http.get(path)).status_code == 401
        assert (await http.get(path, headers={"authorization": "Bearer x"})).status_code == 401
        foreign = tokens.issue(KEY, officer, now=utcnow())
        assert (await http.get(path, headers={"authorization": f"Bearer {foreign}"})).status_code == 403
        assert (await http.get(path, headers={"authorization": f"Bearer {token()}"})).json()["who"] == "lan"
        assert (await http.get(path, headers={"cookie": f"motcua_session={token()}"})).json()["who"] == "lan"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "http://evil"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://motcua"}, 200),
        ({"referer": "http://motcua/sla/"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "http://motcua"}, 200),
    ],
)
async def test_a_form_from_a_foreign_page_is_refused(headers, status):
    async with client(application(routes()), cookie=f"motcua_session={token()}") as http:
        answer = await http.post("/sla/api/v1/dossiers", headers=headers)

    assert answer.status_code == status


async def test_a_bearer_token_needs_no_origin():
    async with client(application(routes()), authorization=f"Bearer {token()}") as http:
        assert (await http.post("/sla/api/v1/dossiers")).status_code == 200


async def test_a_page_sends_people_to_the_login():
    router = APIRouter()

    @router.get("/late", dependencies=[Depends(require())])
    async def late() -> None:
        return None

    app = application()
    app.include_router(router, prefix="/sla")
    async with client(app, accept="text/html") as http:
        answer = await http.get("/sla/late")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/sla/late")


@pytest.mark.parametrize(
    ("method", "path", "location"),
    [
        ("GET", "/sla/late?unit=H1&level=", "/login?next=/sla/late%3Funit%3DH1%26level%3D"),
        ("POST", "/sla/late", "/login?next=/sla/"),
    ],
)
async def test_the_log_in_leads_back_to_what_was_asked_for(method, path, location):
    router = APIRouter()

    @router.api_route("/late", methods=["GET", "POST"])
    async def late(who: Annotated[Identity, Depends(require())]) -> str:
        return who.username

    app = application()
    app.include_router(router, prefix="/sla")
    async with client(app, accept="text/html") as http:
        answer = await http.request(method, path)

    assert answer.headers["location"] == location


async def test_metrics_and_headers_hold_no_id():
    async with client(application(routes()), authorization=f"Bearer {token()}") as http:
        answer = await http.get("/sla/api/v1/dossiers/4711")

    labels = {"method": "GET", "route": "/sla/api/v1/dossiers/{code}", "status": "2xx"}
    assert REGISTRY.get_sample_value("http_request_duration_seconds_count", labels)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_route_without_a_rule_is_found():
    bare = APIRouter()

    @bare.get("/open")
    async def open_to_all() -> None:
        return None

    assert routes_without_rule(application(routes())) == []
    assert routes_without_rule(application(bare)) == ["['GET'] /sla/api/v1/open"]


async def test_the_docs_tell_every_operation_without_inline_scripts():
    async with client(application(routes())) as http:
        answer = await http.get("/sla/docs")

    assert answer.status_code == 200
    assert "GET /sla/api/v1/dossiers/{code}" in answer.text
    assert "<script>" not in answer.text


def test_a_cursor_brings_its_values_back():
    at, own = datetime(2026, 11, 20, 5, tzinfo=UTC), uuid4()
    cursor = encode_cursor([at, own, 7, "ă"])
    assert read_cursor(cursor, moment, own_id, whole, text) == (at, own, 7, "ă")


def test_no_cursor_is_the_beginning():
    assert read_cursor(None, moment) is None
    assert read_cursor("", moment) is None


@pytest.mark.parametrize("bad", ["x", "!!!", "ă", encode_cursor([1, 2]), "eyJhIjoxfQ", "MQ", "bnVsbA"])
@pytest.mark.parametrize("kind", [moment, own_id, whole, text])
def test_a_bad_cursor_is_refused(bad, kind):
    with pytest.raises(DomainError, match="cursor"):
        read_cursor(bad, own_id, kind)


@pytest.mark.parametrize(
    "odd", [None, True, 1.5, [], {}, 2**63, "x\0", "2026-11-20T05:00:00", "9999-01-01T00:00Z"]
)
@pytest.mark.parametrize("kind", [moment, own_id, whole])
def test_a_cursor_somebody_wrote_by_hand_is_refused_before_the_database_sees_it(odd, kind):
    cursor = base64.urlsafe_b64encode(json.dumps([odd]).encode()).decode()
    with pytest.raises(DomainError, match="cursor"):
        read_cursor(cursor, kind)


def test_a_cursor_holds_no_text_that_the_database_cannot():
    with pytest.raises(DomainError, match="cursor"):
        read_cursor(encode_cursor(["a\0"]), text)


def test_if_match_must_name_the_version():
    require_match('"3"', 3)
    require_match('W/"3"', 3)
    with pytest.raises(StaleError):
        require_match('"2"', 3)
    with pytest.raises(DomainError):
        require_match(None, 3)
