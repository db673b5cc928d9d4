"""HTTP for programs: rates, how far an import has come, the proof of the buckets."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from contracts.codes import Channel, Role
from libs.clock import utcnow
from libs.day_range import AskedDay
from libs.db import Connection
from libs.http import CatalogueDep, RuntimeDep
from libs.identity import Identity, SignedIn, require
from libs.tables import Format, export
from services.reporting.domain.rates import Rounding
from services.reporting.domain.table import HEADER, RateTable
from services.reporting.handlers.tables import Question, answer, cut_off
from services.reporting.store import buckets, imports
from services.reporting.store.figures import Basis, By

router = APIRouter()
Operators = Annotated[Identity, Depends(require(Role.OPERATOR, Role.ADMIN))]


def question(
    by: Annotated[By, Query(description="Chia theo")] = By.LEVEL,
    unit: Annotated[str | None, Query(description="Mã đơn vị, gồm cả đơn vị trực thuộc")] = None,
    first_day: Annotated[AskedDay | None, Query(alias="from", description="Từ ngày")] = None,
    last_day: Annotated[AskedDay | None, Query(alias="to", description="Đến hết ngày")] = None,
    basis: Annotated[
        Basis, Query(description="Chọn theo ngày tiếp nhận hay ngày có kết quả")
    ] = Basis.RECEPTION,
    as_of: Annotated[str | None, Query(description="Chốt số liệu đến hết ngày này")] = None,
    channel: Annotated[Channel | None, Query(description="Hình thức nộp")] = None,
    scale: Annotated[int, Query(description="Số chữ số thập phân", ge=0, le=6)] = 2,
    rounding: Annotated[Rounding, Query(description="Cách làm tròn")] = Rounding.HALF_UP,
) -> Question:
    """Return what the query string asks."""
    return Question(
        by=by,
        unit=unit or None,
        basis=basis,
        first_day=first_day,
        last_day=last_day,
        channel=channel,
        as_of=as_of or None,
        scale=scale,
        rounding=rounding,
    )


Asked = Annotated[Question, Depends(question)]


@router.get("/rates", response_model=None)
async def rates(
    asked: Asked,
    identity: SignedIn,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
    bom: Annotated[bool, Query(description="Thêm BOM cho bảng tính")] = False,
) -> Response | dict[str, Any]:
    """Return counts and rates of the dossiers selected, within the caller's units."""
    now = utcnow()
    async with runtime.pool.acquire() as conn:
        table = await answer(conn, asked, catalogue=catalogue, scope=identity.scope(catalogue))
    if form is not Format.JSON:
        return export(form, "rates", HEADER, _cells(table), bom=bom)
    moment = cut_off(asked.as_of) or now
    return {
        "by": asked.by,
        "basis": asked.basis,
        "as_of": moment.isoformat(),
        "unit": asked.unit,
        "from": asked.first_day,
        "to": asked.last_day,
        "channel": asked.channel,
        "scale": asked.scale,
        "rounding": asked.rounding,
        "rows": [line.as_json() for line in table.lines],
        "total": table.total.as_json(),
    }


def _cells(table: RateTable) -> Iterator[tuple[Any, ...]]:
    yield from (line.as_cells() for line in table.lines)
    yield table.total.as_cells()


@router.get("/imports/{batch}")
async def import_progress(batch: UUID, _identity: SignedIn, runtime: RuntimeDep) -> dict[str, Any]:
    """Return how many dossiers of an import are whole here, and whether all that it said was applied."""
    async with runtime.pool.acquire() as conn:
        progress = await imports.read(conn, batch)
    return {
        "batch": batch,
        "dossiers": progress.dossiers,
        "applied": progress.applied,
        "barriers": progress.barriers,
        "partitions": progress.partitions,
        "done": progress.done,
    }


@router.get("/buckets/differences")
async def bucket_differences(_identity: Operators, runtime: RuntimeDep) -> dict[str, Any]:
    """Return where the day buckets differ from the rows they count: an empty list, or our bug."""
    async with runtime.pool.acquire() as conn:
        found = await _differences(conn)
    return {"differences": found, "equal": not found}


async def _differences(conn: Connection) -> list[dict[str, Any]]:
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        return await buckets.differences(conn)
