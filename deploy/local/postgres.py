"""PostgreSQL 18 from the wheel: made once, started on loopback, asking everyone for a password."""

import asyncio
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.children import Command, Nursery
from deploy.local.errors import StackError
from deploy.local.places import Places, write_private
from deploy.local.ports import HOST
from deploy.local.runtimes import Programs

OWNER = "postgres"
DATABASE = "motcua"
_LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""PostgreSQL's own locale: the same on every system (order for people is made in Python)."""
_OPTIONS = (
    f"listen_addresses={HOST}",
    "unix_socket_directories=",
    "password_encryption=scram-sha-256",
    "max_connections=200",
    "shared_buffers=128MB",
    "max_wal_size=1GB",
    "log_min_messages=warning",
)


@dataclass(frozen=True, slots=True)
class Postgres:
    """What is needed to make and start this stack's database server."""

    places: Places
    programs: Programs
    port: int
    password: str

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.places.data / "pg"

    def dsn(self, database: str = "postgres") -> str:
        """Return the owner's address of a database (password included: never print it)."""
        return f"postgresql://{OWNER}:{self.password}@{HOST}:{self.port}/{database}"

    async def start(self, nursery: Nursery) -> subprocess.Popen[bytes]:
        """Make the data folder where needed, start the server, return once it answers."""
        half = self.places.home / "postgres.half"
        if half.exists() or not (self.folder / "PG_VERSION").exists():
            half.touch()
            await self._initdb(nursery)
            half.unlink()
        clear_stale_pid(self.folder)
        child = nursery.start(self._server())
        await _answers(self.dsn(), child, self.places)
        return child

    async def _initdb(self, nursery: Nursery) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        secret = write_private(self.places.conf / "initdb.password", self.password, owner=self.places.account)
        argv = [
            self.programs.postgres_program("initdb"),
            "-D",
            str(self.folder),
            "-U",
            OWNER,
            f"--pwfile={secret}",
        ]
        argv += ["-A", "scram-sha-256", "-E", "UTF8", "--no-instructions", *_LOCALE]
        try:
            await nursery.run(Command(name="initdb", argv=argv, as_account=True))
        finally:
            secret.unlink(missing_ok=True)

    def _server(self) -> Command:
        hba = write_private(
            self.places.conf / "pg_hba.conf",
            f"host all all {HOST}/32 scram-sha-256\n",
            owner=self.places.account,
        )
        argv = [self.programs.postgres_program("postgres"), "-D", str(self.folder), "-p", str(self.port)]
        for option in (*_OPTIONS, f"hba_file={hba}"):
            argv += ["-c", option]
        return Command(name="postgres", argv=argv, as_account=True, death=signal.SIGINT, stop=signal.SIGINT)


async def _answers(dsn: str, child: subprocess.Popen[bytes], places: Places, *, limit: float = 120.0) -> None:
    end = asyncio.get_running_loop().time() + limit
    while True:
        if child.poll() is not None:
            raise StackError(
                f"PostgreSQL ended with code {child.returncode}: see {places.logs / 'postgres.log'}."
            )
        try:
            connection = await asyncpg.connect(dsn, timeout=2)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
            if asyncio.get_running_loop().time() > end:
                raise StackError(
                    f"PostgreSQL did not answer within {limit:.0f} s: see {places.logs / 'postgres.log'}."
                ) from None
            await asyncio.sleep(0.05)
        except asyncpg.InvalidPasswordError:
            raise StackError(
                f"PostgreSQL in {places.base} has another password than {places.home / 'secrets.json'}: "
                "restore that file, or begin anew with 'motcua up --fresh'."
            ) from None
        else:
            await connection.close()
            return


def clear_stale_pid(folder: Path, *, proc: Path = Path("/proc")) -> None:
    """Remove a dead server's postmaster.pid; call it only while holding the stack's lock.

    Holding the lock, no server of ours lives; yet a zombie (a container whose pid 1 does not reap) or a process id
    used again by another program would make PostgreSQL refuse to start.
    """
    file = folder / "postmaster.pid"
    try:
        pid = int(file.read_text().split()[0])
        state = (proc / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0]
        command = (proc / str(pid) / "cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        state, command = "", b""
    if file.exists() and (state in {"", "Z"} or str(folder).encode() not in command):
        file.unlink()
