"""`python -m services.sla api relay clockwork` or `worker`: the only place that builds sla."""

from typing import TYPE_CHECKING

from libs.process import ServiceParts, main
from libs.runtime import Runtime
from libs.stream import Pipeline
from services.sla import agents
from services.sla.clockwork import run_clockwork
from services.sla.settings import SlaSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def pipeline(runtime: Runtime) -> Pipeline:
    """Return what the worker does."""
    return agents.pipeline(lambda: runtime.catalogue)


def app(runtime: Runtime) -> "FastAPI":
    """Return the application."""
    from libs.http import build_app
    from libs.operations import catalogue_router, operations_router
    from services.sla import api, pages

    return build_app(
        runtime,
        api=[
            *api.routers(),
            catalogue_router("sla.catalogue", api.check_items),
            operations_router(pipeline(runtime)),
        ],
        pages=[pages.router],
        title="Một Cửa: đồng hồ thời hạn",
    )


PARTS = ServiceParts(
    name="sla",
    app=app,
    pipeline=pipeline,
    clockwork=run_clockwork,
    settings=SlaSettings,
    writes=("sla.events", "sla.catalogue"),
)

if __name__ == "__main__":
    main(PARTS)
