"""The small lists: dossiers without a computable deadline, facts the clock ignored, recomputations."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from contracts.codes import Role
from libs.clock import utcnow
from libs.http import RuntimeDep
from libs.identity import Identity, require
from libs.paging import Cursor, Limit, encode_cursor, own_id, read_cursor
from services.sla.domain.answer import Note
from services.sla.domain.words import ERRORS, NOTES
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.explanation import explain
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.store import lookups
from services.sla.store.recomputes import latest
from services.sla.store.touched import FIRST

router = APIRouter(tags=["lists"])
_OVERTAKING = timedelta(minutes=15)
"""For so long after a dossier changed an answer without its question is normal."""


def after_id(cursor: str | None) -> UUID:
    """Return the id after which a page begins; raises DomainError for a bad cursor."""
    after: tuple[UUID] = read_cursor(cursor, own_id) or (FIRST,)
    return after[0]


@router.get("/errors")
async def errors(
    identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep, cursor: Cursor = None, limit: Limit = 100
) -> dict[str, Any]:
    """Return dossiers whose deadline cannot be computed, and why. None of them counts as on time."""
    scope = identity.scope(rulebook.catalogue)
    records = await lookups.errors(runtime.pool, scope, after_id(cursor), limit)
    rows = [{**dict(record), "text": ERRORS[record["why"]]} for record in records]
    return {"items": rows, "cursor": encode_cursor([rows[-1]["id"]]) if len(rows) == limit else None}


@router.get("/differences")
async def differences(
    identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep, cursor: Cursor = None, limit: Limit = 100
) -> dict[str, Any]:
    """Return dossiers whose slip or legacy register (`slip_at`) names another day than the clock (`due_original`)."""
    scope = identity.scope(rulebook.catalogue)
    rows = [dict(r) for r in await lookups.differences(runtime.pool, scope, after_id(cursor), limit)]
    return {"items": rows, "cursor": encode_cursor([rows[-1]["id"]]) if len(rows) == limit else None}


@router.get("/conflicts")
async def conflicts(
    identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep, cursor: Cursor = None, limit: Limit = 100
) -> dict[str, Any]:
    """Return facts that the clock could not use, dossier by dossier: rival endings, answers without question.

    An answer may overtake its question on its way here: it is listed when the question has not come for a while.
    """
    scope = identity.scope(rulebook.catalogue)
    rows = await lookups.conflicts(runtime.pool, scope, after_id(cursor), limit)
    found, now, past = [], utcnow(), PastRulebooks(runtime.pool, rulebook)
    for row in rows:
        answer = explain(row, await past.of(row), as_of=now).answer
        waits = row.changed_at is not None and row.changed_at > now - _OVERTAKING
        found += [
            {
                "id": row.id,
                "code": row.code,
                "competent_unit": row.competent_unit,
                "at": remark.fact.time,
                "fact": remark.fact.kind,
                "event": remark.fact.id,
                "note": remark.note,
                "text": NOTES[remark.note],
            }
            for remark in answer.ignored
            if not (waits and remark.note is Note.NO_QUESTION)
        ]
    return {"items": found, "cursor": encode_cursor([rows[-1].id]) if len(rows) == limit else None}


@router.get("/recomputations")
async def recomputations(
    _identity: Annotated[Identity, Depends(require(Role.OPERATOR, Role.ADMIN, Role.INSPECTOR))],
    runtime: RuntimeDep,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Return the latest recomputations after calendar decisions: how many clocks were looked at and moved."""
    return {"items": [dict(record) for record in await latest(runtime.pool, limit)]}
