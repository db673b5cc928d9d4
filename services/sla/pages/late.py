"""The page `/sla/`: who is late, by how much and why; as it stands, or as it stood."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from contracts.codes import Role
from libs.clock import utcnow
from libs.errors import DomainError
from libs.http import RuntimeDep
from libs.ui import page
from services.sla.domain.cause_words import cause_name
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.late_access import FREEZERS
from services.sla.handlers.late_asked import Asked, buckets_of
from services.sla.handlers.late_list import Page, Totals
from services.sla.handlers.question import LateQuestion, Place
from services.sla.pages.common import ENV, STATES
from services.sla.pages.late_form import Form, choices

router = APIRouter()
FormDep = Annotated[Form, Depends()]
_PAGE = 50
_NOTHING = Page([], None)


@router.get("/")
async def late_page(
    form: FormDep, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> HTMLResponse:
    """Show late dossiers with filters, totals by lateness, and what can be done with the list."""
    asked, now = form.asked(), utcnow()
    found, totals, following = _NOTHING, Totals(0, 0, 0), None
    try:
        place = Place.of(form.cursor, asked.sort)
        listing = Asked(runtime, rulebook, identity)
        listed, wanted = await listing.list_of(asked, place.now(asked, now))
        totals = await listed.totals(wanted)
        found = await listed.page(wanted, place.after, _PAGE)
        following = Place.cursor(found.after, wanted, asked.sort)
    except DomainError as error:
        form.errors.append(_at_form(error))
        asked = LateQuestion()
    buckets = buckets_of(runtime)
    return page(
        ENV,
        "late.html",
        status=422 if form.errors else 200,
        identity=identity,
        now=now,
        errors=form.errors,
        form=form,
        rows=found.rows,
        totals=totals,
        names={bucket.code: bucket.text for bucket in buckets} | {"0": "Chưa đủ một ngày làm việc"},
        next_page=f"/sla/?{form.query(cursor=following)}" if following else "",
        first_page=f"/sla/?{form.query()}" if form.cursor else "",
        export=asked.query(),
        as_of=asked.as_of,
        states=STATES,
        cause_name=cause_name,
        can_freeze=identity.has(*FREEZERS),
        can_ask=identity.has(Role.INSPECTOR),
        **choices(rulebook, buckets),
    )


def _at_form(error: DomainError) -> DomainError:
    """Return an error at the field of the page that it is about."""
    names = {"from": "tu", "to": "den", "as_of": "luc"}
    return DomainError(names.get(error.field, error.field), error.rule, error.message)
