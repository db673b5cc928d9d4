"""GET /dossiers/{code}/clock: one dossier's deadline, day by day."""

from typing import Any

from fastapi import APIRouter

from libs.clock import utcnow
from libs.http import RuntimeDep
from services.sla.handlers.access import Code, Reader, RulebookDep, unknown_dossier
from services.sla.handlers.explanation import as_json, explain
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.store import calendar_moves, lookups

router = APIRouter(tags=["clock"])


@router.get("/dossiers/{code}/clock")
async def clock(code: Code, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep) -> dict[str, Any]:
    """Return how a dossier's deadline came about: a line a day from reception to its end, or to now."""
    row = await lookups.by_code(runtime.pool, code, identity.scope(rulebook.catalogue))
    if row is None:
        raise unknown_dossier(code)
    moves = await calendar_moves.of_dossier(runtime.pool, row.id)
    then = await PastRulebooks(runtime.pool, rulebook).of(row)
    explained = as_json(explain(row, then, as_of=utcnow()), rulebook)
    return explained | {"calendar_moves": [dict(move) for move in moves]}
