"""Apache Kafka in KRaft mode on the wheel's Java: formatted once, started on loopback."""

import asyncio
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local import kafka_config
from deploy.local.children import Command, Nursery
from deploy.local.errors import StackError
from deploy.local.places import Places, write_private
from deploy.local.ports import HOST, is_busy
from deploy.local.runtimes import Programs
from deploy.local.secret_store import BROKER_USERS, Secrets

_QUIET = "-Xlog:aot*=error"
"""What of the kept classes does not fit this time is loaded as ever: no need to warn of each."""


@dataclass(frozen=True, slots=True)
class Kafka:
    """What is needed to format and start this stack's broker."""

    places: Places
    programs: Programs
    port: int
    controller_port: int
    secrets: Secrets
    options: tuple[str, ...] = ()
    """Of Java, beside the usual ones."""
    death: signal.Signals = signal.SIGTERM
    """What the broker is sent when the launcher dies."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.places.data / "kafka"

    @property
    def bootstrap(self) -> str:
        """The clients' address."""
        return f"{HOST}:{self.port}"

    async def start(self, nursery: Nursery) -> subprocess.Popen[bytes]:
        """Format the data folder where needed, start the broker, return once its port is open."""
        owner, conf = self.places.account, self.places.conf
        write_private(conf / "log4j2.yaml", kafka_config.LOG_CONFIG, owner=owner)
        text = kafka_config.server_properties(
            port=self.port, controller_port=self.controller_port, data=self.folder, secrets=self.secrets
        )
        properties = write_private(conf / "server.properties", text, owner=owner)
        half = self.places.home / "kafka.half"
        if half.exists() or not (self.folder / "meta.properties").exists():
            half.touch()
            await self._format(nursery, properties)
            half.unlink()
        argv = [
            self.programs.java,
            *self.options,
            *self._java(),
            *kafka_config.HEAP,
            "kafka.Kafka",
            str(properties),
        ]
        child = nursery.start(Command(name="kafka", argv=argv, as_account=True, death=self.death))
        await self._port_open(child, nursery.log("kafka"))
        return child

    def _java(self) -> list[str]:
        return [
            *kafka_config.JAVA_OPTIONS,
            *([f"-XX:AOTCache={self.programs.archive}", _QUIET] if self.programs.archive.exists() else []),
            f"-Djava.io.tmpdir={self.places.tmp}",
            f"-Dlog4j2.configurationFile={self.places.conf / 'log4j2.yaml'}",
            "-cp",
            f"{self.programs.kafka}/*",
        ]

    async def _format(self, nursery: Nursery, properties: Path) -> None:
        """Format the log folder with the two accounts that must exist before any client can log in.

        The arguments go through a private file and the output is thrown away: both hold the accounts' keys.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        arguments = [*self._java(), "kafka.tools.StorageTool", "format", "--standalone"]
        arguments += [
            f"--cluster-id={self.secrets.cluster_id}",
            "-c",
            str(properties),
        ]  # an id may begin with a dash
        for user in BROKER_USERS:
            credential = f"[name={user},iterations=8192,password={self.secrets.password(user)}]"
            arguments += ["--add-scram", f"SCRAM-SHA-512={credential}"]
        text = "\n".join(kafka_config.quoted(argument) for argument in arguments)
        file = write_private(self.places.conf / "format.args", text, owner=self.places.account)
        argv = [self.programs.java, f"@{file}"]
        try:
            await nursery.run(Command(name="kafka-format", argv=argv, as_account=True, quiet=True))
        finally:
            file.unlink(missing_ok=True)

    async def _port_open(self, child: subprocess.Popen[bytes], log: Path, *, limit: float = 180.0) -> None:
        end = asyncio.get_running_loop().time() + limit
        while not is_busy(self.port):
            if child.poll() is not None:
                raise StackError(f"Kafka ended with code {child.returncode}: see {log}.")
            if asyncio.get_running_loop().time() > end:
                raise StackError(f"Kafka did not open its port within {limit:.0f} s: see {log}.")
            await asyncio.sleep(0.05)
