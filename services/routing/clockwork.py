"""What routing does by itself as time passes: dossiers of ended units pass on, old idempotency keys go."""

import asyncio

import structlog

from libs.db import TRANSIENT, transaction
from libs.idempotency import forget_old
from libs.runtime import Runtime
from services.routing.handlers.reference import Reference
from services.routing.handlers.sweeping import count_orphans, sweep

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Sweep for ever; a database that is away is waited for."""
    reference = Reference(lambda: runtime.catalogue)
    while True:
        try:
            moved = await sweep(runtime.pool, reference, chunk=runtime.settings.sweep_batch)
            count_orphans(reference)
            if moved:
                log.info("dossiers moved to successors", moved=moved)
            async with transaction(runtime.pool) as conn:
                await forget_old(conn)
        except TRANSIENT as error:
            log.warning("sweep put off", error=type(error).__name__)
        await asyncio.sleep(runtime.settings.sweep_pause)
