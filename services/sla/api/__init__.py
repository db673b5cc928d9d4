"""HTTP for programs."""

from fastapi import APIRouter

from services.sla.api import (
    apologies,
    breaches,
    calendar,
    calendar_decisions,
    calendar_proposals,
    causes,
    clock,
    filters,
    frozen,
    late,
    lists,
    requests,
    screens,
)
from services.sla.handlers.calendar_rules import check_seed as check_items

__all__ = ["check_items", "routers"]


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
        breaches.router,
        calendar.router,
        calendar_decisions.router,
        calendar_proposals.router,
        screens.router,
        apologies.router,
    ]
