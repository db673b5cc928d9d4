"""Composition root: `python -m services.intake api|worker|relay|clockwork`."""

from fastapi import FastAPI

from libs.http import build_app
from libs.operations import operations_router
from libs.process import ServiceParts, main
from libs.runtime import Runtime
from services.intake.agents import pipeline
from services.intake.api import ROUTERS
from services.intake.clockwork import run
from services.intake.pages import routers
from services.intake.settings import IntakeSettings


def app(runtime: Runtime) -> FastAPI:
    """Return the application of a runtime."""
    operations = operations_router(pipeline(runtime))
    return build_app(runtime, api=[*ROUTERS, operations], pages=routers(), title="Một Cửa: tiếp nhận")


PARTS = ServiceParts(
    name="intake",
    app=app,
    pipeline=pipeline,
    clockwork=run,
    settings=IntakeSettings,
    writes=("intake.events", "intake.catalogue"),
)

if __name__ == "__main__":
    main(PARTS)
