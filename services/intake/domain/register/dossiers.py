"""REGISTER: a row and its steps become a dossier that can be said, or the reasons why not."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple

from contracts.catalogue import JudgedBy, Procedure
from contracts.codes import Channel
from contracts.intake import StepKind
from services.intake.domain.competence import Places, chain, find_competent, stands
from services.intake.domain.lawbook import Appointment, LawBook
from services.intake.domain.moments import CLOSING, OPENING, read_moment, vn_day, wire
from services.intake.domain.reception import Reference
from services.intake.domain.register.files import COLUMNS, Row
from services.intake.domain.register.steps import ENDINGS, Step, out_of_order, read_step
from services.intake.domain.register.words import DOSSIER_CODE, PROCEDURE_CODE, Refusal, field_slug, shown

CONTENT = (*COLUMNS["register"][1:], "steps")
"""What two imports of a code are compared by."""
_CHANNELS = {channel.value for channel in Channel}
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What rows are checked against: reference data, law, the importer's scope, and the moment."""

    reference: Reference
    law: LawBook
    scope: frozenset[str] | None
    now: datetime
    chains: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def chain(self, unit: str) -> tuple[str, ...]:
        """Return a unit's ancestors, looked up once."""
        found = self.chains.get(unit)
        if found is None:
            found = self.chains[unit] = chain(self.reference, unit)
        return found


@dataclass(slots=True, kw_only=True)
class Draft:
    """A good row and its steps."""

    code: str
    line: int
    procedure: Procedure | None
    procedure_code: str
    field: str
    channel: str
    receiving_unit: str
    competent_unit: str
    received_at: datetime
    declared: datetime | None
    appointment: Appointment
    steps: list[Step]
    content: list[str]

    @property
    def ended_at(self) -> datetime | None:
        """Return when work on it ended."""
        return next((step.at for step in self.steps if step.kind in ENDINGS), None)

    def at(self, kind: StepKind) -> datetime | None:
        """Return when its first step of a kind was."""
        return next((step.at for step in self.steps if step.kind is kind), None)

    @property
    def differs(self) -> bool:
        """Tell whether the register's own deadline is another than the computed one, as lateness is judged."""
        due = self.appointment.due_at
        if self.procedure is None or self.declared is None or due is None:
            return False
        if self.procedure.judged_by is JudgedBy.MOMENT:
            return self.declared != due
        return vn_day(self.declared) != vn_day(due)


class _Stop(Exception):  # noqa: N818 - not an error: the row's way out
    def __init__(self, field: str, rule: str, reason: str) -> None:
        self.what = (field, rule, reason)


class Times(NamedTuple):
    """The four moments of a row."""

    received: datetime
    declared: datetime | None
    resolved: datetime | None
    returned: datetime | None


def read_dossier(row: Row, step_rows: Sequence[Row], *, terms: Terms) -> Draft | list[Refusal]:
    """Return the dossier of a row of REGISTER with its rows of STEPS, or everything it is refused for.

    A bad step refuses the dossier.
    """
    code = row.cells[0] if row.cells else ""
    try:
        draft = _draft(row, terms)
    except _Stop as stop:
        return [Refusal("register", row.line, code, *stop.what)]
    read = [read_step(each, code=code, units=terms.reference) for each in step_rows]
    bad = [each for each in read if isinstance(each, Refusal)]
    if bad:
        return bad
    draft.steps = [each for each in read if isinstance(each, Step)]
    return _finished(draft, row, terms.now)


def _draft(row: Row, terms: Terms) -> Draft:
    if not row.cells:
        raise _Stop("", "columns", "Số ô khác với dòng tiêu đề")
    code, procedure_code, field_text, channel, receiving, competent, *_ = row.cells
    if not DOSSIER_CODE.match(code):
        raise _Stop("code", "shape", f"Mã hồ sơ {shown(code)!r} không đúng dạng")
    if channel not in _CHANNELS:
        raise _Stop(
            "channel", "unknown", f"Hình thức nộp {shown(channel)!r} không phải counter, online hay post"
        )
    times = _times(row, terms.now)
    procedure = _procedure(procedure_code, field_text, times, terms)
    slug = procedure.field if procedure else field_slug(field_text) or ""
    _unit("receiving_unit", receiving, times.received, terms)
    if terms.scope is not None and receiving not in terms.scope:
        raise _Stop("receiving_unit", "outside_scope", f"Đơn vị {receiving} ngoài phạm vi của người nhập")
    competent = competent or _found(procedure, receiving, times.received, terms)
    _unit("competent_unit", competent, times.received, terms)
    content = [procedure_code, field_slug(field_text) or "", channel, receiving, row.cells[5]]
    content += [wire(moment) if moment else "" for moment in times]
    return Draft(
        code=code,
        line=row.line,
        procedure=procedure,
        procedure_code=procedure_code,
        field=slug,
        channel=channel,
        receiving_unit=receiving,
        competent_unit=competent,
        received_at=times.received,
        declared=times.declared,
        appointment=_appointment(procedure, channel, competent, times, terms),
        steps=[],
        content=content,
    )


