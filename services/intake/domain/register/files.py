"""CSV as it streams in: bytes of any cut become rows in our column order, with the line each began on."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

COLUMNS = {
    "register": (
        "code",
        "procedure_code",
        "field",
        "channel",
        "receiving_unit",
        "competent_unit",
        "received_at",
        "declared_due_at",
        "resolved_at",
        "returned_at",
    ),
    "steps": ("code", "at", "event", "unit", "officer", "reason", "ground"),
    "units": ("code", "name", "level", "parent", "valid_from", "valid_to"),
}
_NEEDED = {
    "register": {"code", "procedure_code", "channel", "receiving_unit", "received_at"},
    "steps": {"code", "at", "event"},
    "units": {"code", "name", "level", "valid_from"},
}
_LONGEST_ROW = 1 << 20


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read: wrong encoding, no header, a quote that never ends (Vietnamese)."""


class Row(NamedTuple):
    """One row. `cells` is empty where their number differs from the header's."""

    line: int
    cells: list[str]


class RowReader:
    """Turns chunks of bytes into rows; feed it, then end it. Holds no more than one chunk and one row."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._rest = ""
        self._line = 0
        self._delimiter = ","
        self._width = 0
        self._places: list[int | None] = []
        self.ignored: list[str] = []
        """Columns of the file that we don't know."""

    def feed(self, chunk: bytes) -> list[Row]:
        """Return the rows that are complete with this chunk; raises UnreadableFileError."""
        self._rest += self._decode(chunk, final=False)
        cut = self._complete_until()
        block, self._rest = self._rest[:cut], self._rest[cut:]
        if len(self._rest) > _LONGEST_ROW:
            raise UnreadableFileError(
                f"Dòng {self._line + 1}: dấu nháy kép không được đóng, hoặc dòng quá dài"
            )
        return list(self._rows(block))

    def end(self) -> list[Row]:
        """Return what is left; raises UnreadableFileError where there was no header."""
        block = self._rest + self._decode(b"", final=True)
        self._rest = ""
        rows = list(self._rows(block))
        if not self._width:
            raise UnreadableFileError("Tệp trống: thiếu dòng tiêu đề")
        return rows

    def _decode(self, chunk: bytes, *, final: bool) -> str:
        try:
            return self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            raise UnreadableFileError(f"Sau dòng {self._line + 1}: tệp không phải là UTF-8") from None

    def _complete_until(self) -> int:
        """Return where the last row ends that no open quote runs past."""
        end, quotes, start = 0, 0, 0
        while (stop := self._rest.find("\n", start)) >= 0:
            quotes += self._rest.count('"', start, stop)
            start = stop + 1
            if quotes % 2 == 0:
                end = start
        return end

    def _rows(self, block: str) -> Iterator[Row]:
        if not block:
            return
        lines = block.replace("\0", "\ufffd").split("\n")
        if not self._width and not lines[0].count(",") and lines[0].count(";"):
            self._delimiter = ";"
        reader = csv.reader([f"{line}\n" for line in lines[:-1]] + lines[-1:], delimiter=self._delimiter)
        before, base = 0, self._line
        try:
            for cells in reader:
                begun, before = base + before + 1, reader.line_num
                if self._width:
                    yield from self._row(begun, cells)
                elif cells:
                    self._head(cells)
        except csv.Error as error:
            raise UnreadableFileError(f"Dòng {base + reader.line_num}: {error}") from None
        self._line = base + len(lines) - 1

    def _head(self, cells: Sequence[str]) -> None:
        names = [cell.strip().lower() for cell in cells]
        missing = _NEEDED[self._kind] - set(names)
        if missing:
            raise UnreadableFileError(f"Thiếu cột: {', '.join(sorted(missing))}")
        if len(set(names)) < len(names):
            raise UnreadableFileError("Dòng tiêu đề có cột trùng tên")
        self._width = len(names)
        self._places = [names.index(name) if name in names else None for name in COLUMNS[self._kind]]
        self.ignored = [name for name in names if name and name not in COLUMNS[self._kind]]

    def _row(self, line: int, cells: list[str]) -> Iterator[Row]:
        if not any(cell and not cell.isspace() for cell in cells):
            return
        if len(cells) != self._width:
            yield Row(line, [])
            return
        yield Row(line, ["" if place is None else cells[place].strip() for place in self._places])
