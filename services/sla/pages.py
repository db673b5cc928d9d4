"""Pages for people: the late list, and one dossier's clock."""

from fastapi import APIRouter

router = APIRouter()
