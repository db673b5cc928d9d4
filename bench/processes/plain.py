"""The same transaction and handlers without Faust: a service's pipeline under the plain loop."""

import importlib
import os

import uvloop

from bench.processes.marks import mark
from libs.plain import run_plain
from libs.process import spare_collector
from libs.runtime import open_runtime


async def main() -> None:
    """Apply everything the service named in MOTCUA_SERVICE hears, once."""
    parts = importlib.import_module(f"services.{os.environ['MOTCUA_SERVICE']}.__main__").PARTS
    settings = parts.settings(service=parts.name)
    async with open_runtime(settings) as runtime:
        await runtime.refresh_catalogue()
        await run_plain(
            runtime, parts.pipeline(runtime), until_end=True, progress=lambda done, _all: mark(done)
        )


if __name__ == "__main__":
    spare_collector()
    uvloop.run(main())
