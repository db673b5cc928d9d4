"""Apology and re-appointment: who is late without a word, who came too late with it, who was given a new date."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import Response

from libs.clock import utcnow
from libs.paging import Cursor, Limit
from libs.tables import Format, stream
from services.sla.domain.apology import NAMES
from services.sla.handlers.apologies import COLUMNS, cursor_of, place_of, state_of
from services.sla.handlers.watching import ApologiesDep, ApologyCode, SpanDep

router = APIRouter(prefix="/apologies", tags=["apologies"])


@router.get("")
async def counts(found: ApologiesDep, span: SpanDep) -> dict[str, Any]:
    """Return how many dossiers are in each state of apology; a dossier may be in more than one."""
    numbers = await found.counts(span, utcnow())
    return {
        "items": [
            {"state": state, "title": NAMES[state], "dossiers": number} for state, number in numbers.items()
        ]
    }


@router.get("/{state}", response_model=None)
async def listed(
    state: ApologyCode,
    found: ApologiesDep,
    span: SpanDep,
    form: Annotated[Format, Query(alias="format", description="json, csv hoặc xlsx")] = Format.JSON,
    bom: Annotated[bool, Query(description="CSV bắt đầu bằng BOM, cho bảng tính")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return the dossiers in a state, the newest first: by the first letter, without one by the first late moment.

    Both appointments are given, and how each dossier stands against either.
    """
    wanted = found.wanted(state_of(state), span, utcnow())
    if form is not Format.JSON:
        return stream(form, f"xin-loi-{wanted.state}", COLUMNS, found.everything(wanted), bom=bom)
    page = await found.page(wanted, place_of(cursor), limit)
    answer = {
        "state": wanted.state,
        "title": NAMES[wanted.state],
        "items": page.rows,
        "cursor": cursor_of(page.after),
    }
    return Response(orjson.dumps(answer, default=str, option=orjson.OPT_UTC_Z), media_type="application/json")
