"""Kafka's start rehearsed once: what Java learned by it is kept, and every later start takes half the processor time."""

import asyncio
import fcntl
import os
import re
import shutil
import signal
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
    failed = programs.archive.with_suffix(".failed")
    if programs.archive.exists() or failed.exists() or java_version(programs.java_home) < _SINCE_JAVA:
        return False
    lock = os.open(programs.archive.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    stage = Places(places.home / "rehearsal", places.base / "rehearsal", places.account)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        prepare(stage)
        with teller.part("Kafka's start rehearsed, once for this Java and Kafka"):
            await _perform(programs, stage, nursery)
        _keep(stage.tmp / programs.archive.name, programs.archive)
    except BlockingIOError:
        return False
    except (StackError, OSError) as error:
        failed.touch()
        teller.say(f"Kafka's start could not be rehearsed, so it will not become faster: {error}")
    finally:
        for folder in {stage.home, stage.base}:
            shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)
    return True


def java_version(home: Path) -> int:
    """Return the feature version of a Java runtime, 0 where it does not say."""
    release = home / "release"
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text() if release.exists() else "", re.MULTILINE)
    return int(found[1]) if found else 0


async def _perform(programs: Programs, stage: Places, nursery: Nursery) -> None:
    secrets = load_or_create(stage.home / "secrets.json")
    chosen = ports.keep(stage.home / "ports.json", ("kafka", "controller"))
    learn = (f"-XX:AOTCacheOutput={stage.tmp / programs.archive.name}",)
    broker = Kafka(stage, programs, chosen["kafka"], chosen["controller"], secrets, learn)
    child = await broker.start(nursery)
    try:
        access = KafkaAccess(broker.bootstrap, "provision", secrets.password("provision"))
        passwords = {service: secrets.password(service) for service in SERVICES}
        await asyncio.to_thread(kafka_admin.provision, access, passwords)
    finally:
        await stop(child, signal.SIGTERM, patience=_PATIENCE)


def _keep(made: Path, archive: Path) -> None:
    """Put the archive where every account can read and only its owner can change it."""
    fresh = archive.with_suffix(".new")
    shutil.copyfile(made, fresh)
    fresh.chmod(0o644)
    fresh.replace(archive)
