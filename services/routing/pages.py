"""Routing's page for the desk."""

from fastapi import APIRouter

router = APIRouter()
