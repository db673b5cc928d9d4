"""A register's files as they are sent: CSV bytes streamed, a sheet's rows turned into CSV. Memory stays flat for CSV."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cli.errors import CliError

_CHUNK = 256 * 1024
_LARGEST_SHEET = 1 << 30
"""Bytes of a workbook once unpacked: it is held in memory as a whole, some 860 bytes a row."""
_SHEET_ROWS = 2000

Tell = Callable[[int, int], None]
"""Called with bytes (of a sheet: rows) read so far, and in all."""


def chunks(path: Path, tell: Tell) -> Iterator[bytes]:
    """Yield a file's content as CSV bytes; raises `CliError` when it is missing or no file of ours."""
    if not path.is_file():
        raise CliError(f"There is no file {path}.")
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        yield from _sheet(path, tell)
    elif zipfile.is_zipfile(path):
        raise CliError(f"{path} is a packed file: give a CSV (UTF-8) or an .xlsx workbook.")
    else:
        yield from _plain(path, tell)


def _plain(path: Path, tell: Tell) -> Iterator[bytes]:
    size, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
            done += len(chunk)
            tell(done, size)


def _sheet(path: Path, tell: Tell) -> Iterator[bytes]:
    """Yield the first sheet of a workbook, an empty line for each empty row, so that line numbers are its rows."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > _LARGEST_SHEET:
            raise CliError(
                f"{path} is {unpacked >> 20} MB unpacked: save it as CSV (UTF-8), which is streamed."
            )
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (zipfile.BadZipFile, CalamineError, OSError) as error:
        raise CliError(f"{path} cannot be read as a workbook ({error}).") from None
    begin = sheet.start
    if begin is None:
        return
    yield b"\n" * begin[0]
    yield from _rows(sheet.iter_rows(), sheet.height, tell)


def _rows(rows: Iterable[Sequence[Any]], total: int, tell: Tell) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(rows, 1):
        cells = [cell(value) for value in row]
        if any(cells):
            writer.writerow([value.replace("\r\n", " ").replace("\n", " ") for value in cells])
        else:
            text.write("\n")
        if number % _SHEET_ROWS == 0 or number == total:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
            tell(number, total)


def cell(value: Any) -> str:
    """Return a cell as the register's text: moments as ISO 8601, whole numbers without a point."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
