"""One dossier: its legs, who held it, what is asked."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from libs.errors import NotFoundError
from libs.http import CatalogueDep, RuntimeDep
from libs.paging import etag
from services.routing.api.common import Code, Reader
from services.routing.domain.apology import papers_of
from services.routing.domain.dossier import Dossier
from services.routing.domain.fold import fold
from services.routing.store import dossiers, finding

router = APIRouter(tags=["Hồ sơ"])


@router.get("/dossiers/{code}", summary="Công đoạn và quá trình luân chuyển của một hồ sơ")
async def get_dossier(code: Code, identity: Reader, catalogue: CatalogueDep, runtime: RuntimeDep) -> Response:
    """Return a dossier's legs, custody, requests and clock; the ETag is routing's counter."""
    async with runtime.pool.acquire() as conn:
        dossier_id = await finding.find(conn, code, identity.scope(catalogue))
        if dossier_id is None:
            raise NotFoundError("code", "dossier_unknown", f"Không có hồ sơ {code}")
        row = await dossiers.read(conn, dossier_id)
        clock = await finding.clock_of(conn, dossier_id)
    dossier = fold(row.facts)
    body = {**shown(code, dossier), "seq": row.seq, "clock": dict(clock)}
    return JSONResponse(jsonable_encoder(body), headers={"ETag": etag(row.seq)})


def shown(code: str, dossier: Dossier) -> dict[str, Any]:
    """Return a dossier as JSON-able values."""
    head, leg = dossier.head, dossier.leg
    return {
        "code": code,
        "stage": dossier.stage,
        "procedure_code": head.procedure_code if head else None,
        "procedure_version": head.procedure_version if head else None,
        "received_at": head.received_at if head else None,
        "receiving_unit": head.event.data.receiving_unit if head else None,
        "competent_unit": dossier.competent_unit,
        "holder": dossier.holder,
        "holder_since": dossier.holder_since,
        "under_way_to": dossier.under_way_to,
        "leg_no": leg.no if leg and dossier.is_open else None,
        "legs": sorted(dossier.legs.values(), key=lambda each: each.no),
        "custody": dossier.custody,
        "requests": [{**_request(r)} for r in dossier.requests.values()],
        "extensions": dossier.extensions,
        "letters": papers_of(dossier),
        "ending": dossier.ending,
        "returned_at": dossier.returned_at,
        "ignored": [{"type": e.name, "id": e.id, "time": e.time} for e in dossier.ignored],
    }


def _request(request: Any) -> dict[str, Any]:
    return {
        "request": request.id,
        "kind": request.kind,
        "at": request.at,
        "unit": request.unit,
        "answered_at": request.answered_at,
        "cancelled": request.cancelled,
        "open": request.is_open,
    }
