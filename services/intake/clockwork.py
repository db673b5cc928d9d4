"""What intake does by itself: the long work of imports, and forgetting old idempotency keys."""

import asyncio
import time
from datetime import timedelta

import structlog

from libs.clock import utcnow
from libs.db import TRANSIENT, transaction
from libs.idempotency import forget_old
from libs.runtime import Runtime
from services.intake.handlers.jobs import Pace, work
from services.intake.store import batches

log = structlog.get_logger()
_IDLE = 0.3
_TIDY_EVERY = 3600.0
_ABANDONED = timedelta(days=7)


async def run(runtime: Runtime) -> None:
    """Work for ever. A batch found half done, after a crash, is carried on with."""
    pace = Pace(chunk=runtime.settings.import_chunk, ahead=runtime.settings.import_ahead)
    tidied = float("-inf")
    while True:
        try:
            if time.monotonic() - tidied > _TIDY_EVERY:
                tidied = time.monotonic()
                async with transaction(runtime.pool) as conn:
                    await forget_old(conn)
                    await batches.abandon(conn, before=utcnow() - _ABANDONED)
            busy = await work(runtime.pool, runtime.catalogue, now=utcnow(), pace=pace)
        except TRANSIENT as error:
            log.warning("import job waits", error=type(error).__name__)
            busy = False
        await asyncio.sleep(0 if busy else _IDLE)
