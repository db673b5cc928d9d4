"""UNITS: the units a register needs and the catalogue lacks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pydantic import ValidationError

from contracts.catalogue import Basis, Procedure, Unit
from services.intake.domain.reception import Reference
from services.intake.domain.register.files import Row
from services.intake.domain.register.words import Refusal, shown

_LEVELS = {"province", "district", "commune"}
_COMPARED = ("name", "level", "parent", "valid_from", "valid_to")
_DEEPEST = 8


class WithUnits:
    """The catalogue, and beside it the units a register brings along."""

    def __init__(self, reference: Reference, more: Iterable[Unit]) -> None:
        self._reference = reference
        self._more = {unit.code: unit for unit in more}

    def unit(self, code: str) -> Unit | None:
        """Return a unit, the catalogue's first."""
        return self._reference.unit(code) or self._more.get(code)

    def ancestors(self, code: str) -> Iterator[Unit]:
        """Yield a unit and those above it, upwards."""
        seen: set[str] = set()
        unit = self.unit(code)
        while unit is not None and unit.code not in seen:
            seen.add(unit.code)
            yield unit
            unit = self.unit(unit.parent) if unit.parent else None

    def procedure(self, code: str, on: date) -> Procedure | None:
        """Return the version of a procedure in force on a day."""
        return self._reference.procedure(code, on)

    def procedures(self) -> list[Procedure]:
        """Return every procedure in its newest version."""
        return self._reference.procedures()

    @property
    def lacking(self) -> list[Unit]:
        """Return the units the catalogue lacks, by code."""
        return [unit for code, unit in sorted(self._more.items()) if self._reference.unit(code) is None]


def read_units(rows: Sequence[Row], *, reference: Reference) -> tuple[list[Unit], list[Refusal]]:
    """Return the new units of the rows, and the rows that are refused. Rows may stand in any order."""
    refusals: list[Refusal] = []
    drafts: dict[str, tuple[Row, dict[str, str]]] = {}
    for row in rows:
        problem = _shape(row, drafts)
        if problem:
            refusals.append(Refusal("units", row.line, row.cells[0] if row.cells else "", *problem))
        else:
            drafts[row.cells[0]] = row, dict(zip(("code", "name", "level", "parent", "valid_from", "valid_to"), row.cells, strict=True))  # fmt: skip
    units: dict[str, Unit] = {}
    for code, (row, cells) in drafts.items():
        made = _made(cells, drafts, reference)
        known = reference.unit(code)
        differing = known and [
            name for name in _COMPARED if getattr(known, name) != getattr(made, name, None)
        ]
        if not isinstance(made, Unit):
            refusals.append(Refusal("units", row.line, code, *made))
        elif differing:
            reason = f"Danh mục đã có đơn vị này với nội dung khác: {', '.join(differing)}"
            refusals.append(Refusal("units", row.line, code, differing[0], "other_content", reason))
        elif known is None:
            units[code] = made
    _refuse_orphans(units, refusals, drafts, reference)
    return list(units.values()), refusals


def _refuse_orphans(
    units: dict[str, Unit],
    refusals: list[Refusal],
    drafts: dict[str, tuple[Row, dict[str, str]]],
    reference: Reference,
) -> None:
    """Refuse the units below a refused one, and those below them: none may name a parent that does not exist."""
    while orphans := [
        unit
        for unit in units.values()
        if unit.parent and unit.parent not in units and reference.unit(unit.parent) is None
    ]:
        why = {refusal.code: refusal for refusal in reversed(refusals)}
        for unit in orphans:
            del units[unit.code]
            above = why[str(unit.parent)]
            reason = (
                f"Đơn vị cấp trên {shown(above.code)} (dòng {above.line}) không được nhận: {above.reason}"
            )
            line = drafts[unit.code][0].line
            refusals.append(Refusal("units", line, unit.code, "parent", "parent_refused", reason))


def _shape(row: Row, drafts: dict[str, tuple[Row, dict[str, str]]]) -> tuple[str, str, str] | None:
    if not row.cells:
        return "", "columns", "Số ô khác với dòng tiêu đề"
    code, _, level, _, valid_from, valid_to = row.cells
    if code in drafts:
        return "code", "twice", f"Đơn vị {shown(code)} đã có ở dòng {drafts[code][0].line}"
    if level not in _LEVELS:
        return "level", "unknown", f"Cấp {shown(level)!r} không phải province, district hay commune"
    for name, text in (("valid_from", valid_from), ("valid_to", valid_to)):
        if text and _day(text) is None:
            return name, "iso_8601", f"Ngày {shown(text)!r} không đúng dạng ISO 8601"
    if valid_to and valid_to < valid_from:
        return "valid_to", "before_valid_from", "Ngày kết thúc trước ngày bắt đầu"
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _made(
    cells: dict[str, str], drafts: dict[str, tuple[Row, dict[str, str]]], reference: Reference
) -> Unit | tuple[str, str, str]:
    parent = cells["parent"]
    if parent and parent not in drafts and reference.unit(parent) is None:
        return "parent", "unknown", f"Không có đơn vị cấp trên {shown(parent)}"
    if not parent and cells["level"] != "province":
        return "parent", "required", "Thiếu đơn vị cấp trên"
    province = _province(cells, drafts, reference)
    if province is None:
        return "parent", "circle", "Các đơn vị cấp trên nối thành vòng"
    try:
        return Unit.model_validate(
            {key: value for key, value in cells.items() if value}
            | {"province": province, "basis": Basis.GENERAL}
        )
    except ValidationError as error:
        return str(error.errors()[0]["loc"][0]), "shape", "Giá trị không đúng dạng"


def _province(
    cells: dict[str, str], drafts: dict[str, tuple[Row, dict[str, str]]], reference: Reference
) -> str | None:
    """Return the province above a unit: the top of the file's own tree, then the catalogue's word."""
    for _ in range(_DEEPEST):
        if not cells["parent"]:
            return cells["code"]
        known = reference.unit(cells["parent"])
        if known is not None:
            return known.province
        cells = (
            drafts[cells["parent"]][1]
            if cells["parent"] in drafts
            else {"parent": "", "code": cells["parent"]}
        )
    return None
