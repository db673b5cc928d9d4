"""What every role of a service holds while it runs: settings, pool, and the catalogue of this moment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from libs.catalogue import Catalogue
from libs.catalogue_store import CatalogueMirror
from libs.db import open_pool, retrying
from libs.pulse import Pulse
from libs.settings import ServiceSettings


@dataclass(slots=True, kw_only=True)
class Runtime:
    """The open things of one process. `settings` is the service's own subclass."""

    settings: Any
    pool: asyncpg.Pool
    mirror: CatalogueMirror
    pulse: Pulse = field(default_factory=Pulse)

    @property
    def catalogue(self) -> Catalogue:
        """Return the catalogue of this moment: take it once per piece of work, it may be newer next time."""
        return self.mirror.current

    async def refresh_catalogue(self) -> Catalogue:
        """Read what changed in the catalogue's table now, and return the newest."""
        await self.mirror.refresh(self.pool)
        return self.mirror.current


@contextlib.asynccontextmanager
async def open_runtime(settings: ServiceSettings, *, patience: float = 60.0) -> AsyncIterator[Runtime]:
    """Open the pool (waiting up to `patience` seconds for the server), read the catalogue and follow it."""
    pool = await retrying(lambda: open_pool(settings), deadline=patience)
    runtime = Runtime(settings=settings, pool=pool, mirror=CatalogueMirror(settings.service, settings.KINDS))
    try:
        await runtime.mirror.refresh(pool)
        follower = asyncio.create_task(runtime.mirror.follow(pool), name="catalogue")
        try:
            yield runtime
        finally:
            follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await follower
    finally:
        pool.terminate()
