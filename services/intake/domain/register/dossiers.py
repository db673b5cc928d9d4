"""REGISTER: a row and its steps become a dossier that can be said, or the reasons why not."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.catalogue import JudgedBy, Procedure
from contracts.codes import Channel
from contracts.intake import StepKind
from services.intake.domain.lawbook import Appointment
from services.intake.domain.moments import CLOSING, read_moment, vn_day, wire, wires
from services.intake.domain.register.cells import (
    CLOCKS_DIFFER,
    StopError,
    Terms,
    Times,
    find_unit,
    read_procedure,
    read_times,
    read_unit,
)
from services.intake.domain.register.files import COLUMNS, Row
from services.intake.domain.register.steps import ENDINGS, Step, out_of_order, read_step
from services.intake.domain.register.words import DOSSIER_CODE, Refusal, field_compared, shown

CONTENT = (*COLUMNS["register"][1:], "steps")
"""What two imports of a code are compared by."""
_CHANNELS = {channel.value for channel in Channel}


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


def read_dossier(row: Row, step_rows: Sequence[Row], *, terms: Terms) -> Draft | list[Refusal]:
    """Return the dossier of a row of REGISTER with its rows of STEPS, or everything it is refused for.

    A bad step refuses the dossier.
    """
    code = row.cells[0] if row.cells else ""
    try:
        draft = _draft(row, terms)
    except StopError as stop:
        return [Refusal("register", row.line, code, *stop.what)]
    read = [read_step(each, code=code, units=terms.reference) for each in step_rows]
    bad = [each for each in read if isinstance(each, Refusal)]
    if bad:
        return bad
    draft.steps = [each for each in read if isinstance(each, Step)]
    return _finished(draft, row, terms.now)


def _draft(row: Row, terms: Terms) -> Draft:
    if not row.cells:
        raise StopError("", "columns", "Số ô khác với dòng tiêu đề")
    code, procedure_code, field_text, channel, receiving, competent, *_ = row.cells
    if not DOSSIER_CODE.match(code):
        raise StopError("code", "shape", f"Mã hồ sơ {shown(code)!r} không đúng dạng")
    if channel not in _CHANNELS:
        raise StopError(
            "channel", "unknown", f"Hình thức nộp {shown(channel)!r} không phải counter, online hay post"
        )
    times = read_times(row, terms.now)
    procedure = read_procedure(procedure_code, field_text, times, terms)
    field = procedure.field if procedure else terms.field_of(field_text) or ""
    read_unit("receiving_unit", receiving, times.received, terms)
    if terms.scope is not None and receiving not in terms.scope:
        raise StopError("receiving_unit", "outside_scope", f"Đơn vị {receiving} ngoài phạm vi của người nhập")
    competent = competent or find_unit(procedure, receiving, times.received, terms)
    read_unit("competent_unit", competent, times.received, terms)
    content = [procedure_code, field_compared(field_text), channel, receiving, row.cells[5]]
    content += wires(times)
    return Draft(
        code=code,
        line=row.line,
        procedure=procedure,
        procedure_code=procedure_code,
        field=field,
        channel=channel,
        receiving_unit=receiving,
        competent_unit=competent,
        received_at=times.received,
        declared=times.declared,
        appointment=_appointment(procedure, channel, competent, times, terms),
        steps=[],
        content=content,
    )


def _appointment(
    procedure: Procedure | None, channel: str, unit: str, times: Times, terms: Terms
) -> Appointment:
    rule_set = terms.law.rule_set(on=vn_day(times.received), procedure=procedure)
    if rule_set is None:
        raise StopError("received_at", "no_rule_set", "Không có quy định nào có hiệu lực ở ngày tiếp nhận")
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
        _end(draft, resolved, returned)
    except StopError as stop:
        return [Refusal("register", draft.line, draft.code, *stop.what)]
    draft.steps.sort(key=lambda step: step.place)
    wrong = out_of_order(draft.steps, code=draft.code, received_at=draft.received_at, now=now + CLOCKS_DIFFER)
    if wrong is not None:
        return [
            wrong if wrong.line else wrong._replace(file="register", line=draft.line, field="resolved_at")
        ]
    draft.content.append(given)
    return draft


def _end(draft: Draft, resolved: datetime | None, returned: datetime | None) -> None:
    """Add the ends the row names. A result that was returned was also resolved, at the latest then."""
    _add(draft, StepKind.RESOLVED, "resolved_at", resolved)
    _add(draft, StepKind.RETURNED, "returned_at", returned)
    gone = draft.at(StepKind.RETURNED)
    if gone is not None and draft.ended_at is None:
        draft.steps.append(Step(at=gone, kind=StepKind.RESOLVED))
    if gone is not None and draft.ended_at is not None and gone < draft.ended_at:
        raise StopError("returned_at", "before_resolved", "Trả kết quả trước khi giải quyết xong")


def _add(draft: Draft, kind: StepKind, column: str, at: datetime | None) -> None:
    stated = draft.at(kind)
    if at is not None and stated is not None and at != stated:
        raise StopError(column, "conflict", f"Khác với bước {kind.value} trong tệp các bước")
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
