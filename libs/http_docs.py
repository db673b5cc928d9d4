"""The page `/docs`: the service's operations read from its own OpenAPI document. No foreign host."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRouter

from libs.identity import anyone


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, as the page tells it; parameters are (name, place, type, meaning)."""

    method: str
    path: str
    text: str
    parameters: list[tuple[str, str, str, str]]
    body: str
    answers: list[tuple[str, str]]


def docs_router() -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(dependencies=[Depends(anyone())])

    @router.get("/docs", response_class=HTMLResponse)
    async def docs(request: Request) -> HTMLResponse:
        from libs.ui import page

        openapi = request.app.openapi()
        return page(
            request.app.state.page_environment,
            "docs.html",
            identity=anyone()(request),
            title=openapi["info"]["title"],
            operations=list(operations(openapi)),
        )

    return router


def operations(openapi: dict[str, Any]) -> Iterator[Operation]:
    """Yield the operations of an OpenAPI document, by path."""
    for path, methods in sorted(openapi.get("paths", {}).items()):
        for method, told in methods.items():
            yield Operation(
                method=method.upper(),
                path=path,
                text=told.get("description") or told.get("summary") or "",
                parameters=[
                    (p["name"], p["in"], _type_of(p.get("schema", {})), p.get("description", ""))
                    for p in told.get("parameters", [])
                ],
                body=_body(told),
                answers=[(code, answer.get("description", "")) for code, answer in told["responses"].items()],
            )


def _body(told: dict[str, Any]) -> str:
    content = told.get("requestBody", {}).get("content", {})
    return ", ".join(f"{kind} {_type_of(media.get('schema', {}))}" for kind, media in content.items())


def _type_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(_type_of(s) for s in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type_of(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "any")
