"""A list as CSV or XLSX, in flat memory: typed dates, no formula injection, one header."""

import asyncio
import csv
import io
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any

from starlette.responses import Response, StreamingResponse

from libs.clock import VN

BOM = "\ufeff"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet would take for a formula, wide forms and blanks before it included."""
_CHUNK = 1 << 16
_WIDTH = 20
_ROWS = 500
SHEET_ROWS = 1_000_000
"""Rows of a sheet; the format ends at 1,048,576, a longer list goes on in the next sheet."""
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]+")
_LONGEST = 32_767
"""Characters of a cell."""


class Format(StrEnum):
    """How a list is wanted."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def plain(value: object) -> str:
    """Return a cell as CSV text; moments in Viet Nam with their offset, a would-be formula made harmless."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(VN).isoformat(timespec="seconds")
    if isinstance(value, str) and (value.startswith(_RISKY) or value.lstrip().startswith(_RISKY)):
        return "'" + value
    return str(value)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a CSV file line by line, header first."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in _chain(header, rows):
        writer.writerow([plain(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _chain(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield header
    yield from rows


class Sheet:
    """An XLSX file written row by row to disk: header frozen and filtered, dates as dates, text as text.

    A list longer than a sheet goes on in the next one, each with its header, so that no row is lost.
    """

    def __init__(
        self, target: IO[bytes], name: str, header: Sequence[str], *, sheet_rows: int = SHEET_ROWS
    ) -> None:
        import xlsxwriter

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(target, options)
        self._moment = self._book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy"})
        self._bold = self._book.add_format({"bold": True})
        self._name = _NO_SHEET_NAME.sub(" ", name).strip("' ") or "Sheet"
        self._header, self._most, self._number = header, sheet_rows, 0
        self._begin()

    def _begin(self) -> None:
        self._number += 1
        suffix = "" if self._number == 1 else f" ({self._number})"
        self._sheet = self._book.add_worksheet(self._name[: 31 - len(suffix)] + suffix)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._header) - 1, _WIDTH)
        self._sheet.write_row(0, 0, self._header, self._bold)
        self._row = 0

    def _finish(self) -> None:
        self._sheet.autofilter(0, 0, self._row, len(self._header) - 1)

    def add(self, row: Sequence[Any]) -> None:
        """Write one row."""
        if self._row == self._most:
            self._finish()
            self._begin()
        self._row += 1
        for column, value in enumerate(row):
            self._write(column, value)

    def add_all(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write some rows."""
        for row in rows:
            self.add(row)

    def _write(self, column: int, value: object) -> None:
        at = (self._row, column)
        if isinstance(value, datetime):
            self._sheet.write_datetime(*at, value.astimezone(VN).replace(tzinfo=None), self._moment)
        elif isinstance(value, date):
            self._sheet.write_datetime(*at, value, self._day)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            self._sheet.write_number(*at, value)
        elif value is not None:
            self._sheet.write_string(*at, str(value)[:_LONGEST])

    def close(self) -> None:
        """Set the filter over all rows and finish the file."""
        self._finish()
        self._book.close()


def export(
    form: Format, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = False
) -> Response:
    """Return rows that are already there as a download; `bom` for spreadsheets that guess the encoding."""

    async def each() -> AsyncIterator[Sequence[Any]]:
        for row in rows:
            yield row

    return stream(form, name, header, each(), bom=bom)


def stream(
    form: Format, name: str, header: Sequence[str], rows: AsyncIterable[Sequence[Any]], *, bom: bool = False
) -> Response:
    """Return rows as they come as a download of any size: memory stays flat."""
    body = _csv(header, rows, bom=bom) if form is Format.CSV else _xlsx(name, header, rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(body, media_type=MEDIA[form], headers=headers)


async def _csv(
    header: Sequence[str], rows: AsyncIterable[Sequence[Any]], *, bom: bool
) -> AsyncIterator[bytes]:
    pending = (BOM if bom else "") + next(csv_lines(header, ()))
    async for row in rows:
        pending += next(csv_lines(row, ()))
        if len(pending) > _CHUNK:
            yield pending.encode()
            pending = ""
    yield pending.encode()


async def _xlsx(name: str, header: Sequence[str], rows: AsyncIterable[Sequence[Any]]) -> AsyncIterator[bytes]:
    """Write in a thread: a long list must not hold up whatever else this process does."""
    with tempfile.TemporaryFile() as file:
        sheet = Sheet(file, name, header)
        pending: list[Sequence[Any]] = []
        async for row in rows:
            pending.append(row)
            if len(pending) == _ROWS:
                await asyncio.to_thread(sheet.add_all, pending)
                pending = []
        await asyncio.to_thread(sheet.add_all, pending)
        await asyncio.to_thread(sheet.close)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
