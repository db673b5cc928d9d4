"""A small HTTP server for processes without an API: `/healthz`, `/readyz`, `/metrics`."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web

from libs import telemetry
from libs.settings import ServiceSettings

log = structlog.get_logger()
Checks = Callable[[], Awaitable[dict[str, bool]]]
"""Says what must hold for the process to be ready, by name."""


async def serve(settings: ServiceSettings, ready: Checks) -> web.AppRunner:
    """Start the server on the settings' host and port; the caller cleans the runner up.

    The paths answer with and without the service's prefix, as `/sla/readyz` and `/readyz`.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_request: web.Request) -> web.Response:
        checks = await ready()
        return web.json_response(checks, status=200 if all(checks.values()) else 503)

    async def metrics(_request: web.Request) -> web.Response:
        body, content_type = telemetry.exposition()
        return web.Response(body=body, headers={"Content-Type": content_type})

    app = web.Application()
    routes: dict[str, Any] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    for path, answer in routes.items():
        app.router.add_get(path, answer)
        app.router.add_get(f"/{settings.service}{path}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    await site.start()
    log.info("listening", host=settings.host, port=runner.addresses[0][1])
    return runner
