"""Pages of the counter."""

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Return the routers of the pages."""
    return ()
