"""The page `/docs`: the service's operations read from its own OpenAPI document. No script, no foreign host."""

from html import escape
from typing import Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRouter

from libs.identity import anyone

_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><body><main><h1>{title}</h1>
<p><a href="openapi.json">openapi.json</a> (OpenAPI 3)</p>{body}</main></body></html>"""


def docs_router() -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(dependencies=[Depends(anyone())])

    @router.get("/docs", response_class=HTMLResponse)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(render(request.app.openapi()))

    return router


def render(openapi: dict[str, Any]) -> str:
    """Return the document as one HTML page."""
    parts = []
    for path, methods in sorted(openapi.get("paths", {}).items()):
        for method, operation in methods.items():
            parts.append(_operation(path, method, operation))
    return _PAGE.format(title=escape(openapi["info"]["title"]), body="\n".join(parts))


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
        f"<td>{escape(_type_of(p.get('schema', {})))}</td><td>{escape(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", [])
    )
    table = f"<table><tr><th>name<th>in<th>type<th>meaning</tr>{rows}</table>" if rows else ""
    text = escape(operation.get("description") or operation.get("summary") or "")
    answers = ", ".join(
        f"{code} {escape(a.get('description', ''))}" for code, a in operation["responses"].items()
    )
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2><p>{text}</p>{table}"
        f"<p>{_body(operation)}Answers: {answers}</p></section>"
    )


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    kinds = [f"{kind} {_type_of(media.get('schema', {}))}" for kind, media in content.items()]
    return f"Body: {escape(', '.join(kinds))}. " if kinds else ""


def _type_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(_type_of(s) for s in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type_of(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "any")
