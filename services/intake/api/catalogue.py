"""Procedures: published here by their owner, and found by those who receive."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from libs.clock import VN, utcnow
from libs.http import CatalogueDep
from libs.operations import catalogue_router
from libs.paging import Cursor, Limit, encode_cursor, read_cursor, text
from services.intake.api.access import Reader
from services.intake.domain.people import fold
from services.intake.handlers.procedures import check_items

router = APIRouter(tags=["catalogue"])
router.include_router(catalogue_router("intake.catalogue", check_items))


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
    after = (read_cursor(cursor, text) or ("",))[0]
    wanted = fold(q).split()
    valid = (catalogue.procedure(p.code, on) for p in catalogue.procedures() if p.code > after)
    found = [
        p
        for p in valid
        if p is not None and all(word in f"{p.code.lower()} {fold(p.name)}" for word in wanted)
    ][:limit]
    following = encode_cursor([found[-1].code]) if len(found) == limit else None
    return {"items": [p.model_dump(mode="json") for p in found], "next_cursor": following}
