"""Throw away everything a stack has kept: data, passwords, log files."""

import asyncio
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from contracts.topics import TOPICS
from deploy.local import roles
from deploy.local.errors import StackError
from deploy.local.kafka_admin import KafkaAdmin
from deploy.local.locks import StackLock, stop_launcher
from deploy.local.places import locate
from deploy.local.postgres import DATABASE
from deploy.local.servers import given_kafka
from deploy.local.settings import LocalSettings


def anything(settings: LocalSettings) -> bool:
    """Return whether there is something to throw away."""
    given = settings.database_url or settings.kafka_bootstrap
    return bool(given) or locate(settings).exists() or settings.home.exists()


def doomed(settings: LocalSettings) -> list[str]:
    """Return what `wipe` deletes, in words. Given servers are shared: other stacks on them lose their data, too."""
    said = [f"all data of the stack in {settings.home}"]
    if settings.database_url:
        host = urlsplit(settings.database_url)
        said.append(f"the database {DATABASE!r} at {host.hostname}:{host.port or 5432}, whoever uses it")
    if access := given_kafka(settings):
        said.append(f"the {len(TOPICS)} topics {TOPICS[0].name}, … at {access.bootstrap}, whoever uses them")
    return said


def wipe(settings: LocalSettings) -> None:
    """Stop the stack and delete its state; on given servers, its database and topics."""
    stop_launcher(settings.home)
    places = locate(settings)
    if settings.database_url:
        asyncio.run(_drop_database(settings.database_url))
    if access := given_kafka(settings):
        KafkaAdmin(access).delete_topics([topic.name for topic in TOPICS])
    if not places.home.exists():
        return
    lock = StackLock(places.home)
    lock.acquire()
    try:
        for folder in {places.base, places.home}:
            _empty(folder)
        if places.base != places.home and places.base.exists():
            places.base.rmdir()
    finally:
        lock.release()


def _empty(folder: Path) -> None:
    for entry in folder.iterdir() if folder.exists() else ():
        try:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        except OSError as error:
            raise StackError(f"{entry} cannot be deleted ({error.strerror}): delete it by hand.") from error


async def _drop_database(dsn: str) -> None:
    connection = await roles.connect(dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    finally:
        await connection.close()
