"""`Idempotency-Key`: a write asked for twice happens once, and both times the same answer is given."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from libs.db import Connection, transaction
from libs.errors import ConflictError, DomainError
from libs.http_shell import template_of
from libs.identity import identity_of

_CLAIM = """
INSERT INTO idempotency_key (staff, route, key, digest) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1
"""
_STORED = "SELECT digest, status, body FROM idempotency_key WHERE staff = $1 AND route = $2 AND key = $3"
_KEEP = "UPDATE idempotency_key SET status = $4, body = $5 WHERE staff = $1 AND route = $2 AND key = $3"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Once:
    """One asking: by whom, at which route, under which key (None: no key was sent), with which body."""

    staff: str
    route: str
    key: str | None
    digest: bytes


Effect = Callable[[Connection], Awaitable[Any]]
"""Does the work in the open transaction; returns the answer: a model, or anything JSON can hold."""


async def once_of(request: Request, idempotency_key: Annotated[str | None, Header()] = None) -> Once:
    """Read the header and the digest of address and body; raises DomainError for an absurd key."""
    if idempotency_key is not None and not 0 < len(idempotency_key) <= _LONGEST:
        raise DomainError("Idempotency-Key", "length", f"Khóa chống lặp dài từ 1 đến {_LONGEST} ký tự")
    identity = identity_of(request)
    address = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    text = address.encode() + b"\n" + await request.body()
    staff = str(identity.staff_id) if identity else ""
    route = f"{request.method} {template_of(request.scope)}"
    return Once(staff, route, idempotency_key, hashlib.sha256(text).digest())


OnceDep = Annotated[Once, Depends(once_of)]


async def run_once(pool: asyncpg.Pool, once: Once, effect: Effect, *, status: int = 200) -> Response:
    """Run `effect` in one transaction and return its answer; the second time only the stored answer.

    Answer and effect are stored in the same transaction: a crash leaves neither or both. Two askings at
    the same moment wait for each other. Raises ConflictError for the same key with another body.
    """
    async with transaction(pool) as conn:
        place = (once.staff, once.route, once.key)
        if once.key is not None and not await conn.fetchval(_CLAIM, *place, once.digest):
            return _again(await conn.fetchrow(_STORED, *place), once)
        body = _as_bytes(await effect(conn))
        if once.key is not None:
            await conn.execute(_KEEP, *place, status, body)
    return Response(body, status, media_type="application/json")


def _again(row: Any, once: Once) -> Response:
    if row["digest"] != once.digest:
        raise ConflictError(
            "Idempotency-Key", "key_reused", "Khóa chống lặp này đã dùng cho một yêu cầu có nội dung khác"
        )
    headers = {"Idempotency-Replayed": "true"}
    return Response(row["body"], row["status"], headers=headers, media_type="application/json")


def _as_bytes(answer: Any) -> bytes:
    if isinstance(answer, BaseModel):
        return answer.model_dump_json().encode()
    return orjson.dumps(answer, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON form")


async def forget_old(conn: Connection, *, hours: int = 48) -> None:
    """Delete keys older than `hours`; a clockwork calls it now and then."""
    await conn.execute(
        "DELETE FROM idempotency_key WHERE created_at < now() - make_interval(hours => $1)", hours
    )
