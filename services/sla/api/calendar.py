"""GET /calendar: which days are worked at a unit, and by which decision."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.year import as_json, days_of

router = APIRouter(tags=["calendar"])
Year = Annotated[int, Query(ge=2018, le=2100, description="Năm")]
Unit = Annotated[str | None, Query(max_length=80, description="Mã đơn vị; để trống: cả nước")]


@router.get("/calendar")
async def calendar(_identity: Reader, rulebook: RulebookDep, year: Year, unit: Unit = None) -> dict[str, Any]:
    """Return every day of a year as a unit works it."""
    days = [as_json(day) for day in days_of(rulebook, unit, year)]
    working = sum(bool(day["sessions"]) for day in days)
    return {"unit": unit, "year": year, "working_days": working, "days": days}
