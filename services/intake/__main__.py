"""Composition root: `python -m services.intake api|worker|relay|clockwork`."""

from typing import TYPE_CHECKING

from libs.process import ServiceParts, main
from libs.runtime import Runtime
from services.intake.agents import pipeline
from services.intake.settings import IntakeSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def app(runtime: Runtime) -> "FastAPI":
    """Return the application of a runtime."""
    from libs.http import build_app
    from libs.operations import operations_router
    from services.intake.api import ROUTERS
    from services.intake.pages import routers

    operations = operations_router(pipeline(runtime))
    return build_app(runtime, api=[*ROUTERS, operations], pages=routers(), title="Một Cửa: tiếp nhận")


async def clockwork(runtime: Runtime) -> None:
    """Do what intake does by itself, for ever."""
    from services.intake.clockwork import run

    await run(runtime)


PARTS = ServiceParts(
    name="intake",
    app=app,
    pipeline=pipeline,
    clockwork=clockwork,
    settings=IntakeSettings,
    writes=("intake.events", "intake.catalogue"),
)

if __name__ == "__main__":
    main(PARTS)
