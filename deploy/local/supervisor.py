"""The process that starts the whole system, keeps it running, and stops it in order."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from deploy.local import catalogue, issuer, kafka_admin, ports, prometheus, roles, schemas, users
from deploy.local.children import Command, Nursery, release, stop, together
from deploy.local.keeper import Keeper, Kept
from deploy.local.locks import StackLock
from deploy.local.places import READY, Places, locate, prepare, write_private
from deploy.local.probes import Awaited, until_ready
from deploy.local.progress import Teller
from deploy.local.secret_store import load_or_create
from deploy.local.servers import Servers, ServerStarter, describe
from deploy.local.service_processes import (
    GATEWAY,
    PROCESSES,
    gateway_command,
    held,
    service_command,
)
from deploy.local.settings import LocalSettings
from libs.clock import utcnow

_STOP_PATIENCE = 20.0


async def run(settings: LocalSettings, *, port: int, teller: Teller, seeded: bool = True) -> None:
    """Run the whole system on one port until cancelled; nothing is left when this returns.

    Unless `seeded` the catalogue stays as it is (for tests that bring their own).
    """
    places = locate(settings)
    prepare(places)
    lock = StackLock(places.home)
    lock.acquire()
    try:
        (places.home / READY).unlink(missing_ok=True)
        ports.require_free(port)
        stack = Stack(settings, places, lock, teller, port, seeded)
        try:
            await stack.start()
            await stack.keeper.watch()
        finally:
            (places.home / READY).unlink(missing_ok=True)
            await stack.stop()
    finally:
        lock.release()


@dataclass
class Stack:
    """One running system."""

    settings: LocalSettings
    places: Places
    lock: StackLock
    teller: Teller
    port: int
    seeded: bool = True
    keeper: Keeper = field(init=False)
    nursery: Nursery = field(init=False)
    starter: ServerStarter = field(init=False)

    def __post_init__(self) -> None:
        home = self.places.home
        self.keeper = Keeper(home, self.teller)
        self.nursery = Nursery(self.places, self.lock.descriptor, watchdog=self.settings.watchdog)
        secrets = load_or_create(home / "secrets.json")
        names = [*(spec.name for spec in PROCESSES), "prometheus"]
        self.starter = ServerStarter(
            self.settings, self.places, secrets, self.teller, fixed={GATEWAY.name: self.port}
        )
        self.numbers = self.starter.ports | ports.keep(home / "ports.json", names, fixed=self.starter.ports)
        self.issuer = issuer.ensure(home)
        self.first_passwords = users.ensure(home)

    @property
    def url(self) -> str:
        """The address of the one port."""
        return f"http://{ports.HOST}:{self.port}"

    async def start(self) -> None:
        """Start everything, as much at once as can be, and say when it is ready."""
        await self.starter.stage()
        if await self.starter.rehearse(self.nursery):
            self.teller.begin()  # like the download, it is not part of any other start
        servers = describe(self.settings, self.starter.secrets, self.numbers)
        waiting = self._start_processes(servers)  # they load their code while the servers boot
        await together(self._database(servers), self._broker(servers))
        self._keep_servers()
        with self.teller.part("services ready"):
            for each in waiting:
                release(each.child)
            await until_ready(self.places, waiting)
        self._start_prometheus()
        self.teller.say(f"The system is up after {self.teller.elapsed:.1f} s.")
        if self.seeded:
            await self._load_catalogue()
        self._say_where()
        ready = {"pid": os.getpid(), "url": self.url, "seconds": round(self.teller.elapsed, 2)}
        write_private(self.places.home / READY, json.dumps(ready))

    async def _database(self, servers: Servers) -> None:
        await self.starter.postgres(self.nursery)
        with self.teller.part("roles and schemas"):
            await roles.provision(servers.owner_dsn, servers.database, servers.dsn_passwords)
            await schemas.migrate_all(servers)

    async def _broker(self, servers: Servers) -> None:
        await self.starter.kafka(self.nursery)
        with self.teller.part("topics, users and rights"):
            for warning in await asyncio.to_thread(
                kafka_admin.provision, servers.kafka, servers.kafka_passwords
            ):
                self.teller.say(warning)

    def _keep_servers(self) -> None:
        again: dict[str, Callable[[Nursery], Awaitable[None]]] = {
            "postgres": self.starter.postgres,
            "kafka": self.starter.kafka,
        }
        for name, child in self.starter.children.items():

            async def start(name: str = name) -> subprocess.Popen[bytes]:
                await again[name](self.nursery)
                return self.starter.children[name]

            self.keeper.add(Kept(name, start, child, self.numbers[name]))

    def _start_processes(self, servers: Servers) -> list[Awaited]:
        waiting = []
        home, key = self.places.home, self.issuer.public_key
        for spec in (*PROCESSES, GATEWAY):
            if spec is GATEWAY:
                command = first = gateway_command(ports=self.numbers, home=home)
            else:
                command = service_command(
                    spec, servers=servers, ports=self.numbers, home=home, public_key=key
                )
                first = held(command)
            child = self._keep(command, self.numbers[spec.name], spec.probe, first=first)
            waiting.append(Awaited(spec.name, child, self.numbers[spec.name], spec.probe))
        return waiting

    def _keep(
        self, command: Command, port: int, probe: str, *, first: Command | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program and take it into care; `first` is how it starts this once."""

        async def start() -> subprocess.Popen[bytes]:
            return self.nursery.start(command)

        child = self.nursery.start(first or command)
        self.keeper.add(Kept(command.name, start, child, port, probe))
        return child

    def _start_prometheus(self) -> None:
        program = prometheus.find(self.settings.path)
        if program is None:
            self.teller.say(prometheus.HOW_TO_GET_IT)
            return
        command = prometheus.command(program, self.places, self.numbers)
        self._keep(command, self.numbers["prometheus"], "/-/ready")

    async def _load_catalogue(self) -> None:
        admin = users.load(self.places.home).identity("admin")
        assert admin  # noqa: S101 - seeded with the others
        token = self.issuer.token(admin, now=utcnow())
        begun = time.monotonic()
        await catalogue.load(self.places.home, self.url, token, teller=self.teller)
        self.teller.say(f"Catalogue checked or loaded in {time.monotonic() - begun:.1f} s.")

    def _say_where(self) -> None:
        self.teller.say(f"Pages: {self.url}/   API: {self.url}/<service>/docs   State: {self.places.home}")
        if "prometheus" in self.keeper.kept:
            self.teller.say(f"Prometheus: http://{ports.HOST}:{self.numbers['prometheus']}/")
        if self.first_passwords:
            self.teller.say(
                f"First passwords are in {self.first_passwords}; 'motcua password USER' sets another."
            )
            if self.teller.is_seen:
                self.teller.say(self.first_passwords.read_text())

    async def stop(self) -> None:
        """Stop the gateway and the services, then the servers they stand on."""
        begun = time.monotonic()
        mine = [kept for name, kept in self.keeper.kept.items() if name not in self.starter.children]
        await asyncio.gather(*(stop(kept.child, signal.SIGTERM, patience=_STOP_PATIENCE) for kept in mine))
        await self.nursery.close()
        self.keeper.forget()
        if self.keeper.kept:
            self.teller.say(f"Stopped in {time.monotonic() - begun:.1f} s.")
