"""PostgreSQL: the pool, the transaction that wakes the relay, and which errors pass by themselves."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from random import random
from typing import Any, ClassVar, TypeAlias, TypeVar

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy
from pydantic import BaseModel

from libs.pulse import beat
from libs.settings import ServiceSettings

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy
"""An open connection; whoever gets one is inside its transaction unless said otherwise."""
Pool: TypeAlias = asyncpg.Pool

TRANSIENT: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,  # a connection that died in the middle of a statement
    asyncpg.ReadOnlySQLTransactionError,
)
"""Errors that pass by themselves: the same work done again, later, can succeed."""
POISON: tuple[type[Exception], ...] = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""Errors that the data itself causes: the same work done again fails again."""

_WAKE_EVERY = 0.05
T = TypeVar("T")


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _encode_jsonb(value: Any) -> bytes:
    return b"\x01" + (value if isinstance(value, bytes) else orjson.dumps(value, default=_plain))


def _decode_jsonb(raw: bytes) -> Any:
    return orjson.loads(memoryview(raw)[1:])


async def prepare(conn: asyncpg.Connection) -> None:
    """Teach a new connection our jsonb: any JSON value or pydantic model; bytes are taken as JSON text."""
    await conn.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode_jsonb, decoder=_decode_jsonb, format="binary"
    )


async def _keep(_conn: asyncpg.Connection) -> None:
    """Spare the round trip that resets a session: none of ours is ever changed (locks are transactions')."""


def connect_args(settings: ServiceSettings) -> dict[str, Any]:
    """Return what every connection of a service has in common."""
    return {
        "dsn": settings.dsn,
        "command_timeout": 30,
        "timeout": 10,
        "server_settings": {
            "search_path": '"' + settings.schema_name + '"',
            "application_name": f"motcua-{settings.service}",
            "idle_in_transaction_session_timeout": "30s",
            "jit": "off",
            # tables grow a thousandfold within one session: a plan made once would be wrong soon
            "plan_cache_mode": "force_custom_plan",
            # a machine that vanished must not hold a relay's lock for hours
            "tcp_keepalives_idle": "30",
            "tcp_keepalives_interval": "10",
            "tcp_keepalives_count": "3",
        },
    }


async def open_pool(settings: ServiceSettings) -> asyncpg.Pool:
    """Open the service's pool; the caller closes it. Raises one of TRANSIENT while the server is away."""
    return await asyncpg.create_pool(
        **connect_args(settings), init=prepare, reset=_keep, min_size=1, max_size=settings.pool_size
    )


async def connect(settings: ServiceSettings) -> asyncpg.Connection:
    """Open one connection of its own, as a relay or a listener needs it."""
    conn: asyncpg.Connection = await asyncpg.connect(**connect_args(settings))
    await prepare(conn)
    return conn


@contextlib.asynccontextmanager
async def transaction(pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    """One transaction on a connection of the pool; after its commit the relay is woken (at most every 50 ms).

    Every write that may put events into the outbox goes through here: NOTIFY inside the transaction itself
    would serialise all commits of the database.
    """
    async with pool.acquire() as conn:
        async with conn.transaction():
            yield conn
        beat()
        await _wake(pool, conn)


class _Wakes:
    """When each pool of this process last woke its relay."""

    last: ClassVar[dict[int, float]] = {}


def channel(schema: str) -> str:
    """Return the NOTIFY channel of a schema's outbox."""
    return f"outbox_{schema}"


async def _wake(pool: asyncpg.Pool, conn: Connection) -> None:
    now = time.monotonic()
    if now - _Wakes.last.get(id(pool), 0.0) < _WAKE_EVERY:
        return  # the relay drains until it finds nothing, and polls besides
    _Wakes.last[id(pool)] = now
    with contextlib.suppress(*TRANSIENT):  # the commit is done: nothing may fail now
        await conn.execute("SELECT pg_notify('outbox_' || current_schema(), '')")


async def retrying(
    work: Callable[[], Awaitable[T]], *, deadline: float = 120.0, stop: Callable[[], bool] = lambda: False
) -> T:
    """Do `work` until it succeeds; only TRANSIENT errors are tried again, in place, with growing pauses.

    Raises the last error after `deadline` seconds or when `stop()` says so.
    """
    began, delay = time.monotonic(), 0.05
    while True:
        try:
            return await work()
        except TRANSIENT:
            if stop() or time.monotonic() - began > deadline:
                raise
            await asyncio.sleep(delay * (0.5 + random()))  # noqa: S311 - jitter
            delay = min(2 * delay, 2.0)