def _times(row: Row, now: datetime) -> Times:
    received = _moment("received_at", row.cells[6], OPENING)
    if received is None:
        raise _Stop("received_at", "required", "Thiếu thời điểm tiếp nhận")
    if received > now + _CLOCKS_DIFFER:
        raise _Stop("received_at", "future", "Thời điểm tiếp nhận ở tương lai")
    declared = _moment("declared_due_at", row.cells[7], CLOSING)
    resolved = _moment("resolved_at", row.cells[8], CLOSING)
    returned = _moment("returned_at", row.cells[9], CLOSING)
    for name, moment in (("resolved_at", resolved), ("returned_at", returned)):
        if moment is not None and moment < received:
            raise _Stop(name, "before_reception", "Hồ sơ kết thúc trước khi tiếp nhận")
        if moment is not None and moment > now + _CLOCKS_DIFFER:
            raise _Stop(name, "future", "Thời điểm này ở tương lai")
    return Times(received, declared, resolved, returned)


def _moment(name: str, text: str, at: time) -> datetime | None:
    if not text:
        return None
    moment = read_moment(text, at=at)
    if moment is None:
        raise _Stop(name, "iso_8601", f"Thời điểm {shown(text)!r} không đúng dạng ISO 8601")
    return moment


def _procedure(code: str, field_text: str, times: Times, terms: Terms) -> Procedure | None:
    if not PROCEDURE_CODE.match(code):
        raise _Stop("procedure_code", "shape", f"Mã thủ tục {shown(code)!r} không đúng dạng")
    procedure = terms.reference.procedure(code, vn_day(times.received))
    if procedure is not None:
        return procedure
    if times.declared is None:
        text = (
            f"Thủ tục {code} không có trong danh mục: phải ghi lĩnh vực (field) và hạn trả (declared_due_at)"
        )
        raise _Stop("declared_due_at", "required_for_unknown_procedure", text)
    if field_slug(field_text) is None:
        text = f"Thủ tục {code} không có trong danh mục: phải ghi lĩnh vực"
        raise _Stop("field", "required_for_unknown_procedure", text)
    return None


def _unit(name: str, code: str, received: datetime, terms: Terms) -> None:
    if not code:
        raise _Stop(name, "required", "Thiếu mã đơn vị")
    on = vn_day(received)
    if not stands(terms.reference.unit(code), on):
        raise _Stop(name, "unknown", f"Không có đơn vị {shown(code)} tại ngày {on:%d/%m/%Y}")


def _found(procedure: Procedure | None, receiving: str, received: datetime, terms: Terms) -> str:
    if procedure is None:
        return receiving
    places, on = Places(receiving=receiving), vn_day(received)
    found = find_competent(terms.reference, procedure=procedure, places=places, on=on)
    if found is None:
        raise _Stop(
            "competent_unit", "not_found", "Chưa xác định được đơn vị giải quyết: phải ghi competent_unit"
        )
    return found


def _appointment(
    procedure: Procedure | None, channel: str, unit: str, times: Times, terms: Terms
) -> Appointment:
    rule_set = terms.law.rule_set(on=vn_day(times.received), procedure=procedure)
    if rule_set is None:
        raise _Stop("received_at", "no_rule_set", "Không có quy định nào có hiệu lực ở ngày tiếp nhận")
    return terms.law.appointment(
        procedure=procedure,
        declared=times.declared,
        channel=channel,
        received_at=times.received,
        rule_set=rule_set,
        chain=terms.chain(unit),
    )


def _finished(draft: Draft, row: Row, now: datetime) -> Draft | list[Refusal]:
    """Add what the row itself says about the end to its steps, and check the whole in time order."""
    given = _digest(draft.steps)
    resolved, returned = (read_moment(text, at=CLOSING) if text else None for text in row.cells[8:10])
    try:
        _add(draft, StepKind.RESOLVED, "resolved_at", resolved)
        _add(draft, StepKind.RETURNED, "returned_at", returned)
        gone = draft.at(StepKind.RETURNED)
        if gone is not None and draft.ended_at is None:
            draft.steps.append(Step(at=gone, kind=StepKind.RESOLVED, line=0))
        if gone is not None and draft.ended_at is not None and gone < draft.ended_at:
            raise _Stop("returned_at", "before_resolved", "Trả kết quả trước khi giải quyết xong")
    except _Stop as stop:
        return [Refusal("register", draft.line, draft.code, *stop.what)]
    draft.steps.sort(key=lambda step: step.place)
    wrong = out_of_order(
        draft.steps, code=draft.code, received_at=draft.received_at, now=now + _CLOCKS_DIFFER
    )
    if wrong is not None:
        return [
            wrong if wrong.line else wrong._replace(file="register", line=draft.line, field="resolved_at")
        ]
    draft.content.append(given)
    return draft


def _add(draft: Draft, kind: StepKind, column: str, at: datetime | None) -> None:
    stated = draft.at(kind)
    if at is not None and stated is not None and at != stated:
        raise _Stop(column, "conflict", f"Khác với bước {kind.value} trong tệp các bước")
    if at is not None and stated is None:
        draft.steps.append(Step(at=at, kind=kind))


def _digest(steps: Sequence[Step]) -> str:
    """Return a digest of steps as given, in any order; empty for none."""
    if not steps:
        return ""
    lines = sorted(
        "|".join((wire(s.at), s.kind, s.unit, str(s.officer), s.reason or "", s.remark, s.ground,
                  wire(s.new_due_at) if s.new_due_at else ""))
        for s in steps
    )  # fmt: skip
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def differing(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the columns in which two imports of the same code differ."""
    return [name for name, was, is_ in zip(CONTENT, old, new, strict=True) if was != is_]
