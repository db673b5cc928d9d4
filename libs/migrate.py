"""Numbered plain SQL into a service's own schema, each file once; a changed old file is refused.

`python -m libs.migrate <service>` migrates with the service's environment.
"""

import asyncio
import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from libs.settings import ServiceSettings

OWN = Path(__file__).parent / "migrations"
"""The messaging tables every service has."""
_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migration (
    source text NOT NULL, version int NOT NULL, name text NOT NULL, checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (source, version))
"""


class MigrationError(RuntimeError):
    """The files and what was applied before contradict each other."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    source: str
    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Return the digest of the text, line ends normalised."""
        return hashlib.sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()


def read_folder(source: str, folder: Path) -> list[Migration]:
    """Return a folder's migrations in order; MigrationError for a bad name or a hole in the numbers."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.match(path.name)
        if match is None:
            raise MigrationError(f"{path}: a migration is named like 0001_what_it_does.sql")
        found.append(Migration(source, int(match[1]), path.name, path.read_text(encoding="utf-8")))
    if [m.version for m in found] != list(range(1, len(found) + 1)):
        raise MigrationError(f"{folder}: numbers must run 0001, 0002, … without a hole or a double")
    return found


def pending(known: list[Migration], applied: dict[tuple[str, int], str]) -> list[Migration]:
    """Return what is still to do; MigrationError where an applied file was changed or is missing."""
    for migration in known:
        was = applied.get((migration.source, migration.version))
        if was is not None and was != migration.checksum:
            raise MigrationError(
                f"{migration.source} {migration.name} was changed after it had been applied"
                f" (applied {was[:12]}, file {migration.checksum[:12]}): restore it and write a new migration"
            )
    missing = applied.keys() - {(m.source, m.version) for m in known}
    if missing:
        source, version = min(missing)
        raise MigrationError(f"the database is newer than this program: it has {source} {version:04d}")
    return [m for m in known if (m.source, m.version) not in applied]


async def migrate(dsn: str, schema: str, folder: Path | None) -> list[str]:
    """Bring `schema` up to date: libs' own tables first, then `folder`; return the names applied.

    One transaction per file, an advisory lock around all, so that any number of starts may race.
    """
    known = read_folder("libs", OWN) + (read_folder("service", folder) if folder else [])
    conn = await asyncpg.connect(dsn, timeout=10)
    try:
        await conn.execute("SELECT pg_advisory_lock(hashtext('migrate'), hashtext($1))", schema)
        if not await conn.fetchval("SELECT 1 FROM pg_namespace WHERE nspname = $1", schema):
            await conn.execute(f'CREATE SCHEMA "{schema}"')
        await conn.execute("SELECT set_config('search_path', quote_ident($1), false)", schema)
        return await _apply(conn, known)
    finally:
        await conn.close()


async def _apply(conn: asyncpg.Connection, known: list[Migration]) -> list[str]:
    await conn.execute(_LEDGER)
    rows = await conn.fetch("SELECT source, version, checksum FROM schema_migration")
    todo = pending(known, {(r["source"], r["version"]): r["checksum"] for r in rows})
    for migration in todo:
        async with conn.transaction():
            await conn.execute(migration.sql)
            await conn.execute(
                "INSERT INTO schema_migration (source, version, name, checksum) VALUES ($1, $2, $3, $4)",
                migration.source, migration.version, migration.name, migration.checksum,
            )  # fmt: skip
    return [f"{m.source}/{m.name}" for m in todo]


def folder_of(service: str) -> Path:
    """Return where a service keeps its migrations."""
    return Path(__file__).parents[1] / "services" / service / "migrations"


def main() -> None:
    """Run from the command line: one argument, the service."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - program and service
        raise SystemExit("usage: python -m libs.migrate <service>")
    settings = ServiceSettings(service=sys.argv[1])
    try:
        done = asyncio.run(migrate(settings.dsn, settings.schema_name, folder_of(settings.service)))
    except MigrationError as error:
        raise SystemExit(str(error)) from None
    sys.stdout.write(f"{settings.schema_name}: {', '.join(done) or 'up to date'}\n")


if __name__ == "__main__":
    main()
