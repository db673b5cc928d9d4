"""A person states why a dossier is late: kept with what stood before, said to all, its words kept here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import Cause
from contracts.sla import LatenessExplained
from libs import outbox
from libs.catalogue import Catalogue
from libs.db import Connection
from libs.errors import ConflictError, DomainError, NotFoundError
from libs.ids import uuid7
from libs.paging import require_match
from services.sla.handlers.announce import Statement, utter
from services.sla.handlers.legs import custody_of
from services.sla.store import causes, dossiers
from services.sla.store.causes import Stated
from services.sla.store.dossiers import Row
from services.sla.store.packing import story_of

_SHORTEST, LONGEST = 3, 4_000
NOT_LATE = "not_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a person states. `unit` None: the dossier's own; `text` are the reasons, free words."""

    cause: Cause
    text: str
    unit: str | None = None
    leg: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who states it, and within which units."""

    staff: UUID
    scope: frozenset[str] | None
    catalogue: Catalogue
    now: datetime

    def may(self, *units: str | None) -> bool:
        """Tell whether one of the units lies in the scope."""
        return self.scope is None or not self.scope.isdisjoint(unit for unit in units if unit)


async def state(
    conn: Connection, dossier: UUID, finding: Finding, person: Person, *, if_match: str | None = None
) -> tuple[Row, UUID]:
    """Keep and say a person's cause in the open transaction; return the row and the id of the words.

    Raises NotFoundError outside the scope, ConflictError for a dossier that is not late, DomainError for an
    unknown unit or leg or missing words, StaleError where `if_match` names another revision.
    """
    _require_words(finding.text)
    _require_unit(person.catalogue, finding.unit)
    row = (await dossiers.lock(conn, [dossier]))[dossier]
    if row.is_new or not person.may(row.competent_unit, row.holder):
        raise NotFoundError("code", "dossier_unknown", "Không tìm thấy hồ sơ trong phạm vi của bạn")
    if row.late_since is None or row.late_since > person.now:
        raise ConflictError("code", NOT_LATE, f"Hồ sơ {row.code} không quá hạn, không có gì để giải trình")
    _require_leg(row, finding.leg)
    if if_match:
        require_match(if_match, row.revision)
    before = await causes.stated(conn, dossier)
    to = Stated(finding.cause.value, finding.unit or row.competent_unit, finding.leg, "person")
    note = uuid7()
    await causes.put_note(conn, note, dossier, person.now, person.staff, finding.text.strip())
    beside: dict[str, Any] = {
        "cause": finding.cause, "responsible_unit": to.unit, "leg_no": to.leg, "note": note, "officer": person.staff,
    }  # fmt: skip
    event = utter(row, Statement(LatenessExplained, person.now, beside), person.now)
    await causes.put_stated(conn, row, to, at=person.now)
    await causes.put_change(conn, dossier, before, to, at=person.now, staff=person.staff, note=note)
    await causes.audit(conn, at=person.now, staff=person.staff, action="cause", subject=dossier)
    await outbox.put(conn, [event])
    return row, note


def _require_words(text: str) -> None:
    if len(text.strip()) < _SHORTEST:
        raise DomainError("text", "required", "Nêu lý do xác nhận hoặc thay đổi nguyên nhân")
    if len(text) > LONGEST:
        raise DomainError("text", "too_long", f"Lý do dài nhất {LONGEST} ký tự")


def _require_unit(catalogue: Catalogue, unit: str | None) -> None:
    if unit and catalogue.unit(unit) is None:
        raise NotFoundError("responsible_unit", "unit_unknown", f"Không có đơn vị {unit}")


def _require_leg(row: Row, leg: int | None) -> None:
    known = {holding.leg for holding in custody_of(story_of(row.story)).holdings} - {None}
    if leg is not None and leg not in known:
        legs = ", ".join(map(str, sorted(filter(None, known)))) or "không có"
        raise NotFoundError("leg_no", "leg_unknown", f"Hồ sơ không có chặng {leg} (các chặng: {legs})")


async def read_notes(
    conn: Connection, ids: list[UUID], person: Person, *, action: str, subject: UUID
) -> dict[UUID, str]:
    """Return texts by id, and write down the look."""
    texts = await causes.notes(conn, ids)
    await causes.audit(
        conn, at=person.now, staff=person.staff, action=action, subject=subject, found=len(texts)
    )
    return texts
