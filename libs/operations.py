"""Routes every service has: its dead letters and what waits, for operators; its catalogue's owner's door."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ValidationError

from contracts.catalogue import CatalogueItem
from contracts.topics import parse_item
from libs import breaker, dead_letters, paging
from libs.catalogue import Catalogue
from libs.catalogue_store import publish_items
from libs.db import transaction
from libs.errors import DomainError, ManyErrors
from libs.http import RuntimeDep
from libs.identity import Identity, Role, require
from libs.reconcile import counts_router
from libs.stream import Pipeline, explain

Operator = Annotated[Identity, Depends(require(Role.OPERATOR, Role.ADMIN))]
Admin = Annotated[Identity, Depends(require(Role.ADMIN))]
_MOST_ERRORS = 50


def operations_router(pipeline: Pipeline) -> APIRouter:
    """Return `/dead-letters`, `/inbox` and `/counts`: list, replay, resume, close the breaker, compare."""
    router = APIRouter()
    router.include_router(counts_router(pipeline.service))
    router.include_router(_letters_router(pipeline))
    router.include_router(_waiting_router(pipeline))
    return router


def _letters_router(pipeline: Pipeline) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/dead-letters")
    async def letters(
        runtime: RuntimeDep,
        _who: Operator,
        cursor: paging.Cursor = None,
        limit: paging.Limit = 100,
        state: str = "open",
    ) -> dict[str, Any]:
        """Return dead letters, newest first."""
        after = paging.read_cursor(cursor, paging.whole)
        async with runtime.pool.acquire() as conn:
            rows = await dead_letters.list_letters(
                conn, state=state or None, before=after[0] if after else None, limit=limit
            )
        more = paging.encode_cursor([rows[-1]["id"]]) if len(rows) == limit else None
        return {"items": [dict(row) for row in rows], "cursor": more}

    @router.post("/dead-letters/{letter_id}/replay")
    async def replay(runtime: RuntimeDep, who: Operator, letter_id: int, request: Request) -> dict[str, Any]:
        """Apply a dead letter again; a body, if any, is the mended event."""
        body = await request.body()
        done = await dead_letters.replay(
            runtime.pool, pipeline, letter_id, by=str(who.staff_id), value=body or None
        )
        return {"applied": done.applied, "still_held": done.still_held}

    return router


def _waiting_router(pipeline: Pipeline) -> APIRouter:
    """Return what is about those who wait: held dossiers, and the worker behind an open breaker."""
    router = APIRouter(tags=["operations"])

    @router.get("/inbox")
    async def waiting(
        runtime: RuntimeDep, _who: Operator, dossier: UUID | None = None, limit: paging.Limit = 100
    ) -> dict[str, Any]:
        """Return what waits, oldest first: gap, held, catalogue."""
        async with runtime.pool.acquire() as conn:
            rows = await dead_letters.list_waiting(conn, dossier=dossier, limit=limit)
        return {"items": [dict(row) for row in rows]}

    @router.post("/inbox/{dossier}/resume")
    async def resume(runtime: RuntimeDep, who: Operator, dossier: UUID) -> dict[str, Any]:
        """Give up a held dossier's dead letters and go on behind them."""
        done = await dead_letters.resume(runtime.pool, pipeline, dossier, by=str(who.staff_id))
        return {"applied": done.applied, "still_held": done.still_held}

    @router.post("/breaker/close")
    async def close(
        runtime: RuntimeDep,
        _who: Operator,
        patience: Annotated[int, Query(ge=1, le=100_000)] = breaker.PATIENCE,
    ) -> dict[str, Any]:
        """Let the worker start again; up to `patience` letters in a row are allowed until the next success."""
        async with transaction(runtime.pool) as conn:
            await breaker.close(conn, pipeline.group, patience)
        return {"patience": patience}

    return router


Check = Callable[[Sequence[CatalogueItem], Catalogue], None]
"""Raises DomainError (or ManyErrors) for items that must not be published."""


def accept_all(_items: Sequence[CatalogueItem], _catalogue: Catalogue) -> None:
    """Accept whatever the contract accepts."""


def catalogue_router(topic: str, check: Check = accept_all) -> APIRouter:
    """Return `PUT /catalogue` for the owner of `topic` and `GET /catalogue/status` for everybody's mirror."""
    router = APIRouter(tags=["catalogue"])

    @router.put("/catalogue")
    async def put(runtime: RuntimeDep, _who: Admin, request: Request) -> dict[str, int]:
        """Publish catalogue items (NDJSON, one event a line); unchanged content is not said again."""
        items = read_items(topic, await request.body())
        check(items, runtime.catalogue)
        async with transaction(runtime.pool) as conn:
            done = await publish_items(conn, items)
        return {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}

    @router.get("/catalogue/status")
    async def status(runtime: RuntimeDep, _who: Annotated[Identity, Depends(require())]) -> dict[str, Any]:
        """Return how many items of each kind this service knows."""
        catalogue = runtime.catalogue
        return {"revision": catalogue.revision, "items": catalogue.counts()}

    return router


def read_items(topic: str, body: bytes) -> list[CatalogueItem]:
    """Return the items of an NDJSON body; raises ManyErrors that name the bad lines."""
    items: list[CatalogueItem] = []
    bad: list[DomainError] = []
    for number, line in enumerate(body.splitlines(), 1):
        if not line.strip():
            continue
        try:
            items.append(parse_item(topic, line))
        except ValidationError as error:
            bad.append(DomainError(f"line {number}", "item_invalid", f"Dòng {number}: {explain(error)}"))
            if len(bad) >= _MOST_ERRORS:
                break
    if bad:
        raise ManyErrors(bad)
    return items
