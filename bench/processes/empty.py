"""Our pipeline with a handler that does nothing: parsing, order, progress and offsets, under Faust or plainly."""

import sys
from collections.abc import Sequence

import uvloop

from bench.processes.marks import mark
from contracts.envelope import DossierEvent
from contracts.topics import heard_by
from libs.db import Connection
from libs.plain import run_plain
from libs.process import spare_collector
from libs.runtime import Runtime, open_runtime
from libs.settings import ServiceSettings
from libs.stream import Pipeline
from libs.worker import run_worker


async def _nothing(_conn: Connection, _events: Sequence[DossierEvent]) -> None:
    """Apply nothing."""


def pipeline(runtime: Runtime) -> Pipeline:
    """Return the pipeline of the service whose environment this is, without its handler."""
    service = runtime.settings.service
    return Pipeline(service=service, topics=heard_by(service), handler=_nothing)


async def plainly(settings: ServiceSettings) -> None:
    """Apply everything once without Faust."""
    async with open_runtime(settings) as runtime:
        await run_plain(runtime, pipeline(runtime), until_end=True, progress=lambda done, _all: mark(done))


if __name__ == "__main__":
    spare_collector()
    if sys.argv[1:] == ["plain"]:
        uvloop.run(plainly(ServiceSettings()))
    else:
        run_worker(pipeline, ServiceSettings())
