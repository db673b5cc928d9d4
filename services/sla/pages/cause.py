"""The page of a dossier's cause of lateness: what is proposed, what persons stated, and the form to state it."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from contracts.codes import Cause
from libs.db import transaction
from libs.errors import DomainError
from libs.http import RuntimeDep
from libs.ui import page
from services.sla.domain.cause_words import CAUSES, cause_name, evidence
from services.sla.handlers.access import Code, Reader, RulebookDep, unknown_dossier
from services.sla.handlers.late_access import STATERS, Stater, person_of
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.handlers.proposing import proposal_of
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.stating import Finding, Person, read_notes, state
from services.sla.pages.common import ENV
from services.sla.store import causes, lookups
from services.sla.store.dossiers import Row

router = APIRouter()
Text = Annotated[str, Form(max_length=8_000)]
Typed = dict[str, str]


@router.get("/ho-so/{code}/nguyen-nhan")
async def cause_page(
    code: Code, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> HTMLResponse:
    """Show why a dossier is late. Who may state it also reads the reasons given: that is written down."""
    person = person_of(identity, rulebook)
    return await _show(code, runtime, rulebook, person, identity, {}, [])


@router.post("/ho-so/{code}/nguyen-nhan", response_model=None)
async def state_cause(  # noqa: PLR0913, PLR0917 - one argument per field
    code: Code,
    identity: Stater,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    cause: Text = "",
    responsible_unit: Text = "",
    leg_no: Text = "",
    text: Text = "",
) -> Response:
    """Confirm or change the cause, and show the page again."""
    person = person_of(identity, rulebook)
    typed = {"cause": cause, "responsible_unit": responsible_unit, "leg_no": leg_no, "text": text}
    row = await _row(runtime, code, person)
    try:
        async with transaction(runtime.pool) as conn:
            await state(conn, row.id, finding_of(typed), person)
    except DomainError as error:
        return await _show(code, runtime, rulebook, person, identity, typed, [error])
    return RedirectResponse(f"/sla/ho-so/{row.code}/nguyen-nhan", status_code=303)


def finding_of(typed: Typed) -> Finding:
    """Return what was typed; raises DomainError at the field that makes no sense."""
    if typed["cause"] not in set(Cause):
        raise DomainError("cause", "required", "Chọn một nguyên nhân")
    leg = typed["leg_no"].strip()
    if leg and not (leg.isascii() and leg.isdigit() and 1 <= int(leg) <= 99):  # noqa: PLR2004 - LegNo
        raise DomainError("leg_no", "number", "Công đoạn là một số từ 1 đến 99")
    return Finding(
        cause=Cause(typed["cause"]),
        text=typed["text"],
        unit=typed["responsible_unit"].strip() or None,
        leg=int(leg) if leg else None,
    )


async def _row(runtime: RuntimeDep, code: str, person: Person) -> Row:
    row = await lookups.by_code(runtime.pool, code, person.scope)
    if row is None:
        raise unknown_dossier(code)
    return row


async def _show(  # noqa: PLR0913, PLR0917 - what the page is made of
    code: str,
    runtime: RuntimeDep,
    rulebook: Rulebook,
    person: Person,
    identity: Reader,
    typed: Typed,
    errors: list[DomainError],
) -> HTMLResponse:
    row = await _row(runtime, code, person)
    is_late = row.late_since is not None and row.late_since <= person.now
    can_state = identity.has(*STATERS) and is_late
    stands = await causes.stated(runtime.pool, row.id)
    changes = await causes.changes(runtime.pool, row.id)
    notes = {}
    if identity.has(*STATERS) and changes:
        async with transaction(runtime.pool) as conn:
            ids = [each["note"] for each in changes if each["note"]]
            notes = await read_notes(conn, ids, person, action="cause-notes", subject=row.id)
    then = await PastRulebooks(runtime.pool, rulebook).of(row)
    proposal = proposal_of(row, then) if is_late else None
    suggested = {
        "cause": stands.cause or "", "responsible_unit": stands.unit or "", "leg_no": str(stands.leg or ""), "text": "",
    }  # fmt: skip
    return page(
        ENV,
        "cause.html",
        status=422 if errors else 200,
        identity=identity,
        now=person.now,
        errors=errors,
        row=row,
        is_late=is_late,
        stands=stands,
        proposal=proposal,
        evidence=evidence(proposal) if proposal else "",
        changes=changes,
        notes=notes,
        can_state=can_state,
        typed=suggested | typed,
        choices=[("", "Chọn nguyên nhân"), *((each.value, text) for each, text in CAUSES.items())],
        cause_name=cause_name,
        name_of=rulebook.catalogue.name_of,
    )
