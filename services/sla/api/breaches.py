"""GET /breaches: facts that break a rule of the dossier's rule set, each with rule and article."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from libs.clock import utcnow
from libs.http import RuntimeDep
from libs.paging import Cursor, Limit, encode_cursor
from services.sla.api.lists import after_id
from services.sla.domain.answer import Note
from services.sla.domain.breaches import Breach, breaches
from services.sla.domain.words import NOTES
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.explanation import explain
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.store import lookups
from services.sla.store.dossiers import Row

router = APIRouter(tags=["lists"])


@router.get("/breaches")
async def list_breaches(
    identity: Reader,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    note: Annotated[Note | None, Query(description="only this kind; a page may then be short")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return breaches dossier by dossier: late notices of online filings, one supplement too many, late letters."""
    scope = identity.scope(rulebook.catalogue)
    rows = await lookups.with_breaches(runtime.pool, scope, after_id(cursor), limit)
    now, past = utcnow(), PastRulebooks(runtime.pool, rulebook)
    found = [
        _as_json(row, breach)
        for row in rows
        for breach in breaches(explain(row, await past.of(row), as_of=now).answer)
        if note in (None, breach.remark.note)
    ]
    return {"items": found, "cursor": encode_cursor([rows[-1].id]) if len(rows) == limit else None}


def _as_json(row: Row, breach: Breach) -> dict[str, Any]:
    remark = breach.remark
    return {
        "id": row.id,
        "code": row.code,
        "competent_unit": row.competent_unit,
        "at": remark.fact.time,
        "fact": remark.fact.kind,
        "event": remark.fact.id,
        "note": remark.note,
        "text": NOTES[remark.note],
        "rule": breach.rule,
        "ground": breach.basis.ground,
    }
