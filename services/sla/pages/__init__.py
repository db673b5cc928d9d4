"""Pages for people: the late list, one dossier's clock, a calendar, abuse screens and apologies."""

from fastapi import APIRouter

from services.sla.pages.apologies import router as apologies_router
from services.sla.pages.calendar import router as calendar_router
from services.sla.pages.calendar_decisions import router as calendar_decisions_router
from services.sla.pages.calendar_proposals import router as calendar_proposals_router
from services.sla.pages.cause import router as cause_router
from services.sla.pages.clock import router as clock_router
from services.sla.pages.filters import router as filters_router
from services.sla.pages.frozen import router as frozen_router
from services.sla.pages.late import router as late_router
from services.sla.pages.requests import router as requests_router
from services.sla.pages.screens import router as screens_router

router = APIRouter()
router.include_router(late_router)
router.include_router(clock_router)
router.include_router(calendar_router)
router.include_router(calendar_decisions_router)
router.include_router(calendar_proposals_router)
router.include_router(screens_router)
router.include_router(apologies_router)
router.include_router(cause_router)
router.include_router(frozen_router)
router.include_router(filters_router)
router.include_router(requests_router)
