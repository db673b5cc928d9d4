"""Lists as a table, CSV, JSON or XLSX, on the terminal or into a file."""

import io
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.errors import CliError
from libs.clock import VN
from libs.tables import BOM, Sheet, csv_lines

_WIDE = 240


class Format(StrEnum):
    """How a list is wanted."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


FormatOption = Annotated[Format, typer.Option("--format", help="table, csv, json or xlsx")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="write into this file")]


def vn_moment(text: str) -> str:
    """Return an ISO 8601 moment for people, in Việt Nam's time."""
    return f"{datetime.fromisoformat(text).astimezone(VN):%d/%m/%Y %H:%M}"


def form_of(form: Format, output: Path | None) -> Format:
    """Return the format wanted: where none is named, a file's name says it (`late.csv`)."""
    suffix = output.suffix.removeprefix(".").lower() if output else ""
    return Format(suffix) if form is Format.TABLE and suffix in {"csv", "json", "xlsx"} else form


def emit(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    form: Format = Format.TABLE,
    output: Path | None = None,
    title: str = "",
) -> None:
    """Write a list. CSV files begin with a byte order mark (spreadsheets need it), CSV on stdout does not.

    A text that a spreadsheet would take for a formula is made harmless. Raises `CliError` for XLSX without a file, and
    for a file that cannot be written.
    """
    form = form_of(form, output)
    if form is Format.XLSX:
        if output is None:
            raise CliError("XLSX is a file: say where with -o FILE.xlsx.")
        _write_bytes(output, _xlsx(columns, rows, title))
    elif form is Format.TABLE:
        _table(columns, rows, output, title)
    else:
        text = _json(columns, rows) if form is Format.JSON else "".join(csv_lines(columns, rows))
        if output is None:
            sys.stdout.write(text)
        else:
            mark = BOM if form is Format.CSV else ""
            _write_bytes(output, (mark + text).encode())


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]], output: Path | None, title: str) -> None:
    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        # the first column is what one copies into the next command: never cut, and nothing cut with dots
        table.add_column(column, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    if output is None:
        width = None if sys.stdout.isatty() else _WIDE  # in a pipe nobody reads columns folded to 80
        Console(width=width, markup=False, highlight=False).print(table)
        return
    text = io.StringIO()
    Console(file=text, width=_WIDE, markup=False, highlight=False).print(table)
    _write_bytes(output, text.getvalue().encode())


def _json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    listed = [dict(zip(columns, row, strict=True)) for row in rows]
    return json.dumps(listed, ensure_ascii=False, indent=1, default=str) + "\n"


def _xlsx(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str) -> bytes:
    target = io.BytesIO()
    sheet = Sheet(target, title or "motcua", columns)
    for row in rows:
        sheet.add(row)
    sheet.close()
    return target.getvalue()


def _write_bytes(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CliError(f"{path} cannot be written ({error.strerror}).") from error
