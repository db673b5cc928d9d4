"""/frozen-lists: late lists frozen with number, moment and SHA-256, downloaded again and verified."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from libs.db import Connection
from libs.http import RuntimeDep
from libs.idempotency import OnceDep, run_once
from libs.paging import Cursor, Limit, encode_cursor
from libs.tables import MEDIA, Format
from services.sla.api.late import AskedDep
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.freezing import content, digest_of, finish, gather
from services.sla.handlers.late_access import Freezer, before_of, find_frozen, person_of
from services.sla.handlers.late_asked import Asked
from services.sla.store import frozen
from services.sla.store.frozen import FrozenList

router = APIRouter(prefix="/frozen-lists", tags=["frozen lists"])


def as_json(made: FrozenList) -> dict[str, Any]:
    """Return a list without its rows."""
    return {
        "id": made.id,
        "number": made.code,
        "frozen_at": made.frozen_at,
        "staff": made.staff,
        "query": made.query,
        "as_of": made.as_of,
        "dossiers": made.dossiers,
        "sha256": made.sha256,
    }


def etag_of(made: FrozenList) -> str:
    """Return the entity tag of a list's file: its SHA-256."""
    return f'"{made.sha256}"'


@router.post("", status_code=201)
async def post_list(
    asked: AskedDep, identity: Freezer, runtime: RuntimeDep, rulebook: RulebookDep, once: OnceDep
) -> Response:
    """Freeze the late list that the same query string asks for, with every row. It is never changed afterwards."""
    listing = Asked(runtime, rulebook, identity)
    made = await gather(runtime.pool, listing, asked, person_of(identity, rulebook))

    async def effect(conn: Connection) -> dict[str, Any]:
        return as_json(await finish(conn, made))

    return await run_once(runtime.pool, once, effect, status=201)


@router.get("")
async def lists(
    identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep, cursor: Cursor = None, limit: Limit = 100
) -> dict[str, Any]:
    """Return frozen lists that lie within the caller's units, the newest first."""
    scope = identity.scope(rulebook.catalogue)
    found = await frozen.page(runtime.pool, scope, before_of(cursor), limit)
    following = encode_cursor([found[-1].year, found[-1].number]) if len(found) == limit else None
    return {"items": [as_json(made) for made in found], "cursor": following}


@router.get("/{own}")
async def get_list(own: UUID, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep) -> dict[str, Any]:
    """Return what a list is, without its rows."""
    return as_json(await find_frozen(runtime, rulebook, identity, own))


@router.get("/{own}/file", response_model=None)
async def get_file(
    own: UUID, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> StreamingResponse:
    """Return the list as CSV (UTF-8 with BOM): each time the same bytes, whose SHA-256 is the list's."""
    made = await find_frozen(runtime, rulebook, identity, own)
    headers = {"Content-Disposition": f'attachment; filename="{made.code}.csv"', "ETag": etag_of(made)}
    return StreamingResponse(content(runtime.pool, made), media_type=MEDIA[Format.CSV], headers=headers)


@router.get("/{own}/verification")
async def verification(
    own: UUID, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> dict[str, Any]:
    """Return the SHA-256 kept with the list and the one of the rows as they lie there now."""
    made = await find_frozen(runtime, rulebook, identity, own)
    found = await digest_of(runtime.pool, made)
    return {"number": made.code, "sha256": made.sha256, "computed": found, "intact": found == made.sha256}
