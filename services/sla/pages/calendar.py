"""The page of a unit's calendar: a year at a glance, and the decisions behind it."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from law.calendar import Day
from law.lunar import lunar
from libs.clock import VN, utcnow
from libs.errors import DomainError
from libs.ui import page
from services.sla.domain.words import WEEKDAYS
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.year import days_of, usual_hours
from services.sla.pages import calendar_words as words
from services.sla.pages.common import ENV

router = APIRouter()


@router.get("/lich")
async def calendar_page(
    identity: Reader,
    rulebook: RulebookDep,
    unit: Annotated[str, Query(max_length=80)] = "",
    year: Annotated[str, Query(max_length=4)] = "",
) -> HTMLResponse:
    """Show which days of a year a unit works, and which decisions say so."""
    now = utcnow()
    errors: list[DomainError] = []
    number = int(year) if year.isascii() and year.isdigit() else now.astimezone(VN).year
    days: list[Day] = []
    try:
        days = days_of(rulebook, unit.strip() or None, number)
    except DomainError as error:
        errors.append(error)
    return page(
        ENV,
        "calendar.html",
        status=422 if errors else 200,
        identity=identity,
        now=now,
        errors=errors,
        unit=unit.strip(),
        unit_name=rulebook.catalogue.name_of(unit.strip()) if unit.strip() else "Cả nước",
        year=number,
        months=[[day for day in days if day.date.month == month] for month in range(1, 13)] if days else [],
        worked=sum(day.is_worked for day in days),
        usual=usual_hours(days),
        decided=[day for day in days if day.decision and not day.is_weekly],
        kinds=words.KINDS,
        signs=words.SIGNS,
        hours=words.hours,
        weekday_words=words.weekdays,
        weekdays=WEEKDAYS,
        lunar=lunar,
    )
