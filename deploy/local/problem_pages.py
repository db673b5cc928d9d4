"""What the gateway itself refuses, as a page for a person in a browser."""

import jinja2
import orjson
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from libs.ui import problem_page
from libs.ui.policy import CONTENT_POLICY


def problem_pages(
    pages: jinja2.Environment,
) -> Middleware:
    """Return a middleware that turns the gateway's own problem documents into pages where a page is wanted."""

    @web.middleware
    async def turn(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        own = isinstance(response, web.Response) and response.content_type == "application/problem+json"
        if not own or "/api/" in request.path or "text/html" not in request.headers.get("Accept", ""):
            return response
        assert isinstance(response, web.Response)  # noqa: S101 - that is what `own` says
        told = orjson.loads(response.text or "{}")
        html = problem_page(pages, response.status, str(told.get("detail") or told.get("title", ""))).body
        return web.Response(
            body=bytes(html),
            status=response.status,
            content_type="text/html",
            charset="utf-8",
            headers={"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"},
        )

    return turn
