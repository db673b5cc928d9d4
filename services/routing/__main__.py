"""`python -m services.routing api|worker|relay|clockwork`: where routing is put together."""

from fastapi import FastAPI

from libs.http import build_app
from libs.operations import catalogue_router, operations_router
from libs.process import ServiceParts, main
from libs.runtime import Runtime
from libs.stream import Pipeline
from services.routing import agents, api, clockwork, pages
from services.routing.settings import RoutingSettings


def app(runtime: Runtime) -> FastAPI:
    """Return the HTTP application."""
    return build_app(
        runtime,
        api=[
            *api.ROUTERS,
            catalogue_router(api.CATALOGUE_TOPIC, api.check_items),
            operations_router(pipeline(runtime)),
        ],
        pages=[pages.router],
        title="Một Cửa: luân chuyển hồ sơ",
    )


def pipeline(runtime: Runtime) -> Pipeline:
    """Return what the worker does."""
    return agents.pipeline(lambda: runtime.catalogue)


PARTS = ServiceParts(
    name="routing",
    app=app,
    pipeline=pipeline,
    clockwork=clockwork.run,
    settings=RoutingSettings,
    writes=("routing.events", "routing.catalogue"),
)

if __name__ == "__main__":
    main(PARTS)
