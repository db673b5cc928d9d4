"""GET /late-dossiers: who is late, by how much, and who holds it now."""

from datetime import date
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from contracts.codes import Level
from libs.clock import utcnow
from libs.http import RuntimeDep
from libs.paging import Cursor, Limit
from libs.tables import Format, stream
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.late_list import COLUMNS, LateList
from services.sla.handlers.question import LateQuestion, cursor_of, position_of

router = APIRouter(tags=["late dossiers"])


def question(
    unit: Annotated[
        str | None, Query(max_length=80, description="Mã đơn vị, gồm cả đơn vị trực thuộc")
    ] = None,
    level: Annotated[Level | None, Query(description="Cấp của đơn vị lúc tiếp nhận")] = None,
    field: Annotated[str | None, Query(max_length=80, description="Lĩnh vực")] = None,
    procedure: Annotated[str | None, Query(max_length=80, description="Mã thủ tục")] = None,
    first_day: Annotated[date | None, Query(alias="from", description="Quá hạn từ ngày")] = None,
    last_day: Annotated[date | None, Query(alias="to", description="Quá hạn đến hết ngày")] = None,
    min_days: Annotated[int, Query(ge=0, le=10_000, description="Trễ ít nhất bao nhiêu ngày làm việc")] = 0,
    state: Annotated[Literal["open", "closed"] | None, Query(description="Đang hoặc đã giải quyết")] = None,
) -> LateQuestion:
    """Return what the query string asks."""
    return LateQuestion(
        unit=unit or None,
        level=level,
        field=field or None,
        procedure=procedure or None,
        first_day=first_day,
        last_day=last_day,
        min_days=min_days,
        state=state,
    )


AskedDep = Annotated[LateQuestion, Depends(question)]


@router.get("/late-dossiers", response_model=None)
async def late_dossiers(
    asked: AskedDep,
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    form: Annotated[Format, Query(alias="format", description="json, csv hoặc xlsx")] = Format.JSON,
    bom: Annotated[bool, Query(description="CSV bắt đầu bằng BOM, cho bảng tính")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return dossiers that are or ended late, the earliest lateness first, within the caller's units.

    JSON comes in pages (`cursor` null at the end; `totals` on the first page only), CSV and XLSX whole.
    `from` and `to` select by the moment of lateness, `min_days` counts working days late.
    """
    scope = identity.scope(rulebook.catalogue)
    wanted = asked.filter(rulebook.catalogue, scope=scope, now=utcnow())
    found = LateList(runtime.pool, rulebook)
    if form is not Format.JSON:
        return stream(form, "ho-so-tre-han", COLUMNS, found.everything(wanted), bom=bom)
    after = position_of(cursor)
    page = await found.page(wanted, after, limit)
    totals = await found.totals(wanted) if after is None else None
    answer = {
        "as_of": wanted.as_of,
        "totals": totals and totals._asdict(),
        "items": page.rows,
        "cursor": cursor_of(page.after),
    }
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), media_type="application/json")
