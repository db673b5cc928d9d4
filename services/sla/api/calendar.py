"""GET /calendar: which days are worked at a unit, and by which decision."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from law.rule_set import UnknownRuleSetError, rule_sets
from law.timeline import OutsideCalendarError
from libs.errors import DomainError, NotFoundError
from services.sla.api.common import Reader, RulebookDep
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.year import as_json, year_of

router = APIRouter(tags=["calendar"])
Year = Annotated[int, Query(ge=2018, le=2100, description="Năm")]
Unit = Annotated[str | None, Query(max_length=80, description="Mã đơn vị; để trống: cả nước")]


@router.get("/calendar")
async def calendar(_identity: Reader, rulebook: RulebookDep, year: Year, unit: Unit = None) -> dict[str, Any]:
    """Return every day of a year as a unit works it."""
    days = [as_json(day) for day in days_of(rulebook, unit, year)]
    working = sum(bool(day["sessions"]) for day in days)
    return {"unit": unit, "year": year, "working_days": working, "days": days}


def days_of(rulebook: Rulebook, unit: str | None, year: int) -> list[Any]:
    """Return the days; raises NotFoundError for an unknown unit, DomainError for a year nobody decided on."""
    if unit and rulebook.catalogue.unit(unit) is None:
        raise NotFoundError("unit", "unit_unknown", f"Không có đơn vị {unit}")
    try:
        rules = rule_sets().on(date(year, 12, 31))
        return list(year_of(rulebook.calendar(unit, rules), year))
    except (OutsideCalendarError, UnknownRuleSetError):
        raise DomainError("year", "outside_calendar", f"Chưa có lịch làm việc của năm {year}") from None
