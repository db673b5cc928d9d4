"""The one port of the default run: log-in, and every service behind its first path part."""

import asyncio
from functools import partial

from aiohttp import web

from deploy.local import issuer, users
from deploy.local.gateway_settings import GatewaySettings
from deploy.local.problem_pages import problem_pages
from deploy.local.proxy import Proxy
from deploy.local.sign_in import SignIn
from libs.clock import utcnow
from libs.ui import environment

_BIGGEST_FORM = 64 * 1024


def build(settings: GatewaySettings) -> web.Application:
    """Return the gateway's application."""
    app = web.Application(client_max_size=_BIGGEST_FORM, middlewares=[problem_pages(environment("login"))])
    proxy = Proxy(settings.routes)
    app.cleanup_ctx.append(proxy.lifespan)  # type: ignore[arg-type]
    sign_in = SignIn(issuer.load(settings.home), partial(users.load, settings.home), utcnow)
    app.add_routes(sign_in.routes())
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _healthz)
    app.router.add_get("/{service:[a-z]+}", _with_slash)
    app.router.add_route("*", "/{service:[a-z]+}/{path:.*}", proxy.handle)
    app.on_response_prepare.append(_say_nothing_of_the_server)
    return app


async def _say_nothing_of_the_server(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _with_slash(request: web.Request) -> web.Response:
    raise web.HTTPPermanentRedirect(f"/{request.match_info['service']}/")


async def serve(settings: GatewaySettings) -> None:
    """Serve until cancelled."""
    runner = web.AppRunner(build(settings), access_log=None, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port, reuse_address=True).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
