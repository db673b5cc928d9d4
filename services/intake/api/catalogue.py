"""Procedures: published here by their owner, and found by those who receive."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from contracts.catalogue import CatalogueItem
from contracts.topics import parse_item
from libs.catalogue_store import publish_items
from libs.clock import VN, utcnow
from libs.db import transaction
from libs.errors import DomainError
from libs.http import CatalogueDep, RuntimeDep
from libs.paging import Cursor, Limit, decode_cursor, encode_cursor
from libs.stream import explain
from services.intake.api.access import Admin, Reader
from services.intake.domain.people import fold

router = APIRouter(tags=["catalogue"])


@router.put("/catalogue")
async def put_catalogue(request: Request, runtime: RuntimeDep, _identity: Admin) -> dict[str, int]:
    """Publish procedures: a body of one ProcedureItem per line (NDJSON). Unchanged content says nothing."""
    items = [
        _item(line, text) for line, text in enumerate((await request.body()).splitlines(), 1) if text.strip()
    ]
    async with transaction(runtime.pool) as conn:
        done = await publish_items(conn, items)
    return {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}


def _item(line: int, text: bytes) -> CatalogueItem:
    try:
        item = parse_item("intake.catalogue", text)
    except ValidationError as error:
        raise DomainError(f"line {line}", "shape", f"Dòng {line}: {explain(error)}") from None
    data: Any = item.data
    if item.key != f"{item.KIND}/{data.code}/{data.version}":
        raise DomainError(f"line {line}", "subject", f"Dòng {line}: subject không khớp mã và phiên bản")
    return item


@router.get("/procedures")
async def get_procedures(
    catalogue: CatalogueDep,
    _identity: Reader,
    q: Annotated[str, Query(max_length=100, description="Một phần mã hoặc tên, không cần dấu")] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Return the procedures in force today whose code or name holds the words of `q`, by code."""
    on = utcnow().astimezone(VN).date()
    after = (decode_cursor(cursor, 1) or [""])[0]
    wanted = fold(q).split()
    valid = (catalogue.procedure(p.code, on) for p in catalogue.procedures() if p.code > after)
    found = [
        p
        for p in valid
        if p is not None and all(word in f"{p.code.lower()} {fold(p.name)}" for word in wanted)
    ][:limit]
    following = encode_cursor([found[-1].code]) if len(found) == limit else None
    return {"items": [p.model_dump(mode="json") for p in found], "next_cursor": following}
