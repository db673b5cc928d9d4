"""Pages for people: the desk's open dossiers, and one dossier with the steps one may take."""

from fastapi import APIRouter

from services.routing.pages.desk import router as desk_router
from services.routing.pages.dossier import router as dossier_router
from services.routing.pages.letter import router as letter_router

router = APIRouter()
router.include_router(desk_router)
router.include_router(dossier_router)
router.include_router(letter_router)
