"""/explain-requests: "explain by <date>", sent to a unit, answered by it, tracked."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import DossierCode, UnitCode
from law.moments import vn_date
from libs.db import Connection, transaction
from libs.http import RuntimeDep
from libs.idempotency import OnceDep, run_once
from libs.paging import Cursor, Limit, encode_cursor, read_cursor, text
from services.sla.api.causes import FindingIn
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.late_access import Asker, Stater, person_of, place_of, unknown_request
from services.sla.handlers.requests import Asking, answer, ask, state_of
from services.sla.handlers.stating import LONGEST, read_notes
from services.sla.store import requests

router = APIRouter(prefix="/explain-requests", tags=["explain requests"])


class AskingIn(BaseModel):
    """What an inspector asks of a unit, until when (last day, Asia/Ho_Chi_Minh)."""

    model_config = ConfigDict(extra="forbid")

    unit: UnitCode
    due_on: date
    text: Annotated[str, Field(max_length=LONGEST)] = ""
    codes: Annotated[list[DossierCode], Field(max_length=1_000)] = []
    list: UUID | None = None


class AnswerIn(FindingIn):
    """A unit's answer about one dossier."""

    code: DossierCode


def as_json(record: Any, today: date) -> dict[str, Any]:
    """Return a request without its dossiers and words."""
    return dict(record) | {"state": state_of(record, today), "note": record["note"]}


@router.post("", status_code=201)
async def post_request(
    body: AskingIn, identity: Asker, runtime: RuntimeDep, rulebook: RulebookDep, once: OnceDep
) -> Response:
    """Ask a unit to explain late dossiers of its own by a date: some by their codes, or a frozen list's."""
    person = person_of(identity, rulebook)
    asking = Asking(unit=body.unit, due_on=body.due_on, text=body.text, codes=body.codes, list=body.list)

    async def effect(conn: Connection) -> dict[str, Any]:
        return await ask(conn, asking, person)

    return await run_once(runtime.pool, once, effect, status=201)


@router.get("")
async def listed(
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    state: Annotated[Literal["open", "overdue", "answered"] | None, Query(description="Tình trạng")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return requests to units in the caller's scope, the newest first, and how many there are of each state."""
    person = person_of(identity, rulebook)
    today = vn_date(person.now)
    found = await requests.page(runtime.pool, person.scope, today, state, place_of(cursor), limit)
    following = encode_cursor([found[-1]["asked_at"], found[-1]["id"]]) if len(found) == limit else None
    counts = await requests.counts(runtime.pool, person.scope, today)
    return {"counts": counts, "items": [as_json(each, today) for each in found], "cursor": following}


@router.get("/{own}")
async def one(
    own: UUID,
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return a request with its dossiers by code: what is answered, and what stands otherwise."""
    person = person_of(identity, rulebook)
    found = await requests.get(runtime.pool, own, person.scope)
    if found is None:
        raise unknown_request()
    (after,) = read_cursor(cursor, text) or ("",)
    items = await requests.items(runtime.pool, own, after, limit)
    following = encode_cursor([items[-1]["code"]]) if len(items) == limit else None
    return as_json(found, vn_date(person.now)) | {
        "items": [dict(each) for each in items],
        "cursor": following,
    }


@router.get("/{own}/notes")
async def notes(own: UUID, identity: Stater, runtime: RuntimeDep, rulebook: RulebookDep) -> dict[str, Any]:
    """Return the words of a request and of its answers (the first thousand dossiers). Audited."""
    person = person_of(identity, rulebook)
    async with transaction(runtime.pool) as conn:
        found = await requests.get(conn, own, person.scope)
        if found is None:
            raise unknown_request()
        answered = {
            each["note"]: each["code"] for each in await requests.items(conn, own, "", 1_000) if each["note"]
        }
        ids = [*answered, *([found["note"]] if found["note"] else [])]
        texts = await read_notes(conn, ids, person, action="explain-notes", subject=own)
    return {
        "text": texts.get(found["note"], ""),
        "items": [{"code": code, "text": texts.get(note, "")} for note, code in answered.items()],
    }


@router.post("/{own}/answers", status_code=201)
async def post_answer(
    own: UUID, body: AnswerIn, identity: Stater, runtime: RuntimeDep, rulebook: RulebookDep, once: OnceDep
) -> Response:
    """Answer for one dossier: the cause is stated as on the dossier itself, with the words."""
    person = person_of(identity, rulebook)

    async def effect(conn: Connection) -> dict[str, Any]:
        return await answer(conn, own, body.code, body.finding(), person)

    return await run_once(runtime.pool, once, effect, status=201)
