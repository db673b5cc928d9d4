"""PostgreSQL and Kafka of a stack: its own, started here, or those that exist already."""

import asyncio
import hmac
import json
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import ports, roles
from deploy.local.children import Nursery
from deploy.local.errors import StackError
from deploy.local.kafka import Kafka
from deploy.local.kafka_admin import KafkaAccess
from deploy.local.places import Places
from deploy.local.postgres import DATABASE, OWNER, Postgres
from deploy.local.progress import Teller
from deploy.local.rehearsal import rehearse
from deploy.local.runtimes import Programs, programs
from deploy.local.secret_store import SERVICES, Secrets
from deploy.local.settings import LocalSettings

SERVER_PORTS = ("postgres", "kafka", "kafka_controller")
_PORTS_FILE = "ports.json"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the two servers are, and how their owner and the services reach them."""

    owner_dsn: str = field(repr=False)
    kafka: KafkaAccess = field(repr=False)
    dsn_passwords: Mapping[str, str] = field(repr=False)
    kafka_passwords: Mapping[str, str] = field(repr=False)
    database: str = DATABASE

    def service_dsn(self, service: str) -> str:
        """Return the database address of a service's own role."""
        mine = roles.with_database(self.owner_dsn, self.database)
        return roles.as_user(mine, service, self.dsn_passwords[service])


def describe(settings: LocalSettings, secrets: Secrets, numbers: Mapping[str, int]) -> Servers:
    """Return the servers of a stack from what its state folder and the environment say."""
    own = {service: secrets.password(service) for service in SERVICES}
    dsn, dsn_passwords = settings.database_url, own
    if dsn is None:
        dsn = f"postgresql://{OWNER}:{secrets.password(OWNER)}@{ports.HOST}:{numbers['postgres']}/postgres"
    elif (key := urlsplit(dsn).password) is not None:
        dsn_passwords = derived_passwords(key)
    access, kafka_passwords = given_kafka(settings), own
    if access is None:
        access = KafkaAccess(f"{ports.HOST}:{numbers['kafka']}", "provision", secrets.password("provision"))
    elif access.password:
        kafka_passwords = derived_passwords(access.password)
    return Servers(dsn, access, dsn_passwords, kafka_passwords)


def kept_ports(home: Path) -> dict[str, int]:
    """Return the ports of the stack in `home`, by name."""
    return dict(json.loads((home / _PORTS_FILE).read_text()))


def given_kafka(settings: LocalSettings) -> KafkaAccess | None:
    """Return the administrator's access to the Kafka that exists already, if one is named."""
    if not settings.kafka_bootstrap:
        return None
    security = settings.kafka_security or ("SASL_PLAINTEXT" if settings.kafka_username else "PLAINTEXT")
    user, password = settings.kafka_username or "", settings.kafka_password or ""
    return KafkaAccess(settings.kafka_bootstrap, user, password, security, settings.kafka_mechanism, host="*")


def derived_passwords(key: str) -> dict[str, str]:
    """Return the services' passwords on a server that exists already, made from its owner's password.

    Whoever holds that password may set them anyway; so several stacks on one server agree without a shared file.
    """
    return {
        service: hmac.new(key.encode(), f"motcua/{service}".encode(), "sha256").hexdigest()
        for service in SERVICES
    }


class ServerStarter:
    """Starts what is not given from outside; both servers at once."""

    def __init__(
        self,
        settings: LocalSettings,
        places: Places,
        secrets: Secrets,
        teller: Teller,
        *,
        fixed: Mapping[str, int] | None = None,
    ) -> None:
        self._settings, self._places, self._teller = settings, places, teller
        self.secrets = secrets
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = ports.keep(places.home / _PORTS_FILE, SERVER_PORTS, fixed=fixed)
        self._programs: Programs | None = None

    async def stage(self) -> None:
        """Fetch and stage the programs of the servers that are to be started here.

        It may take minutes: a thread does it, and whoever is told to end meanwhile leaves after the jar under way.
        """
        if self._settings.database_url and self._settings.kafka_bootstrap:
            return
        given_up = threading.Event()
        with self._teller.part("programs ready"), self._teller.steps("Kafka's jars", of_bytes=True) as tell:

            def go_on(done: int, everything: int) -> None:
                if given_up.is_set():
                    raise StackError("Given up while Kafka's jars were fetched; what has arrived is kept.")
                tell(done, everything)

            work = asyncio.to_thread(programs, self._settings, self._places, tell=go_on)
            try:
                self._programs = await work
            except asyncio.CancelledError:
                given_up.set()
                raise

    async def rehearse(self, nursery: Nursery) -> bool:
        """Let Kafka's start be learned where that was not done yet; return whether it was now."""
        if self._programs is None or self._settings.kafka_bootstrap:
            return False
        return await rehearse(self._programs, self._places, nursery, self._teller)

    async def postgres(self, nursery: Nursery) -> None:
        """Start PostgreSQL unless one is given; return once it answers."""
        if self._programs is None or self._settings.database_url:
            return
        server = Postgres(self._places, self._programs, self.ports["postgres"], self.secrets.password(OWNER))
        with self._teller.part("PostgreSQL answers"):
            self.children["postgres"] = await server.start(nursery)

    async def kafka(self, nursery: Nursery) -> None:
        """Start Kafka unless one is given; return once its port is open."""
        if self._programs is None or self._settings.kafka_bootstrap:
            return
        port, controller = self.ports["kafka"], self.ports["kafka_controller"]
        broker = Kafka(self._places, self._programs, port, controller, self.secrets)
        with self._teller.part("Kafka answers"):
            self.children["kafka"] = await broker.start(nursery)

    def raise_if_ended(self) -> None:
        """Raise `StackError` when a server started here has ended by itself."""
        for name, child in self.children.items():
            if child.poll() is not None:
                log = self._places.logs / f"{name}.log"
                raise StackError(f"{name} ended by itself with code {child.returncode}: see {log}.")
