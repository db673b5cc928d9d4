"""The project's own processes in the default run: which there are, and what each finds in its environment."""

import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.children import Command
from deploy.local.ports import HOST
from deploy.local.secret_store import SERVICES
from deploy.local.servers import Servers

_ROLES = {"": ("api", "relay", "clockwork"), "-worker": ("worker",)}


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """A process that listens: its name, service, roles and probes."""

    name: str
    service: str
    roles: tuple[str, ...]

    @property
    def probe(self) -> str:
        """The path that says whether it is ready."""
        return f"/{self.service}/readyz" if self.service else "/readyz"

    @property
    def metrics(self) -> str:
        """The path Prometheus reads, or '' for none."""
        return f"/{self.service}/metrics" if self.service else ""


PROCESSES: tuple[ProcessSpec, ...] = tuple(
    ProcessSpec(service + ending, service, roles) for service in SERVICES for ending, roles in _ROLES.items()
)
GATEWAY = ProcessSpec("gateway", "", ())


def service_command(
    spec: ProcessSpec, *, servers: Servers, ports: Mapping[str, int], home: Path, public_key: str
) -> Command:
    """Return how a service's process is started."""
    secured = servers.kafka.secured
    env = {
        "DATABASE_URL": servers.service_dsn(spec.service),
        "SCHEMA": spec.service,
        "KAFKA_BOOTSTRAP": servers.kafka.bootstrap,
        "KAFKA_USERNAME": spec.service if secured else "",
        "KAFKA_PASSWORD": servers.kafka_passwords[spec.service] if secured else "",
        "KAFKA_SECURITY": servers.kafka.security,
        "HOST": HOST,
        "PORT": str(ports[spec.name]),
        "INSTANCE": spec.name,
        "TOKEN_PUBLIC_KEY": public_key,
        "HOME": str(home),
    }
    argv = [sys.executable, "-m", f"services.{spec.service}", *spec.roles]
    return Command(name=spec.name, argv=argv, env={f"MOTCUA_{name}": value for name, value in env.items()})


def held(command: Command) -> Command:
    """Return the command of a process that loads its code and waits for `children.release`."""
    return replace(command, held=True, env=command.env | {"MOTCUA_HELD": "1"})


def gateway_command(*, ports: Mapping[str, int], home: Path) -> Command:
    """Return how the gateway is started."""
    routes = {service: f"http://{HOST}:{ports[service]}" for service in SERVICES}
    env = {"HOME": str(home), "PORT": str(ports[GATEWAY.name]), "ROUTES": json.dumps(routes)}
    return Command(
        name=GATEWAY.name,
        argv=[sys.executable, "-m", "deploy.local", "gateway"],
        stop=signal.SIGTERM,
        env={f"MOTCUA_GATEWAY_{name}": value for name, value in env.items()},
    )
