"""GET /late-dossiers: who is late, by how much, why, and who holds it now; as it stands or as it stood."""

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from contracts.codes import Cause, Level
from libs.clock import VN, utcnow
from libs.day_range import AskedDay, AskedMoment
from libs.http import RuntimeDep
from libs.paging import Cursor, Limit
from libs.tables import Format, stream
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.late_asked import Asked
from services.sla.handlers.late_list import COLUMNS
from services.sla.handlers.question import LateQuestion, Place, Sort

router = APIRouter(tags=["late dossiers"])
_UNIT = Query(max_length=80, description="Mã đơn vị, gồm cả đơn vị trực thuộc")


def question(
    unit: Annotated[str | None, _UNIT] = None,
    level: Annotated[Level | None, Query(description="Cấp của đơn vị lúc tiếp nhận")] = None,
    field: Annotated[str | None, Query(max_length=80, description="Lĩnh vực")] = None,
    procedure: Annotated[str | None, Query(max_length=80, description="Mã thủ tục")] = None,
    rule_set: Annotated[str | None, Query(max_length=80, description="Bộ quy định áp dụng")] = None,
    responsible_unit: Annotated[
        str | None, Query(max_length=80, description="Đơn vị chịu trách nhiệm, gồm cả trực thuộc")
    ] = None,
    cause: Annotated[Cause | None, Query(description="Nguyên nhân quá hạn")] = None,
    paused: Annotated[bool | None, Query(description="Đồng hồ đã từng tạm dừng")] = None,
    apologised: Annotated[bool | None, Query(description="Đã xin lỗi hoặc gia hạn")] = None,
    first_day: Annotated[AskedDay | None, Query(alias="from", description="Quá hạn từ ngày")] = None,
    last_day: Annotated[AskedDay | None, Query(alias="to", description="Quá hạn đến hết ngày")] = None,
    min_days: Annotated[int, Query(ge=0, le=10_000, description="Trễ ít nhất bao nhiêu ngày làm việc")] = 0,
    bucket: Annotated[str | None, Query(max_length=20, description="Mức trễ, như 3-5 hoặc 11-")] = None,
    state: Annotated[Literal["open", "closed"] | None, Query(description="Đang hoặc đã giải quyết")] = None,
    sort: Annotated[
        Sort, Query(description="earliest: quá hạn sớm nhất trước; lateness: trễ lâu nhất trước")
    ] = (Sort.EARLIEST),
    as_of: Annotated[AskedMoment | None, Query(description="Danh sách như tại một thời điểm đã qua")] = None,
) -> LateQuestion:
    """Return what the query string asks."""
    return LateQuestion(
        unit=unit or None,
        level=level,
        field=field or None,
        procedure=procedure or None,
        rule_set=rule_set or None,
        responsible_unit=responsible_unit or None,
        cause=cause,
        paused=paused,
        apologised=apologised,
        first_day=first_day,
        last_day=last_day,
        min_days=min_days,
        bucket=bucket or None,
        state=state,
        sort=sort,
        as_of=as_of if as_of is None or as_of.tzinfo else as_of.replace(tzinfo=VN),
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
    totals: Annotated[bool, Query(description="Trang đầu kèm số tổng")] = True,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return dossiers that are or ended late, within the caller's units.

    JSON comes in pages (`cursor` null at the end; `totals` on the first page only), CSV and XLSX whole.
    `from` and `to` select by the moment of lateness, `min_days` and `bucket` by working days late.
    """
    place = Place.of(cursor, asked.sort)
    listed, wanted = await Asked(runtime, rulebook, identity).list_of(asked, place.now(asked, utcnow()))
    if form is not Format.JSON:
        return stream(form, "ho-so-tre-han", COLUMNS, listed.everything(wanted), bom=bom)
    page = await listed.page(wanted, place.after, limit)
    counted = await listed.totals(wanted) if totals and place.after is None else None
    answer = {
        "as_of": wanted.as_of,
        "totals": counted and counted.as_json(),
        "items": page.rows,
        "cursor": Place.cursor(page.after, wanted, asked.sort),
    }
    return Response(orjson.dumps(answer, default=str, option=orjson.OPT_UTC_Z), media_type="application/json")
