"""The desk: open legs of my units by due moment."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from libs.clock import utcnow
from libs.http import CatalogueDep, RuntimeDep
from libs.paging import Cursor, Limit, encode_cursor, moment, own_id, read_cursor
from services.routing.api.common import Reader
from services.routing.handlers.lists import units_of
from services.routing.store import finding

router = APIRouter(tags=["Bàn xử lý"])


@router.get("/desk", summary="Công đoạn đang mở, sắp theo hạn")
async def desk(
    identity: Reader,
    catalogue: CatalogueDep,
    runtime: RuntimeDep,
    unit: Annotated[str | None, Query(max_length=80)] = None,
    mine: Annotated[bool, Query(description="Chỉ việc của tôi")] = False,
    wait_expired: Annotated[bool, Query(description="Chỉ hồ sơ quá hạn chờ bổ sung")] = False,
    asked: Annotated[bool, Query(description="Chỉ hồ sơ đang chờ ý kiến")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Return open legs, the most urgent first."""
    query = finding.DeskQuery(
        units=units_of(identity, catalogue, unit),
        officer=identity.staff_id if mine else None,
        after=read_cursor(cursor, moment, own_id),
        only_expired=wait_expired,
        only_asked=asked,
        limit=limit + 1,
    )
    now = utcnow()
    async with runtime.pool.acquire() as conn:
        rows = await finding.desk(conn, query)
    return {"rows": [shown(row, now) for row in rows[:limit]], "cursor": next_of(rows, limit)}


def next_of(rows: Any, limit: int) -> str | None:
    """Return the cursor of the next page, None after the last."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return encode_cursor([last["sort_due"].isoformat(), last["id"]])


def shown(row: Any, now: datetime) -> dict[str, Any]:
    """Return a row as the list shows it."""
    late_at = row["late_at"]
    return {
        **{name: row[name] for name in row.keys() if name != "sort_due"},  # noqa: SIM118 - an asyncpg Record
        "late": late_at is not None and late_at <= now,
    }
