"""Only the two servers, shared by whoever holds a lock on the state folder: what the tests run on.

The first who needs them starts a launcher; it ends some seconds after the last one has let go (or died).
"""

import asyncio
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import kafka_admin, roles
from deploy.local.children import Nursery, together
from deploy.local.errors import StackError
from deploy.local.locks import StackLock, launcher_pid
from deploy.local.places import locate, prepare, write_private
from deploy.local.progress import Teller
from deploy.local.secret_store import load_or_create
from deploy.local.servers import Servers, ServerStarter, describe, kept_ports
from deploy.local.settings import LocalSettings

_READY = "servers-ready"
_USERS = "users.lock"
_LOOK_EVERY = 0.5


async def run(settings: LocalSettings, *, linger: float) -> None:
    """Start the servers and their accounts, stay until nobody has used them for `linger` seconds."""
    places = locate(settings)
    prepare(places)
    lock = StackLock(places.home)
    lock.acquire()
    ready = places.home / _READY
    ready.unlink(missing_ok=True)
    nursery = Nursery(places, lock.descriptor, watchdog=settings.watchdog)
    starter = ServerStarter(settings, places, load_or_create(places.home / "secrets.json"), Teller())
    users = os.open(places.home / _USERS, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await starter.stage()
        servers = describe(settings, starter.secrets, starter.ports)
        await together(_database(servers, starter, nursery), _broker(servers, starter, nursery))
        write_private(ready, json.dumps({"pid": os.getpid()}))
        await _while_used(users, starter, linger)
    finally:
        ready.unlink(missing_ok=True)
        await nursery.close()
        lock.release()
        os.close(users)  # only now may a newcomer, who waits for it, start anew


async def _database(servers: Servers, starter: ServerStarter, nursery: Nursery) -> None:
    await starter.postgres(nursery)
    await roles.provision(servers.owner_dsn, servers.database, servers.dsn_passwords)


async def _broker(servers: Servers, starter: ServerStarter, nursery: Nursery) -> None:
    await starter.kafka(nursery)
    await asyncio.to_thread(kafka_admin.provision, servers.kafka, servers.kafka_passwords)


async def _while_used(users: int, starter: ServerStarter, linger: float) -> None:
    """Return, holding the users' lock, once nobody else has held it for `linger` seconds."""
    idle_since: float | None = None
    while True:
        starter.raise_if_ended()
        if not _try_alone(users):
            idle_since = None
        else:
            idle_since = idle_since or time.monotonic()
            if time.monotonic() - idle_since >= linger:
                return
            fcntl.flock(users, fcntl.LOCK_UN)
        await asyncio.sleep(_LOOK_EVERY)


def _try_alone(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def shared(settings: LocalSettings, *, linger: float = 20.0, limit: float = 180.0) -> Iterator[Servers]:
    """Hold the servers of `settings.home`, started if nobody has; raises `StackError` where they do not start."""
    prepare(locate(settings))
    users = os.open(settings.home / _USERS, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        _ensure_running(settings, linger=linger, limit=limit)
        secrets = load_or_create(settings.home / "secrets.json")
        yield describe(settings, secrets, kept_ports(settings.home))
    finally:
        os.close(users)


def _ensure_running(settings: LocalSettings, *, linger: float, limit: float) -> None:
    end, launcher = time.monotonic() + limit, None
    output = settings.home / "log" / "servers.log"
    while not is_ready(settings.home):
        if launcher_pid(settings.home) is None and launcher is None:
            launcher = _spawn(settings, output, linger)
        if launcher and launcher.poll() is not None:
            if launcher_pid(settings.home) is None:
                last = output.read_text().strip().splitlines()[-1:] or ["no output"]
                raise StackError(f"The servers did not start: {last[0]}")
            launcher = None
        if time.monotonic() > end:
            raise StackError(f"The servers were not ready within {limit:.0f} s: see {output}.")
        time.sleep(0.05)


def is_ready(home: Path) -> bool:
    """Return whether the servers of `home` are ready."""
    try:
        ready = json.loads((home / _READY).read_text())
    except (FileNotFoundError, ValueError):
        return False
    return bool(ready["pid"] == launcher_pid(home))


def _spawn(settings: LocalSettings, output: Path, linger: float) -> subprocess.Popen[bytes]:
    """Start the launcher in a session of its own; it takes the state folder and the given servers with it."""
    argv = [sys.executable, "-m", "deploy.local", "servers", "--linger", str(linger)]
    with output.open("wb") as log:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=Path(__file__).parents[2],
            env=settings.child_environment(),
        )
