"""The reverse proxy of the default run: one port, streaming both ways, no buffering."""

from collections.abc import Mapping

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from libs.errors import problem

_HOP_BY_HOP = frozenset(
    {
        "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded")
_CHUNK = 64 * 1024


class Proxy:
    """Passes `/<service>/…` on to that service's process."""

    def __init__(self, routes: Mapping[str, str]) -> None:
        self._routes = routes
        self._session: aiohttp.ClientSession | None = None

    async def lifespan(self, _app: web.Application) -> object:
        """Hold the client session while the application runs (an aiohttp cleanup context)."""
        timeout = aiohttp.ClientTimeout(total=None, connect=5, sock_read=300)
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=25)
        async with aiohttp.ClientSession(
            timeout=timeout, connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as self._session:
            yield

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request from the service its path names; 404 for none, 503 while it is away."""
        target = self._routes.get(request.match_info["service"])
        if target is None:
            return problem_response(404, "Không tìm thấy")
        assert self._session  # noqa: S101 - set while the application runs
        try:
            async with self._session.request(
                request.method,
                target + request.raw_path,
                headers=forwarded_headers(request),
                data=request.content if request.body_exists else None,
                allow_redirects=False,
            ) as upstream:
                return await _stream(request, upstream)
        except aiohttp.ClientConnectorError:
            return problem_response(503, "Hệ thống tạm gián đoạn, xin thử lại sau ít phút")

    @property
    def services(self) -> list[str]:
        """The names of the services behind."""
        return list(self._routes)


async def _stream(request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=upstream.status, reason=upstream.reason)
    response.headers.extend(_end_to_end(upstream.headers))
    await response.prepare(request)
    async for chunk in upstream.content.iter_chunked(_CHUNK):
        await response.write(chunk)
    await response.write_eof()
    return response


def forwarded_headers(request: web.Request) -> CIMultiDict[str]:
    """Return the request's headers for the service: what belongs to one hop taken out, where it came from put in.

    What a client itself claims in X-Forwarded-* is dropped.
    """
    headers = _end_to_end(request.headers)
    for name in _FORWARDED:
        headers.popall(name, None)
    headers["X-Forwarded-For"] = request.remote or ""
    headers["X-Forwarded-Host"] = request.host
    headers["X-Forwarded-Proto"] = request.scheme
    return headers


def _end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    dropped = _HOP_BY_HOP | named
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in dropped)


def problem_response(status: int, title: str, *, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return an RFC 9457 problem document."""
    return web.json_response(
        problem(status, title), status=status, headers=headers, content_type="application/problem+json"
    )
