"""HTTP for programs."""

from collections.abc import Iterator, Sequence

from fastapi import APIRouter

from contracts.catalogue import CalendarDecision, CalendarDecisionItem, CatalogueItem
from law.days import InvalidDayError
from libs.catalogue import Catalogue
from libs.errors import DomainError, ManyErrors
from services.sla.api import (
    apologies,
    calendar,
    causes,
    clock,
    filters,
    frozen,
    late,
    lists,
    requests,
    screens,
)
from services.sla.handlers.rulebook import as_decision


def routers() -> list[APIRouter]:
    """Return the routers of sla's own API."""
    return [
        late.router,
        causes.router,
        filters.router,
        frozen.router,
        requests.router,
        clock.router,
        lists.router,
        calendar.router,
        screens.router,
        apologies.router,
    ]


def check_items(items: Sequence[CatalogueItem], catalogue: Catalogue) -> None:
    """Raise ManyErrors for calendar decisions that make no sense: unknown unit, a day twice, bad sessions."""
    decisions = [item.data for item in items if isinstance(item, CalendarDecisionItem)]
    wrong = [error for decision in decisions for error in _wrong(decision, catalogue)]
    if wrong:
        raise ManyErrors(wrong)


def _wrong(decision: CalendarDecision, catalogue: Catalogue) -> Iterator[DomainError]:
    code = decision.code
    if decision.unit and catalogue.units and catalogue.unit(decision.unit) is None:
        yield DomainError("unit", "unit_unknown", f"{code}: không có đơn vị {decision.unit}")
    dates = [day.date for day in decision.days]
    for twice in sorted({day for day in dates if dates.count(day) > 1}):
        yield DomainError("days", "day_twice", f"{code}: ngày {twice:%d/%m/%Y} ghi hai lần")
    try:
        as_decision(decision)
    except InvalidDayError:
        yield DomainError("days", "sessions_overlap", f"{code}: giờ làm việc chồng nhau hoặc đi lùi")
