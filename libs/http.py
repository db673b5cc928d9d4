"""The FastAPI application of a service: everything under `/<service>`, each error a problem document."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import asyncpg
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.routing import APIRouter, iter_route_contexts
from starlette.exceptions import HTTPException

from libs import telemetry
from libs.catalogue import Catalogue
from libs.db import TRANSIENT
from libs.errors import DomainError, SignInError, UnavailableError, problem, problem_of
from libs.http_docs import docs_router
from libs.http_shell import Shell
from libs.identity import access_rules, anyone
from libs.runtime import Runtime
from libs.shape_words import shape_error
from libs.tokens import read_key
from libs.unit_search import units_router

PROBLEM = "application/problem+json"
_TITLES = {
    400: "Yêu cầu không đọc được",
    404: "Không có địa chỉ này",
    405: "Địa chỉ này không nhận cách gọi ấy",
    413: "Nội dung gửi lên quá lớn",
}
"""What the framework itself answers, in the words of the counter."""


def runtime_of(request: Request) -> Runtime:
    """Return the runtime the application was built with."""
    runtime: Runtime = request.app.state.runtime
    return runtime


def catalogue_of(request: Request) -> Catalogue:
    """Return the catalogue of this moment."""
    return runtime_of(request).catalogue


RuntimeDep = Annotated[Runtime, Depends(runtime_of)]
CatalogueDep = Annotated[Catalogue, Depends(catalogue_of)]


def build_app(
    runtime: Runtime, *, api: Sequence[APIRouter], pages: Sequence[APIRouter] = (), title: str = ""
) -> FastAPI:
    """Return the service's application.

    `api` routers land under `/<service>/api/v1`, `pages` under `/<service>`. Beside them: `/docs`,
    `/openapi.json`, `/metrics`, `/healthz`, `/readyz`, `/static`. Every route of theirs must carry
    `identity.require(…)` or `identity.anyone()` (`routes_without_rule` finds those that don't).
    """
    base = f"/{runtime.settings.service}"
    app = FastAPI(
        title=title or f"Một Cửa: {runtime.settings.service}",
        openapi_url=f"{base}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.runtime = runtime
    app.state.token_key = read_key(runtime.settings.token_public_key)
    app.include_router(probes(), prefix=base, include_in_schema=False)
    app.include_router(docs_router(), prefix=base, include_in_schema=False)
    for router in api:
        app.include_router(router, prefix=f"{base}/api/v1")
    for router in pages:
        app.include_router(router, prefix=base, include_in_schema=False)
    if pages:
        app.include_router(units_router(), prefix=base, include_in_schema=False)
    _mount_static(app, runtime.settings.service)
    _handle_errors(app)
    app.add_middleware(Shell, service=runtime.settings.service)
    return app


def probes() -> APIRouter:
    """Return health, readiness and metrics. Public: they hold no dossier's data."""
    router = APIRouter(dependencies=[Depends(anyone())])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz(runtime: RuntimeDep) -> JSONResponse:
        checks = {"database": await _database_answers(runtime), "catalogue": runtime.mirror.loaded}
        checks |= runtime.pulse.checks()
        return JSONResponse(checks, status_code=200 if all(checks.values()) else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        body, content_type = telemetry.exposition()
        return Response(body, media_type=content_type)

    return router


async def _database_answers(runtime: Runtime) -> bool:
    try:
        return bool(await runtime.pool.fetchval("SELECT 1", timeout=3) == 1)
    except TRANSIENT:
        return False


def _mount_static(app: FastAPI, service: str) -> None:
    from libs.ui import environment, mount

    app.state.page_environment = environment(service)
    mount(app, service)


def wants_page(request: Request) -> bool:
    """Return whether a person in a browser is asking, not a program."""
    return "/api/" not in request.url.path and "text/html" in request.headers.get("accept", "")


def _answer(request: Request, document: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem document, to a person in a browser as the page that says the same."""
    status = int(document["status"])
    if not wants_page(request):
        return JSONResponse(document, status, headers=headers, media_type=PROBLEM)
    from libs.ui import problem_page

    env, detail = request.app.state.page_environment, str(document.get("detail", ""))
    return problem_page(env, status, detail, identity=anyone()(request))


def _wanted(request: Request) -> str:
    """Return where to go after the log-in: the page asked for, or the first one when a form was sent."""
    if request.method != "GET":
        return f"/{request.app.state.runtime.settings.service}/"
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


async def _domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101 - registered for it
    if isinstance(error, SignInError) and wants_page(request):
        login = request.app.state.runtime.settings.login_url
        return RedirectResponse(f"{login}?next={quote(_wanted(request))}", status_code=303)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None  # noqa: PLR2004
    return _answer(request, problem_of(error), headers)


async def _shape(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    errors = [shape_error(each) for each in error.errors()]
    return _answer(
        request, problem(422, DomainError.title, detail="Yêu cầu không đúng khuôn dạng", errors=errors)
    )


async def _unstorable(request: Request, _error: Exception) -> Response:
    error = DomainError("", "value_impossible", "Có giá trị không lưu được: ký tự lạ hoặc số quá lớn")
    return _answer(request, problem_of(error))


async def _away(request: Request, _error: Exception) -> Response:
    error = UnavailableError("", "server_away", "Hệ thống tạm gián đoạn, xin thử lại sau ít phút")
    return _answer(request, problem_of(error))


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    title = _TITLES.get(error.status_code, str(error.detail))
    return _answer(request, problem(error.status_code, title), error.headers)


async def _fault(request: Request, _error: Exception) -> Response:
    return _answer(request, problem(500, "Có lỗi trong hệ thống"))


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _shape)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(asyncpg.DataError, _unstorable)
    app.add_exception_handler(Exception, _fault)  # raised on after the answer: the log has it
    for transient in TRANSIENT:
        app.add_exception_handler(transient, _away)


def routes_without_rule(app: FastAPI) -> list[str]:
    """Return the routes that nobody said who may use; a test wants this empty."""
    return [
        f"{sorted(route.methods)} {route.path}"
        for route in all_routes(app)
        if not access_rules(route.dependant.dependencies)
    ]


def all_routes(app: FastAPI) -> list[Any]:
    """Return every route with a dependency tree, its path complete (the schema route and mounts have none)."""
    return [route for route in iter_route_contexts(app.routes) if getattr(route, "dependant", None)]
