"""A register's files as they are sent."""

from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from rich.console import Console

from cli.errors import CliError
from cli.import_files import cell, chunks
from cli.import_progress import Bars


def silent(_done: int, _total: int) -> None:
    pass


def test_a_csv_goes_as_it_is_and_tells_how_far_it_is(tmp_path: Path):
    path, told = tmp_path / "REGISTER.csv", []
    path.write_bytes("\ufeffcode,at\nĐ,1\n".encode() * 40_000)

    sent = b"".join(chunks(path, lambda done, total: told.append((done, total))))

    assert sent == path.read_bytes()
    assert told[-1] == (len(sent), len(sent))
    assert len(told) > 1


def test_a_sheet_becomes_csv_whose_lines_are_its_rows(tmp_path: Path):
    path = tmp_path / "REGISTER.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, ["code", "received_at", "number", "remark"])
    sheet.write_string(2, 0, "A-220301-1")
    sheet.write_datetime(2, 1, datetime(2022, 3, 1, 8, 30), moments)
    sheet.write_number(2, 2, 7)
    sheet.write_string(2, 3, "hai\ndòng, có dấu")
    book.close()

    lines = b"".join(chunks(path, silent)).decode().splitlines()

    assert lines == [
        "code,received_at,number,remark",
        "",
        'A-220301-1,2022-03-01T08:30:00,7,"hai dòng, có dấu"',
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2022, 3, 1), "2022-03-01"),
        (datetime(2022, 3, 1, 8, 30), "2022-03-01T08:30:00"),
        (12.0, "12"),
        (1.5, "1.5"),
        (" x ", "x"),
        ("", ""),
    ],
)
def test_cells_are_the_registers_text(value, text):
    assert cell(value) == text


def test_what_is_no_register_is_said_in_a_sentence(tmp_path: Path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK nothing")
    packed = tmp_path / "packed.csv"
    book = xlsxwriter.Workbook(packed)
    book.add_worksheet()
    book.close()

    for path, words in ((tmp_path / "none.csv", "no file"), (broken, "workbook"), (packed, "packed")):
        with pytest.raises(CliError, match=words):
            list(chunks(path, silent))


def test_without_a_terminal_a_long_stage_tells_lines_and_a_short_one_nothing():
    console = Console(record=True, width=100, force_terminal=False)
    shown = Bars(console)

    with shown.running():
        shown.show("short", 10, 10)

    assert console.export_text() == ""
