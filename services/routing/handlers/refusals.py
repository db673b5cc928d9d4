"""What is kept of a step that was refused: its transaction is gone, so it is done in another one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from libs.db import Pool, transaction
from libs.errors import DomainError
from services.routing.handlers.commands import Commands
from services.routing.store import refusals


@asynccontextmanager
async def keeping(pool: Pool, commands: Commands) -> AsyncIterator[None]:
    """Keep the extension that was refused inside, if one was; the error goes on."""
    try:
        yield
    except DomainError:
        if commands.refused is not None:
            async with transaction(pool) as conn:
                await refusals.keep(conn, commands.refused)
        raise
