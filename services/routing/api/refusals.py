"""Refused requests for an extension: nothing was said of them, and yet they are listed and counted."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from libs.http import CatalogueDep, RuntimeDep
from libs.paging import Cursor, Limit, encode_cursor, moment, own_id, read_cursor
from services.routing.api.common import Reader
from services.routing.domain.apology import ExtensionRule
from services.routing.handlers.lists import units_of
from services.routing.store import refusals

router = APIRouter(tags=["Yêu cầu và kết thúc"])


@router.get("/refused-extensions", summary="Đề nghị gia hạn bị từ chối")
async def refused_extensions(
    identity: Reader,
    catalogue: CatalogueDep,
    runtime: RuntimeDep,
    unit: Annotated[str | None, Query(max_length=80)] = None,
    rule: Annotated[ExtensionRule | None, Query(description="Chỉ theo một quy tắc")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Return refused requests, the newest first, with rule and article; the first page counts them by rule."""
    query = refusals.RefusedQuery(
        units=units_of(identity, catalogue, unit),
        rule=rule.value if rule else None,
        after=read_cursor(cursor, moment, own_id),
        limit=limit + 1,
    )
    async with runtime.pool.acquire() as conn:
        rows = await refusals.page(conn, query)
        counts = None if cursor else await refusals.counts(conn, query)
    last = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [dict(row) for row in rows[:limit]],
        "counts": counts,
        "cursor": encode_cursor([last["at"].isoformat(), last["id"]]) if last else None,
    }
