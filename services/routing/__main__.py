"""`python -m services.routing api|worker|relay|clockwork`: where routing is put together."""

from typing import TYPE_CHECKING

from libs.process import ServiceParts, main
from libs.runtime import Runtime
from libs.stream import Pipeline
from services.routing import agents
from services.routing.settings import RoutingSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def app(runtime: Runtime) -> "FastAPI":
    """Return the HTTP application."""
    from libs.http import build_app
    from libs.operations import catalogue_router, operations_router
    from services.routing import api, pages

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


async def clockwork(runtime: Runtime) -> None:
    """Do what routing does by itself, for ever."""
    from services.routing.clockwork import run

    await run(runtime)


PARTS = ServiceParts(
    name="routing",
    app=app,
    pipeline=pipeline,
    clockwork=clockwork,
    settings=RoutingSettings,
    writes=("routing.events", "routing.catalogue"),
)

if __name__ == "__main__":
    main(PARTS)
