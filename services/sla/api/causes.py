"""/dossiers/{code}/cause: why a dossier is late, as proposed and as persons stated it."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Cause, LegNo, UnitCode
from libs.clock import utcnow
from libs.db import Connection, transaction
from libs.http import RuntimeDep
from libs.idempotency import OnceDep, run_once
from libs.paging import etag
from services.sla.handlers.access import Code, Reader, RulebookDep, unknown_dossier
from services.sla.handlers.late_access import Stater, person_of
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.handlers.proposing import proposal_of
from services.sla.handlers.stating import LONGEST, Finding, read_notes, state
from services.sla.store import causes, lookups

router = APIRouter(tags=["causes of lateness"])


class FindingIn(BaseModel):
    """What a person states about a lateness."""

    model_config = ConfigDict(extra="forbid")

    cause: Cause
    responsible_unit: UnitCode | None = None
    leg_no: LegNo | None = None
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]

    def finding(self) -> Finding:
        """Return it for the handler."""
        return Finding(cause=self.cause, text=self.text, unit=self.responsible_unit, leg=self.leg_no)


@router.get("/dossiers/{code}/cause")
async def cause_of(
    code: Code, identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep, response: Response
) -> dict[str, Any]:
    """Return the cause that stands, what the facts suggest today, and every change. `ETag` is the revision."""
    row = await lookups.by_code(runtime.pool, code, identity.scope(rulebook.catalogue))
    if row is None:
        raise unknown_dossier(code)
    stands = await causes.stated(runtime.pool, row.id)
    then = await PastRulebooks(runtime.pool, rulebook).of(row)
    proposal = proposal_of(row, then) if row.late_since and row.late_since <= utcnow() else None
    response.headers["ETag"] = etag(row.revision)
    return {
        "code": row.code,
        "cause": stands.cause,
        "responsible_unit": stands.unit,
        "leg_no": stands.leg,
        "by": stands.by,
        "proposal": proposal and proposal._asdict() | {"over": proposal.over // 1_000_000},
        "changes": [dict(record) for record in await causes.changes(runtime.pool, row.id)],
    }


@router.get("/dossiers/{code}/cause/notes")
async def notes_of(
    code: Code, identity: Stater, runtime: RuntimeDep, rulebook: RulebookDep
) -> dict[str, Any]:
    """Return the reasons persons gave, in their words. Audited."""
    person = person_of(identity, rulebook)
    row = await lookups.by_code(runtime.pool, code, person.scope)
    if row is None:
        raise unknown_dossier(code)
    async with transaction(runtime.pool) as conn:
        changes = await causes.changes(conn, row.id)
        ids = [change["note"] for change in changes if change["note"]]
        texts = await read_notes(conn, ids, person, action="cause-notes", subject=row.id)
    items = [
        {"id": each["note"], "at": each["at"], "staff": each["staff"], "text": texts.get(each["note"], "")}
        for each in changes
    ]
    return {"items": items}


@router.post("/dossiers/{code}/cause", status_code=201)
async def post_cause(
    code: Code,
    body: FindingIn,
    identity: Stater,
    runtime: RuntimeDep,
    rulebook: RulebookDep,
    once: OnceDep,
    if_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Confirm or change the cause of a lateness, with the reasons. Said as LatenessExplained, without the words."""
    person = person_of(identity, rulebook)
    row = await lookups.by_code(runtime.pool, code, person.scope)
    if row is None:
        raise unknown_dossier(code)
    dossier = row.id

    async def effect(conn: Connection) -> dict[str, Any]:
        stands, note = await state(conn, dossier, body.finding(), person, if_match=if_match)
        return {"code": stands.code, "cause": body.cause, "note": str(note), "revision": stands.revision}

    return await run_once(runtime.pool, once, effect, status=201)
