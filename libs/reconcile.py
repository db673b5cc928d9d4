"""What a service has said and applied, in numbers: what the reconciliation compares between services.

A dossier's events are numbered 1, 2, 3… per emitter, and none is applied before the one before it; so the last number
*is* how many were said (in the emitter's `dossier.seq`) or applied (in a reader's `inbox_progress`). Equal sums over
all dossiers, and over each of 256 groups of them, mean that nothing was lost or doubled on the way; unequal groups are
opened until the dossiers have names. Barriers of imports have no dossier and are not counted.

JSON of `/counts`: `{"service", "said": {"dossiers", "events"} | null, "applied": {emitter: {"dossiers", "events"}},
"waiting": {reason: n}, "dead_letters"}`.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.codes import Service
from contracts.topics import TOPICS
from libs.db import Connection
from libs.errors import DomainError
from libs.http import RuntimeDep
from libs.identity import Identity, Role, require

Auditor = Annotated[Identity, Depends(require(Role.OPERATOR, Role.ADMIN, Role.INSPECTOR))]
BUCKETS = 256
_SAID = "SELECT id AS dossier, seq FROM dossier WHERE seq > 0"
_APPLIED = (
    "SELECT p.dossier, p.seq FROM inbox_progress p JOIN dossier d ON d.id = p.dossier WHERE p.emitter = $1"
)
_BUCKET = "get_byte(uuid_send(dossier), 15)"
"""The last byte of an id is random in every kind of UUID we use."""
_SUMS = """
SELECT p.emitter, count(*) AS dossiers, sum(p.seq) AS events FROM inbox_progress p JOIN dossier d ON d.id = p.dossier
GROUP BY p.emitter
"""
_EMITTERS = frozenset(topic.emitter for topic in TOPICS if not topic.compacted)


def emits(service: str) -> bool:
    """Return whether a service says anything about dossiers."""
    return service in _EMITTERS


def _source(service: str, emitter: Service) -> tuple[str, list[str]]:
    """Return the rows of what was said (asked of its emitter) or applied (asked of a reader), and their arguments."""
    if emitter != service:
        return _APPLIED, [emitter]
    if not emits(service):
        raise DomainError("emitter", "says_nothing", f"{service} không phát sự kiện hồ sơ")
    return _SAID, []


async def totals(conn: Connection, service: str) -> dict[str, Any]:
    """Return the sums over all dossiers, from one snapshot of the tables."""
    applied = {
        row["emitter"]: {"dossiers": row["dossiers"], "events": int(row["events"])}
        for row in await conn.fetch(_SUMS)
    }
    waiting = await conn.fetch("SELECT reason, count(*) AS n FROM inbox GROUP BY reason ORDER BY reason")
    letters = await conn.fetchval("SELECT count(*) FROM dead_letter WHERE state = 'open'")
    said = None
    if emits(service):
        row = await conn.fetchrow(f"SELECT count(*) AS n, coalesce(sum(seq), 0) AS events FROM ({_SAID}) s")
        said = {"dossiers": row["n"], "events": int(row["events"])}
    return {
        "service": service,
        "said": said,
        "applied": applied,
        "waiting": {row["reason"]: row["n"] for row in waiting},
        "dead_letters": letters,
    }


async def buckets(conn: Connection, service: str, emitter: Service) -> dict[int, list[int]]:
    """Return dossiers and events of one emitter per group of dossiers; empty groups are left out."""
    rows, arguments = _source(service, emitter)
    query = (
        f"SELECT {_BUCKET} AS bucket, count(*) AS n, sum(seq) AS events FROM ({rows}) r GROUP BY 1 ORDER BY 1"
    )
    return {row["bucket"]: [row["n"], int(row["events"])] for row in await conn.fetch(query, *arguments)}


async def dossiers(conn: Connection, service: str, emitter: Service, bucket: int) -> dict[str, int]:
    """Return the last number of one emitter for each dossier of a group."""
    rows, arguments = _source(service, emitter)
    place = len(arguments) + 1
    query = f"SELECT dossier, seq FROM ({rows}) r WHERE {_BUCKET} = ${place} ORDER BY dossier"
    return {str(row["dossier"]): row["seq"] for row in await conn.fetch(query, *arguments, bucket)}


def counts_router(service: str) -> APIRouter:
    """Return `/counts`, `/counts/buckets`, `/counts/dossiers` and `/counts/codes` for auditors."""
    router = APIRouter(prefix="/counts", tags=["operations"])

    @router.get("", summary="Số sự kiện đã phát và đã áp dụng")
    async def counts(runtime: RuntimeDep, _who: Auditor) -> dict[str, Any]:
        async with (
            runtime.pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await totals(conn, service)

    @router.get("/buckets", summary="Theo nhóm hồ sơ")
    async def by_bucket(runtime: RuntimeDep, _who: Auditor, emitter: Service) -> dict[str, Any]:
        async with runtime.pool.acquire() as conn:
            return {"emitter": emitter, "buckets": await buckets(conn, service, emitter)}

    @router.get("/dossiers", summary="Theo hồ sơ của một nhóm")
    async def by_dossier(
        runtime: RuntimeDep, _who: Auditor, emitter: Service, bucket: Annotated[int, Query(ge=0, lt=BUCKETS)]
    ) -> dict[str, Any]:
        async with runtime.pool.acquire() as conn:
            return {"emitter": emitter, "dossiers": await dossiers(conn, service, emitter, bucket)}

    @router.get("/codes", summary="Mã của hồ sơ")
    async def codes(
        runtime: RuntimeDep,
        _who: Auditor,
        id: Annotated[list[UUID], Query(max_length=500)],  # noqa: A002
    ) -> dict[str, Any]:
        async with runtime.pool.acquire() as conn:
            rows = await conn.fetch(
                "SELECT id, code FROM dossier WHERE id = ANY($1::uuid[]) AND code IS NOT NULL", id
            )
        return {"codes": {str(row["id"]): row["code"] for row in rows}}

    return router
