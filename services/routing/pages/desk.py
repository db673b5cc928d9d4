"""The desk: open dossiers of my units, the most urgent first."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.errors import DomainError
from libs.http import CatalogueDep, RuntimeDep
from libs.identity import Identity, SignedIn
from libs.paging import encode_cursor, moment, own_id, read_cursor
from libs.ui import page
from services.routing.handlers.lists import SOON, units_of
from services.routing.pages.words import ENV, ROLES, days_to
from services.routing.store import finding

router = APIRouter()
_ROWS = 50
VIEWS = (
    ("", "Tất cả"),
    ("mine", "Việc của tôi"),
    ("expired", "Quá hạn chờ bổ sung"),
    ("asked", "Chờ ý kiến"),
)


@router.get("/")
async def start(
    identity: SignedIn,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
    unit: Annotated[str, Query(max_length=80)] = "",
    view: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    """Show the desk."""
    now, errors = utcnow(), []
    units: finding.Scope = frozenset()
    try:
        units = units_of(identity, catalogue, unit.strip() or None)
        query = _query(identity, units, view, cursor)
    except DomainError as error:
        errors, query = [error], finding.DeskQuery(units=frozenset())
    async with runtime.pool.acquire() as conn:
        rows = await finding.desk(conn, query)
        counts = await finding.counts(conn, units, now, now + SOON)
    return page(
        ENV,
        "desk.html",
        status=errors[0].status if errors else 200,
        identity=identity,
        now=now,
        errors=errors,
        rows=_rows(rows[:_ROWS], catalogue, now),
        counts=counts,
        views=VIEWS,
        chosen={"unit": unit, "view": view},
        next_page=_next(rows, unit, view),
        is_first=cursor is None,
    )


def _query(identity: Identity, units: finding.Scope, view: str, cursor: str | None) -> finding.DeskQuery:
    return finding.DeskQuery(
        units=units,
        officer=identity.staff_id if view == "mine" else None,
        after=read_cursor(cursor, moment, own_id),
        only_expired=view == "expired",
        only_asked=view == "asked",
        limit=_ROWS + 1,
    )


def _next(rows: Any, unit: str, view: str) -> str:
    if len(rows) <= _ROWS:
        return ""
    last = rows[_ROWS - 1]
    place = encode_cursor([last["sort_due"].isoformat(), last["id"]])
    return "/routing/?" + urlencode({"unit": unit, "view": view, "cursor": place})


def _rows(rows: Any, catalogue: Catalogue, now: datetime) -> list[dict[str, Any]]:
    names = {procedure.code: procedure.name for procedure in catalogue.procedures()}
    return [
        _shown(row, catalogue, now) | {"procedure": names.get(row["procedure_code"], row["procedure_code"])}
        for row in rows
    ]


def _shown(row: Any, catalogue: Catalogue, now: datetime) -> dict[str, Any]:
    due = row["due_current"] or row["appointment_at"]
    return {
        "code": row["code"] or str(row["id"]),
        "received_at": row["received_at"],
        "due": due,
        "days": days_to(due, now),
        "late": row["late_at"] is not None and row["late_at"] <= now,
        "waiting": row["waiting_since"] is not None,
        "wait_expired": row["wait_expired_at"] is not None,
        "unit": catalogue.name_of(row["leg_unit"] or ""),
        "role": ROLES.get(row["leg_role"], row["leg_role"]),
        "leg_no": row["leg_no"],
        "incoming": row["under_way_to"] is not None and row["under_way_to"] == row["leg_unit"],
        "free": row["leg_officer"] is None,
    }
