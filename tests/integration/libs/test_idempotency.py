"""A write asked for twice happens once, also when both come at the same moment or the first one fails."""

import asyncio

import orjson
import pytest

from libs.db import Connection, transaction
from libs.errors import ConflictError, DomainError
from libs.idempotency import Once, forget_old, run_once
from tests.integration.libs.conftest import Corner


def asked(key: str | None = "k1", body: bytes = b"{}") -> Once:
    return Once("staff", "POST /dossiers", key, body)


async def effect(conn: Connection) -> dict[str, int]:
    await conn.execute("INSERT INTO toy_said (dossier, seq) VALUES (gen_random_uuid(), 1)")
    return {"number": await conn.fetchval("SELECT count(*)::int FROM toy_said")}


async def test_the_second_asking_gets_the_first_answer(corner: Corner):
    first = await run_once(corner.pool, asked(), effect, status=201)
    again = await run_once(corner.pool, asked(), effect, status=201)

    assert (first.status_code, first.body) == (again.status_code, again.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert await corner.pool.fetchval("SELECT count(*) FROM toy_said") == 1


async def test_ten_at_the_same_moment_happen_once(corner: Corner):
    answers = await asyncio.gather(*(run_once(corner.pool, asked(), effect) for _ in range(10)))

    assert {orjson.loads(a.body)["number"] for a in answers} == {1}


async def test_the_same_key_with_another_body_is_refused(corner: Corner):
    await run_once(corner.pool, asked(), effect)

    with pytest.raises(ConflictError):
        await run_once(corner.pool, asked(body=b"other"), effect)


async def test_without_a_key_each_asking_counts(corner: Corner):
    await run_once(corner.pool, asked(None), effect)
    await run_once(corner.pool, asked(None), effect)

    assert await corner.pool.fetchval("SELECT count(*) FROM toy_said") == 2


async def test_a_refused_asking_may_come_again(corner: Corner):
    async def refuse(conn: Connection) -> None:
        await effect(conn)
        raise DomainError("code", "no", "Không")

    with pytest.raises(DomainError):
        await run_once(corner.pool, asked(), refuse)

    answer = await run_once(corner.pool, asked(), effect)
    assert orjson.loads(answer.body) == {"number": 1}


async def test_old_keys_are_forgotten(corner: Corner):
    await run_once(corner.pool, asked(), effect)
    await corner.pool.execute("UPDATE idempotency_key SET created_at = now() - interval '3 days'")

    async with transaction(corner.pool) as conn:
        await forget_old(conn)

    assert await corner.pool.fetchval("SELECT count(*) FROM idempotency_key") == 0
