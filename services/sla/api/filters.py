"""/late-filters: filters of the late list, saved under names."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import UnitCode
from libs.db import transaction
from libs.http import RuntimeDep
from libs.paging import Cursor, Limit, encode_cursor, read_cursor, text
from services.sla.api.late import AskedDep
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.filters import as_json, forget, save
from services.sla.handlers.late_access import person_of
from services.sla.handlers.late_asked import buckets_of, require_known
from services.sla.store import filters

router = APIRouter(prefix="/late-filters", tags=["saved filters"])


@router.get("")
async def saved(
    identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep, cursor: Cursor = None, limit: Limit = 100
) -> dict[str, Any]:
    """Return the caller's filters and those of units in the caller's scope, by name."""
    person = person_of(identity, rulebook)
    (after,) = read_cursor(cursor, text) or ("",)
    found = await filters.seen(runtime.pool, person.staff, person.scope, after, limit)
    following = None
    if len(found) == limit:
        following = encode_cursor([f"{found[-1]['name'].lower()}|{found[-1]['id']}"])
    return {"items": [as_json(record) for record in found], "cursor": following}


class SavedIn(BaseModel):
    """Under which name, and for whom. A name is typed by a person, so it is sent as the body, never in an address."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)]
    for_unit: UnitCode | None = None


@router.put("")
async def put_filter(
    body: SavedIn, asked: AskedDep, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> dict[str, Any]:
    """Save the filter of the same query string under a name: the caller's own, or for a unit's people."""
    person = person_of(identity, rulebook)
    async with transaction(runtime.pool) as conn:
        await require_known(conn, rulebook, asked)
        return as_json(await save(conn, body.name, body.for_unit, asked, person, buckets_of(runtime)))


@router.delete("/{own}", status_code=204)
async def delete_filter(own: UUID, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep) -> None:
    """Forget a filter."""
    async with transaction(runtime.pool) as conn:
        await forget(conn, own, person_of(identity, rulebook), identity)
