"""GET /late-dossiers: who is late, by how much, and who holds it now."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from contracts.codes import Level
from law.moments import at_vn
from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.errors import DomainError, NotFoundError
from libs.http import RuntimeDep
from libs.identity import Identity
from libs.paging import Cursor, Limit, decode_cursor, encode_cursor
from libs.tables import Format, stream
from services.sla.api.common import Reader, RulebookDep
from services.sla.handlers.late_list import COLUMNS, LateList
from services.sla.store.late import LateFilter, Position

router = APIRouter(tags=["late dossiers"])
_DAY = timedelta(days=1)


class Asked:
    """The filters of the late list as they stand in the address."""

    def __init__(
        self,
        unit: Annotated[
            str | None, Query(max_length=80, description="Mã đơn vị, gồm cả đơn vị trực thuộc")
        ] = None,
        level: Annotated[Level | None, Query(description="Cấp của đơn vị lúc tiếp nhận")] = None,
        field: Annotated[str | None, Query(max_length=80, description="Lĩnh vực")] = None,
        procedure: Annotated[str | None, Query(max_length=80, description="Mã thủ tục")] = None,
        first_day: Annotated[date | None, Query(alias="from", description="Quá hạn từ ngày")] = None,
        last_day: Annotated[date | None, Query(alias="to", description="Quá hạn đến hết ngày")] = None,
        min_days: Annotated[
            int, Query(ge=0, le=10_000, description="Trễ ít nhất bao nhiêu ngày làm việc")
        ] = 0,
        state: Annotated[
            Literal["open", "closed"] | None, Query(description="Đang hoặc đã giải quyết")
        ] = None,
    ) -> None:
        self.unit, self.level, self.field, self.procedure = unit, level, field, procedure
        self.first_day, self.last_day, self.min_days, self.state = first_day, last_day, min_days, state

    def filter(self, identity: Identity, catalogue: Catalogue) -> LateFilter:
        """Return what to list for a person; raises NotFoundError for an unknown unit, DomainError for bad days."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise DomainError("to", "before_from", "Ngày kết thúc phải từ ngày bắt đầu trở đi")
        if self.unit and catalogue.unit(self.unit) is None:
            raise NotFoundError("unit", "unit_unknown", f"Không có đơn vị {self.unit}")
        return LateFilter(
            as_of=utcnow(),
            scope=identity.scope(catalogue),
            units=catalogue.subtree([self.unit]) if self.unit else None,
            level=self.level,
            field=self.field or None,
            procedure=self.procedure or None,
            since=at_vn(self.first_day) if self.first_day else None,
            until=at_vn(self.last_day + _DAY) if self.last_day else None,
            min_days=self.min_days,
            state=self.state,
        )


AskedDep = Annotated[Asked, Depends(Asked)]


@router.get("/late-dossiers", response_model=None)
async def late_dossiers(
    asked: AskedDep,
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    form: Annotated[Format, Query(alias="format", description="json, csv hoặc xlsx")] = Format.JSON,
    bom: Annotated[bool, Query(description="CSV bắt đầu bằng BOM, cho bảng tính")] = True,  # noqa: FBT002
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response | dict[str, Any]:
    """Return dossiers that are or ended late, longest late first, within the caller's units.

    JSON comes in pages (`cursor` null at the end; `totals` on the first page only), CSV and XLSX whole.
    `from` and `to` select by the moment of lateness, `min_days` counts working days late.
    """
    wanted = asked.filter(identity, rulebook.catalogue)
    found = LateList(runtime.pool, rulebook)
    if form is not Format.JSON:
        return stream(form, "ho-so-tre-han", COLUMNS, found.everything(wanted), bom=bom)
    after = position_of(cursor)
    page = await found.page(wanted, after, limit)
    totals = await found.totals(wanted) if after is None else None
    return {
        "as_of": wanted.as_of,
        "totals": totals and totals._asdict(),
        "items": page.rows,
        "cursor": cursor_of(page.after),
    }


def position_of(cursor: str | None) -> Position | None:
    """Return the position a cursor names; raises DomainError for a bad one."""
    values = decode_cursor(cursor, 2)
    if values is None:
        return None
    try:
        return Position(datetime.fromisoformat(values[0]), UUID(values[1]))
    except (TypeError, ValueError, AttributeError):
        raise DomainError("cursor", "cursor_invalid", "Vị trí trang không hợp lệ") from None


def cursor_of(position: Position | None) -> str | None:
    """Return a position as a cursor."""
    return encode_cursor([position.late_since, position.id]) if position else None
