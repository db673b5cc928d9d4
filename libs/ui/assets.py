"""The design system's static files: their content-hash addresses and the app that serves them."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
_A_YEAR = "public, max-age=31536000, immutable"


@cache
def content_hash(path: Path) -> str:
    """Return a short hash of a static file's content; read once per process."""
    return hashlib.sha384(path.read_bytes()).hexdigest()[:10]


def static_url(service: str) -> Callable[[str], str]:
    """Return a function that gives a static file's address under `/<service>/static/`."""

    def address(name: str) -> str:
        return f"/{service}/static/{name}?v={content_hash(STATIC / name)}"

    return address


class CachedFiles(StaticFiles):
    """Static files: for ever when the address names the version, asked again each time when not."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with its cache rule."""
        response = await super().get_response(path, scope)
        versioned = "v" in parse_qs(scope.get("query_string", b"").decode("latin-1"))
        response.headers["Cache-Control"] = _A_YEAR if versioned else "no-cache"
        return response


def static_app() -> GZipMiddleware:
    """Return the app that serves the design system's files, compressed."""
    return GZipMiddleware(CachedFiles(directory=STATIC), minimum_size=1024)


def mount(app: Starlette, service: str) -> None:
    """Serve the design system's files under `/<service>/static/` (public, no log-in)."""
    app.router.routes.append(Mount(f"/{service}/static", app=static_app(), name="static"))
