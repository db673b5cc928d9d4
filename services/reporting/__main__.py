"""`python -m services.reporting api clockwork` or `worker`: the only place that builds reporting."""

from typing import TYPE_CHECKING

from prometheus_client import REGISTRY

from libs.clock import utcnow
from libs.process import ServiceParts, main
from libs.runtime import Runtime
from libs.stream import Pipeline
from services.reporting import agents
from services.reporting.clockwork import Refresher
from services.reporting.metrics import FiguresCollector
from services.reporting.settings import ReportingSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def pipeline(runtime: Runtime) -> Pipeline:
    """Return what the worker does."""
    return agents.pipeline(lambda: runtime.catalogue)


def app(runtime: Runtime) -> "FastAPI":
    """Return the application."""
    from libs.http import build_app
    from libs.operations import operations_router
    from services.reporting import api, pages

    operations = operations_router(pipeline(runtime))
    return build_app(runtime, api=[api.router, operations], pages=[pages.router], title="Một Cửa: báo cáo")


async def clockwork(runtime: Runtime) -> None:
    """Renew the gauges for ever."""
    collector = FiguresCollector()
    REGISTRY.register(collector)
    await Refresher(runtime.pool, collector, utcnow).run(runtime.settings.snapshot_seconds)


PARTS = ServiceParts(
    name="reporting",
    app=app,
    pipeline=pipeline,
    clockwork=clockwork,
    settings=ReportingSettings,
)

if __name__ == "__main__":
    main(PARTS)
