"""A person's step on one dossier: lock, fold, let the domain decide, say it. One transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import Role
from libs.clock import VN, utcnow
from libs.db import Connection
from libs.errors import ConflictError, DomainError, ForbiddenError, NotFoundError
from libs.ids import uuid7
from libs.paging import require_match
from libs.tokens import Identity
from services.routing import metrics
from services.routing.domain.acting import Act
from services.routing.domain.apology import ExtensionRule
from services.routing.domain.dossier import Dossier
from services.routing.domain.say import (
    ConflictingStepError,
    ForeignStepError,
    RefusedError,
    Rule,
    Say,
)
from services.routing.handlers.hearing import assign, finish
from services.routing.handlers.reference import Reference
from services.routing.handlers.speaking import Talk
from services.routing.store import dossiers, finding
from services.routing.store.refusals import Refusal

Step = Callable[[Dossier, Act], Sequence[Say]]
"""Decides: from the dossier and who acts, what is said. Raises RefusedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which dossier, who asks, and the version they looked at (None: whatever it is)."""

    code: str
    identity: Identity
    if_match: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a step did: routing's new counter (the ETag), the new stage, the events said, warnings."""

    code: str
    seq: int
    stage: str
    events: list[dict[str, Any]]
    warnings: list[Rule] = field(default_factory=list)


class Commands:
    """Carries out one step within a transaction the caller opens.

    `refused` is the extension that was refused; that transaction is rolled back, so the caller keeps it
    (`refusals.keeping`).
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self.refused: Refusal | None = None

    async def carry_out(self, conn: Connection, order: Order, step: Step) -> Done:
        """Do one step. Raises NotFoundError, StaleError, ConflictError, ForbiddenError, DomainError."""
        scope = order.identity.scope(self._reference.catalogue)
        dossier_id = await finding.find(conn, order.code, scope)
        if dossier_id is None:
            raise NotFoundError("code", "dossier_unknown", f"Không có hồ sơ {order.code}")
        row = (await dossiers.lock(conn, [dossier_id]))[dossier_id]
        if order.if_match is not None:
            require_match(order.if_match, row.seq)
        talk = Talk(row, utcnow())
        dossier = talk.dossier()
        act = self._act(order.identity, scope, talk)
        try:
            says = step(dossier, act)
        except RefusedError as refusal:
            metrics.REFUSED.labels(refusal.rule.rule).inc()
            self.refused = _refusal(row.id, act, refusal.rule)
            raise _error_of(refusal) from None
        talk.say(says)
        after = talk.dossier()
        if after.leg is not None and (dossier.leg is None or after.leg.no != dossier.leg.no):
            await assign(conn, [talk])
        await finish(conn, [talk])
        return Done(order.code, row.seq, talk.dossier().stage, [_shown(event) for event in talk.said])

    def _act(self, identity: Identity, scope: frozenset[str] | None, talk: Talk) -> Act:
        at: datetime = max([talk.now, *(fact.time for fact in talk.row.facts)])
        dossier = talk.dossier()
        due = talk.row.due_current or (dossier.head.appointment_at if dossier.head else None)
        return Act(
            staff=identity.staff_id,
            scope=scope,
            at=at,
            today=at.astimezone(VN).date(),
            book=self._reference.book,
            due_at=due,
            late_at=talk.row.late_at,
            letter_by=self._reference.last_letter(dossier, due),
            is_supervisor=identity.has(Role.SUPERVISOR),
        )


def _refusal(dossier: UUID, act: Act, rule: Rule) -> Refusal | None:
    """Return what is kept of a refusal: of extensions by their own rules, of other steps nothing."""
    if rule.rule not in set(ExtensionRule):
        return None
    return Refusal(
        id=uuid7(), at=act.at, dossier=dossier, rule=rule.rule, source=rule.source, staff=act.staff, due_at=act.due_at
    )  # fmt: skip


def _shown(event: Any) -> dict[str, Any]:
    return {"type": event.name, "id": str(event.id), "dossierseq": event.dossierseq, "time": event.time}


def _error_of(refusal: RefusedError) -> DomainError:
    rule = refusal.rule
    kind: type[DomainError] = DomainError
    if isinstance(refusal, ConflictingStepError):
        kind = ConflictError
    elif isinstance(refusal, ForeignStepError):
        kind = ForbiddenError
    return kind(rule.field, rule.rule, rule.message, source=rule.source)


def request_of(done: Done, request: UUID) -> dict[str, Any]:
    """Return a step's answer together with the id of the request it made."""
    return {**answer_of(done), "request": str(request)}


def answer_of(done: Done) -> dict[str, Any]:
    """Return a step's answer as JSON: `seq` is the new ETag."""
    warnings = [
        {"field": w.field, "rule": w.rule, "message": w.message, **({"source": w.source} if w.source else {})}
        for w in done.warnings
    ]
    return {
        "code": done.code,
        "seq": done.seq,
        "stage": done.stage,
        "events": done.events,
        "warnings": warnings,
    }
