"""The gateway in front of a small service of the test's own: log-in, session, streaming both ways."""

import asyncio
import gzip
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from deploy.local import gateway, issuer, users
from deploy.local.gateway_settings import GatewaySettings
from libs.identity import COOKIE

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


async def echo(request: web.Request) -> web.Response:
    """Tell what has arrived."""
    return web.json_response(
        {"path": request.raw_path, "headers": dict(request.headers), "body": (await request.read()).decode()},
        headers={"X-Answered": "yes", "Connection": "close"},
    )


async def nothing(_request: web.Request) -> web.Response:
    """Answer without a body."""
    return web.Response(status=204, headers={"ETag": '"1"'})


async def packed(_request: web.Request) -> web.Response:
    """Answer compressed bytes."""
    body = gzip.compress(b"packed")
    return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain"})


async def trickle(request: web.Request) -> web.StreamResponse:
    """Answer a line, and a second one only when the client asks for it over the request body."""
    response = web.StreamResponse()
    await response.prepare(request)
    async for line in request.content:
        await response.write(b"heard " + line)
    return response


@pytest.fixture(scope="module")
async def site(tmp_path_factory):
    """A client of the gateway before a stand-in for intake; sla is not there at all."""
    home: Path = tmp_path_factory.mktemp("home")
    users.ensure(home)
    issuer.ensure(home)
    service = web.Application()
    service.router.add_post("/intake/trickle", trickle)
    service.router.add_get("/intake/nothing", nothing)
    service.router.add_get("/intake/packed", packed)
    service.router.add_route("*", "/intake/{path:.*}", echo)
    async with TestServer(service) as behind:
        routes = {"intake": str(behind.make_url("")).rstrip("/"), "sla": "http://127.0.0.1:1"}
        app = gateway.build(GatewaySettings(home=home, port=0, routes=routes))
        async with TestClient(TestServer(app), cookie_jar=aiohttp.DummyCookieJar()) as client:
            client.home = home
            yield client


def password(site, name: str) -> str:
    lines = (site.home / "first-passwords.txt").read_text().splitlines()
    return dict(line.split("\t") for line in lines)[name]


async def log_in(site, **more):
    form = {"username": "clerk", "password": password(site, "clerk"), "next": ""} | more
    return await site.post("/login", data=form, headers=SAME_SITE, allow_redirects=False)


async def test_a_request_reaches_the_service_with_path_query_and_body(site):
    answer = await site.put("/intake/api/v1/x%2Fy?a=1&b=%C4%91", data=b"hello")

    said = await answer.json()
    assert said["path"] == "/intake/api/v1/x%2Fy?a=1&b=%C4%91"
    assert said["body"] == "hello"
    assert answer.headers["X-Answered"] == "yes"
    assert "Server" not in answer.headers


async def test_where_a_request_came_from_is_told_by_the_gateway_not_by_the_client(site):
    answer = await site.get("/intake/x", headers={"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https"})

    headers = (await answer.json())["headers"]
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "http"
    assert headers["X-Forwarded-Host"] == headers["Host"]


async def test_both_directions_stream(site):
    to_send: asyncio.Queue[bytes] = asyncio.Queue()

    async def body():
        while line := await to_send.get():
            yield line

    await to_send.put(b"one\n")
    async with site.post("/intake/trickle", data=body()) as answer:
        assert await answer.content.readline() == b"heard one\n"
        await to_send.put(b"two\n")
        assert await answer.content.readline() == b"heard two\n"
        await to_send.put(b"")


async def test_an_answer_without_a_body_stays_one(site):
    empty, head = await site.get("/intake/nothing"), await site.head("/intake/packed")

    assert (empty.status, await empty.read(), empty.headers["ETag"]) == (204, b"", '"1"')
    assert (head.status, await head.read()) == (200, b"")
    assert int(head.headers["Content-Length"]) > 0


async def test_a_compressed_answer_is_passed_on_as_it_is(site):
    answer = await site.get("/intake/packed")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert await answer.text() == "packed"


async def test_an_unknown_path_is_a_problem_document(site):
    answer = await site.get("/nothing/here")

    assert answer.status == 404
    assert answer.content_type == "application/problem+json"


async def test_a_service_that_is_away_is_a_503(site):
    answer = await site.get("/sla/x")

    assert answer.status == 503
    assert (await answer.json())["status"] == 503


async def test_the_log_in_page_is_vietnamese_and_keeps_where_one_was_going(site):
    page = await (await site.get("/login", params={"next": "/sla/late"})).text()

    assert "Đăng nhập" in page
    assert 'value="/sla/late"' in page


async def test_a_person_signs_in_with_a_strict_cookie(site):
    answer = await log_in(site)

    cookie = answer.headers["Set-Cookie"]
    assert answer.status == 303
    assert answer.headers["Location"] == "/intake/"
    assert cookie.startswith(f"{COOKIE}=")
    for part in ("HttpOnly", "SameSite=Strict", "Max-Age=28800", "Path=/"):
        assert part in cookie


async def test_signed_in_the_start_page_is_that_of_the_role(site):
    token = (await log_in(site)).cookies[COOKIE].value

    signed_in = await site.get("/", headers={"Cookie": f"{COOKIE}={token}"}, allow_redirects=False)
    anonymous = await site.get("/", allow_redirects=False)

    assert signed_in.headers["Location"] == "/intake/"
    assert anonymous.headers["Location"] == "/login"


async def test_a_wrong_password_says_so_and_gives_no_cookie(site):
    answer = await log_in(site, username="officer", password="wrong")

    assert answer.status == 401
    assert "không đúng" in await answer.text()
    assert "Set-Cookie" not in answer.headers


async def test_a_log_in_never_leads_to_another_site(site):
    answer = await log_in(site, next="https://evil.example/")

    assert answer.headers["Location"] == "/intake/"


async def test_a_form_of_a_foreign_page_is_refused(site):
    form = {"username": "clerk", "password": password(site, "clerk")}

    answer = await site.post(
        "/login", data=form, headers={"Sec-Fetch-Site": "cross-site"}, allow_redirects=False
    )

    assert answer.status == 403


async def test_guessing_is_slowed_down(site):
    tries = [await site.post("/auth/token", json={"username": "operator", "password": "x"}) for _ in range(6)]

    assert [answer.status for answer in tries] == [401] * 5 + [429]
    assert int(tries[-1].headers["Retry-After"]) > 0


async def test_guesses_side_by_side_are_slowed_down_too(site):
    tries = [site.post("/auth/token", json={"username": "admin", "password": "x"}) for _ in range(12)]

    statuses = [answer.status for answer in await asyncio.gather(*tries)]

    assert statuses.count(401) == 5
    assert statuses.count(429) == 7


async def test_a_token_comes_for_name_and_password(site):
    answer = await site.post(
        "/auth/token", json={"username": "inspector", "password": password(site, "inspector")}
    )

    said = await answer.json()
    assert said["token_type"] == "Bearer"
    assert said["expires_in"] == 28_800
    assert said["access_token"].count(".") == 2


@pytest.mark.parametrize("body", [b"", b"[]", b'{"username": "clerk"}', b"nonsense"])
async def test_a_malformed_token_request_is_refused(site, body):
    answer = await site.post("/auth/token", data=body)

    assert answer.status == 422


async def test_log_out_drops_the_cookie(site):
    answer = await site.post("/logout", headers=SAME_SITE, allow_redirects=False)

    assert answer.status == 303
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
