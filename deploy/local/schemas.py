"""Bring every service's schema up to date, as the service's own role."""

import asyncio

from deploy.local.errors import StackError
from deploy.local.secret_store import SERVICES
from deploy.local.servers import Servers
from libs.migrate import MigrationError, folder_of, migrate


async def migrate_all(servers: Servers) -> None:
    """Migrate the four schemas side by side; raises `StackError` where files and database contradict each other."""
    await asyncio.gather(*(_migrate(servers, service) for service in SERVICES))


async def _migrate(servers: Servers, service: str) -> None:
    try:
        await migrate(servers.service_dsn(service), service, folder_of(service))
    except MigrationError as error:
        raise StackError(
            f"The tables of {service} cannot be brought up to date ({error}): begin anew with 'motcua up --fresh', "
            "or go back to the program that made them."
        ) from error
