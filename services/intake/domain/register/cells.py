"""The cells of one row of REGISTER: its moments, its procedure and its units, each checked by name."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple

from contracts.catalogue import Procedure
from services.intake.domain.competence import Places, chain, find_competent, stands
from services.intake.domain.lawbook import LawBook
from services.intake.domain.moments import CLOSING, OPENING, read_moment, vn_day
from services.intake.domain.reception import Reference
from services.intake.domain.register.files import Row
from services.intake.domain.register.words import PROCEDURE_CODE, dashed, field_slug, shown

CLOCKS_DIFFER = timedelta(minutes=5)
_NO_FIELD = (
    "Lĩnh vực không có trong danh mục: ghi mã hoặc tên lĩnh vực của danh mục, hoặc một tên ngắn "
    "(nhiều nhất 5 từ, không có dãy số); không ghi tên người, địa chỉ hay số điện thoại"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What rows are checked against: reference data, law, the importer's scope, and the moment."""

    reference: Reference
    law: LawBook
    scope: frozenset[str] | None
    now: datetime
    chains: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def chain(self, unit: str) -> tuple[str, ...]:
        """Return a unit's ancestors, looked up once."""
        found = self.chains.get(unit)
        if found is None:
            found = self.chains[unit] = chain(self.reference, unit)
        return found

    def field_of(self, text: str) -> str | None:
        """Return the code of a field of administration: the catalogue's by code or name, else a short one's own."""
        if not self.fields:
            for known in self.reference.procedures():
                self.fields.update({known.field: known.field, dashed(known.field_name): known.field})
        return self.fields.get(dashed(text)) or field_slug(text)


class StopError(Exception):
    """A cell says no: its column, the rule, and why (Vietnamese)."""

    def __init__(self, field: str, rule: str, reason: str) -> None:
        self.what = (field, rule, reason)


class Times(NamedTuple):
    """The four moments of a row."""

    received: datetime
    declared: datetime | None
    resolved: datetime | None
    returned: datetime | None


def read_times(row: Row, now: datetime) -> Times:
    """Return a row's moments, or raise StopError: unreadable, in the future, or an end before the beginning."""
    received = _moment("received_at", row.cells[6], OPENING)
    if received is None:
        raise StopError("received_at", "required", "Thiếu thời điểm tiếp nhận")
    if received > now + CLOCKS_DIFFER:
        raise StopError("received_at", "future", "Thời điểm tiếp nhận ở tương lai")
    declared = _moment("declared_due_at", row.cells[7], CLOSING)
    resolved = _moment("resolved_at", row.cells[8], CLOSING)
    returned = _moment("returned_at", row.cells[9], CLOSING)
    for name, moment in (("resolved_at", resolved), ("returned_at", returned)):
        if moment is not None and moment < received:
            raise StopError(name, "before_reception", "Hồ sơ kết thúc trước khi tiếp nhận")
        if moment is not None and moment > now + CLOCKS_DIFFER:
            raise StopError(name, "future", "Thời điểm này ở tương lai")
    return Times(received, declared, resolved, returned)


def _moment(name: str, text: str, at: time) -> datetime | None:
    if not text:
        return None
    moment = read_moment(text, at=at)
    if moment is None:
        raise StopError(name, "iso_8601", f"Thời điểm {shown(text)!r} không đúng dạng ISO 8601")
    return moment


def read_procedure(code: str, field_text: str, times: Times, terms: Terms) -> Procedure | None:
    """Return the procedure in force at reception, None for one the catalogue lacks but the row makes up for."""
    if not PROCEDURE_CODE.match(code):
        raise StopError("procedure_code", "shape", f"Mã thủ tục {shown(code)!r} không đúng dạng")
    procedure = terms.reference.procedure(code, vn_day(times.received))
    if procedure is not None:
        return procedure
    if times.declared is None:
        text = (
            f"Thủ tục {code} không có trong danh mục: phải ghi lĩnh vực (field) và hạn trả (declared_due_at)"
        )
        raise StopError("declared_due_at", "required_for_unknown_procedure", text)
    if not field_text:
        text = f"Thủ tục {code} không có trong danh mục: phải ghi lĩnh vực"
        raise StopError("field", "required_for_unknown_procedure", text)
    if terms.field_of(field_text) is None:
        raise StopError("field", "unknown", _NO_FIELD)
    return None


def read_unit(name: str, code: str, received: datetime, terms: Terms) -> None:
    """Raise StopError unless a unit is given and existed at reception."""
    if not code:
        raise StopError(name, "required", "Thiếu mã đơn vị")
    on = vn_day(received)
    if not stands(terms.reference.unit(code), on):
        raise StopError(name, "unknown", f"Không có đơn vị {shown(code)} tại ngày {on:%d/%m/%Y}")


def find_unit(procedure: Procedure | None, receiving: str, received: datetime, terms: Terms) -> str:
    """Return the competent unit a row does not name; of an unknown procedure, the receiving one."""
    if procedure is None:
        return receiving
    places, on = Places(receiving=receiving), vn_day(received)
    found = find_competent(terms.reference, procedure=procedure, places=places, on=on)
    if found is None:
        raise StopError(
            "competent_unit", "not_found", "Chưa xác định được đơn vị giải quyết: phải ghi competent_unit"
        )
    return found
