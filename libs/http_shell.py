"""Around every request: forged forms refused, security headers, one metric and one log line."""

import time
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs import metrics
from libs.errors import problem
from libs.identity import COOKIE
from libs.ids import uuid7
from libs.ui.policy import CONTENT_POLICY

log = structlog.get_logger()
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def forged(method: str, headers: Headers, cookies: bool) -> bool:  # noqa: FBT001
    """Return whether a request that lives on the session cookie comes from a foreign page."""
    if method in _SAFE or not cookies or headers.get("authorization"):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin") or headers.get("referer") or ""
    own = {headers.get("host"), headers.get("x-forwarded-host")} - {None}
    return urlsplit(origin).netloc not in own


class Shell:
    """The outermost ASGI layer of a service."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; count and log what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _harden(MutableHeaders(scope=message), scope["path"])
            await send(message)

        headers = Headers(scope=scope)
        request_id = headers.get("x-request-id", "")[:64] or str(uuid7())
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                if forged(scope["method"], headers, f"{COOKIE}=" in headers.get("cookie", "")):
                    await _refuse(scope, receive, answer, 403, "csrf", "Yêu cầu đến từ trang khác")
                elif "\0" in scope["path"] or b"%00" in scope["query_string"]:
                    await _refuse(scope, receive, answer, 422, "nul", "Địa chỉ chứa ký tự không hợp lệ")
                else:
                    await self._app(scope, receive, answer)
            finally:
                _record(scope, status, time.perf_counter() - began)


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, rule: str, message: str) -> None:
    entry = {"field": "", "rule": rule, "message": message}
    title = "Không có quyền" if status == 403 else "Yêu cầu không hợp lệ"  # noqa: PLR2004
    body = problem(status, title, detail=message, errors=[entry])
    await JSONResponse(body, status, media_type="application/problem+json")(scope, receive, send)


def _harden(headers: MutableHeaders, path: str) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if "/static/" not in path:
        headers.setdefault("Cache-Control", "no-store")


def template_of(scope: dict[str, Any] | Scope) -> str:
    """Return the route's template, so that neither metrics nor logs hold an id or a search word."""
    context = scope.get("fastapi", {}).get(
        "effective_route_context"
    )  # knows the whole path; the route its own
    path = getattr(context or scope.get("route"), "path", None)
    if path is None:
        return "/static" if "/static/" in scope["path"] else "unmatched"
    return str(path)


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = template_of(scope)
    metrics.HTTP_SECONDS.labels(scope["method"], route, f"{status // 100}xx").observe(seconds)
    if not any(quiet in scope["path"] for quiet in _QUIET):
        log.info("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))
