"""Kafka's jars: fetched one by one from Maven Central by the pinned lock, checked by SHA-256, kept per user."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError

LOCK_FILE = Path(__file__).with_name("kafka-4.3.1.lock")
_LINE = re.compile(
    r"(?P<group>\S+):(?P<artifact>\S+):(?P<version>\S+)\s+sha256:(?P<sha256>[0-9a-f]{64})\s+(?P<size>\d+)"
)

Fetch = Callable[["Jar", Path], Path]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned file of the broker's class path."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """Its name in the cache folder."""
        return f"{self.artifact}-{self.version}.jar"

    def is_good(self, file: Path) -> bool:
        """Return whether the file is there, whole and unchanged."""
        if not file.is_file() or file.stat().st_size != self.size:
            return False
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == self.sha256


def read_lock(text: str) -> list[Jar]:
    """Return the jars of a lock file; raises ValueError at a line that is none."""
    jars = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if not match:
            raise ValueError(f"not a line of a jar lock: {line!r}")
        group, artifact, version, sha256, size = match.groups()
        jars.append(Jar(group, artifact, version, sha256, int(size)))
    return jars


def ensure(cache: Path, *, tell: Tell = lambda _done, _all: None, fetch: Fetch | None = None) -> Path:
    """Return the folder that holds every jar of the lock, verified; what is missing is fetched.

    `tell(done_bytes, all_bytes)` hears of progress. What has arrived stays when a later file fails.
    """
    jars = read_lock(LOCK_FILE.read_text())
    folder = cache / LOCK_FILE.stem
    folder.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in jars if not jar.is_good(folder / jar.file_name)]
    if missing:
        _fetch_all(missing, folder, tell=tell, fetch=fetch or fetch_with_jgo)
    return folder


def _fetch_all(missing: Sequence[Jar], folder: Path, *, tell: Tell, fetch: Fetch) -> None:
    everything, done = sum(jar.size for jar in missing), 0
    tell(0, everything)
    with (
        tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetch-") as scratch,
        ThreadPoolExecutor(4) as pool,
    ):
        jobs = [(jar, pool.submit(_fetch_one, jar, folder, Path(scratch), fetch)) for jar in missing]
        try:
            for jar, job in jobs:
                job.result()
                done += jar.size
                tell(done, everything)
        finally:
            for _, job in jobs:
                job.cancel()


def _fetch_one(jar: Jar, folder: Path, scratch: Path, fetch: Fetch) -> None:
    try:
        arrived = fetch(jar, scratch)
    except (OSError, RuntimeError, AssertionError) as error:
        raise StackError(
            f"{jar.file_name}, a part of Kafka, could not be fetched from Maven Central ({type(error).__name__}): "
            "check the network or proxy and start again; what has arrived is kept."
        ) from error
    if not jar.is_good(arrived):
        raise StackError(
            f"{jar.file_name} arrived damaged or is not the pinned file (its SHA-256 differs): "
            "start again, and if it happens twice look at the proxy in between."
        )
    shutil.move(arrived, folder / jar.file_name)


def fetch_with_jgo(jar: Jar, scratch: Path) -> Path:
    """Fetch one jar into `scratch`, without its dependencies, and return its path."""
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=scratch, timeout=60)
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    return Path(artifact.resolve())
