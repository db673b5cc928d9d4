"""The page of one dossier's clock: day by day, printable."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from libs.clock import utcnow
from libs.http import RuntimeDep
from libs.ui import page
from services.sla.domain.words import OUTCOMES, WEEKDAYS
from services.sla.handlers.access import Code, Reader, RulebookDep, unknown_dossier
from services.sla.handlers.explanation import explain
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.pages.common import ENV, STATES
from services.sla.store import calendar_moves, lookups

router = APIRouter()


@router.get("/ho-so/{code}")
async def clock_page(
    code: Code, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> HTMLResponse:
    """Show how a dossier's deadline came about."""
    catalogue, now = rulebook.catalogue, utcnow()
    row = await lookups.by_code(runtime.pool, code, identity.scope(catalogue))
    if row is None:
        raise unknown_dossier(code)
    return page(
        ENV,
        "clock.html",
        identity=identity,
        now=now,
        it=explain(row, await PastRulebooks(runtime.pool, rulebook).of(row), as_of=now),
        moves=await calendar_moves.of_dossier(runtime.pool, row.id),
        procedures={procedure.code: procedure.name for procedure in catalogue.procedures()},
        name_of=catalogue.name_of,
        states=STATES,
        outcomes=OUTCOMES,
        weekdays=WEEKDAYS,
    )
