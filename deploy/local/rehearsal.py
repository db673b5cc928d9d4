"""Kafka's start rehearsed once: what Java learned by it is kept, and every later start takes half the processor time."""

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import kafka_admin, ports
from deploy.local.children import Nursery, stop
from deploy.local.errors import StackError
from deploy.local.kafka import Kafka
from deploy.local.kafka_admin import KafkaAccess
from deploy.local.places import Places, prepare
from deploy.local.progress import Teller
from deploy.local.runtimes import Programs
from deploy.local.secret_store import SERVICES, load_or_create

_SINCE_JAVA = 25
"""Older ones cannot keep loaded and linked classes in one step (JEP 514)."""
_PATIENCE = 120.0


async def rehearse(programs: Programs, places: Places, nursery: Nursery, teller: Teller) -> bool:
    """Start and stop a broker in a folder of its own, keeping its loaded classes for `Programs.archive`.

    Nothing is done (False) where they are kept already, where this Java cannot, or while somebody else does it. A
    failure costs later starts their speed and nothing else: it is told, not raised, and not tried again.
    """
    archive = programs.archive
    failed = archive.with_suffix(".failed")
    if archive.exists() or failed.exists() or java_version(programs.java_home) < _SINCE_JAVA:
        return False
    stage = Places(places.home / "rehearsal", places.base / "rehearsal", places.account)
    try:
        with _alone(archive.with_suffix(".lock")):
            prepare(stage)
            with teller.part("Kafka's start rehearsed, once for this Java and Kafka"):
                await _perform(
                    programs, stage, nursery.beside(Places(places.home, stage.base, places.account))
                )
            _keep(stage.tmp / archive.name, archive, owner=places.account.uid)
    except BlockingIOError:
        return False
    except (StackError, OSError) as error:
        with contextlib.suppress(OSError):
            failed.touch()
        teller.say(
            f"Kafka's start could not be rehearsed and will not become faster (delete {failed} to try again): {error}"
        )
    finally:
        for folder in {stage.home, stage.base}:
            shutil.rmtree(folder, ignore_errors=True)
    return True


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold a lock; raises BlockingIOError while another process does."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


def java_version(home: Path) -> int:
    """Return the feature version of a Java runtime, 0 where it does not say."""
    release = home / "release"
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text() if release.exists() else "", re.MULTILINE)
    return int(found[1]) if found else 0


async def _perform(programs: Programs, stage: Places, nursery: Nursery) -> None:
    secrets = load_or_create(stage.home / "secrets.json")
    chosen = ports.keep(stage.home / "ports.json", ("kafka", "controller"))
    learn = (f"-XX:AOTCacheOutput={stage.tmp / programs.archive.name}",)
    broker = Kafka(stage, programs, chosen["kafka"], chosen["controller"], secrets, learn, signal.SIGKILL)
    try:
        child = await broker.start(nursery)
        access = KafkaAccess(broker.bootstrap, "provision", secrets.password("provision"))
        passwords = {service: secrets.password(service) for service in SERVICES}
        await asyncio.to_thread(kafka_admin.provision, access, passwords)
        await stop(child, signal.SIGTERM, patience=_PATIENCE)
    finally:
        await nursery.close()


def _keep(made: Path, archive: Path, *, owner: int) -> None:
    """Put the archive where every account can read and only the caller can change it.

    It was made by an account that we do not trust: no link is followed, and nobody else's file is published.
    """
    with os.fdopen(os.open(made, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as source:
        state = os.fstat(source.fileno())
        if not stat.S_ISREG(state.st_mode) or state.st_nlink != 1 or state.st_uid != owner:
            raise StackError(f"{made} is not what the broker made.")
        fresh = archive.with_suffix(".new")
        with fresh.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    fresh.chmod(0o644)
    fresh.replace(archive)
