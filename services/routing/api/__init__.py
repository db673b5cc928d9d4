"""HTTP of routing: catalogue, desk, dossiers and the steps on them, officers, counts."""

from fastapi import APIRouter

from services.routing.api.catalogue import TOPIC as CATALOGUE_TOPIC
from services.routing.api.catalogue import check_items
from services.routing.api.catalogue import router as catalogue_router
from services.routing.api.desk import router as desk_router
from services.routing.api.dossiers import router as dossiers_router
from services.routing.api.legs import router as legs_router
from services.routing.api.officers import router as officers_router
from services.routing.api.refusals import router as refusals_router
from services.routing.api.requests import router as requests_router

__all__ = ["CATALOGUE_TOPIC", "ROUTERS", "check_items"]
ROUTERS: tuple[APIRouter, ...] = (
    catalogue_router,
    desk_router,
    dossiers_router,
    legs_router,
    requests_router,
    refusals_router,
    officers_router,
)
