"""Pages of the counter: today, reception with its slip, search, results to collect."""

from fastapi import APIRouter

from services.intake.pages import lookup, reception, start


def routers() -> tuple[APIRouter, ...]:
    """Return the routers of the pages."""
    return start.router, reception.router, lookup.router
