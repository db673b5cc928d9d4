"""One database role and one schema per service; nobody reads another's tables."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.local.errors import StackError

_ITERATIONS = 4096
_RIGHTS = "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"


def verifier(password: str, *, salt: bytes | None = None) -> str:
    """Return PostgreSQL's SCRAM verifier, so that no clear password stands in an SQL text or a server log."""
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_ITERATIONS}:{salt64}${stored64}:{server64}"


def with_database(dsn: str, database: str) -> str:
    """Return the address with another database."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(path=f"/{database}"))


def as_user(dsn: str, user: str, password: str) -> str:
    """Return the address for another user."""
    parts = urlsplit(dsn)
    place = parts.netloc.rsplit("@", 1)[-1]
    return urlunsplit(parts._replace(netloc=f"{quote(user)}:{quote(password, safe='')}@{place}"))


async def connect(dsn: str) -> asyncpg.Connection:
    """Connect as the owner, or say in one sentence why that is impossible."""
    try:
        return await asyncpg.connect(dsn, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        where = urlsplit(dsn).netloc.rsplit("@", 1)[-1]
        raise StackError(
            f"PostgreSQL at {where or 'the given address'} cannot be used ({type(error).__name__}: {error}): "
            "correct DATABASE_URL, or unset it so that the stack starts its own server."
        ) from error


async def provision(owner_dsn: str, database: str, passwords: Mapping[str, str]) -> None:
    """Make the database, the services' roles with their passwords, and a schema each; idempotent.

    Raises `StackError` when the owner may not create roles and databases.
    """
    connection = await connect(owner_dsn)
    try:
        await _require_rights(connection)
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f'CREATE DATABASE "{database}"')
        for role, password in passwords.items():
            await _role(connection, role, verifier(password))
    finally:
        await connection.close()
    await _grants(with_database(owner_dsn, database), database, list(passwords))


async def _require_rights(connection: asyncpg.Connection) -> None:
    row = await connection.fetchrow(_RIGHTS)
    missing = [name for name, column in (("CREATEROLE", 1), ("CREATEDB", 2)) if not (row[0] or row[column])]
    if missing:
        user = await connection.fetchval("SELECT current_user")
        raise StackError(
            f"The owner {user!r} in DATABASE_URL may not create {_things(missing)}: let an administrator run "
            f"'ALTER ROLE \"{user}\" {' '.join(missing)}', or unset DATABASE_URL."
        )


def _things(missing: list[str]) -> str:
    return " and ".join({"CREATEROLE": "roles", "CREATEDB": "databases"}[right] for right in missing)


async def _role(connection: asyncpg.Connection, role: str, secret: str) -> None:
    known = await connection.fetchrow("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1", role)
    if known and (known["rolsuper"] or known["rolbypassrls"]):
        raise StackError(
            f"The role {role!r} in this PostgreSQL is a superuser: use a server where it is not."
        )
    verb = "ALTER" if known else "CREATE"
    await connection.execute(f"{verb} ROLE \"{role}\" LOGIN PASSWORD '{secret}'")
    # an owner that is no superuser may only make a schema for a role it is a member of
    await connection.execute(f'GRANT "{role}" TO CURRENT_USER')


async def _grants(dsn: str, database: str, roles: list[str]) -> None:
    connection = await connect(dsn)
    try:
        await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for role in roles:
            await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{role}"')
            await make_schema(connection, role, role)
            await connection.execute(f'ALTER ROLE "{role}" SET search_path = "{role}"')
    finally:
        await connection.close()


async def make_schema(connection: asyncpg.Connection, schema: str, role: str) -> None:
    """Make a schema that belongs to `role` alone."""
    await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}" AUTHORIZATION "{role}"')
