"""Lists as files: a mark where asked for, no formulas, typed dates, a frozen and filtered header, flat memory."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from libs.tables import Format, Sheet, csv_lines, plain, stream

HEADER = ("mã", "lúc", "ngày", "số", "chữ", "trống")
ROW = ("H01-1", datetime(2026, 3, 9, 17, 30, tzinfo=UTC), date(2026, 3, 9), Decimal("1.5"), "=1+1", None)


async def rows(number: int = 1) -> AsyncIterator[tuple[Any, ...]]:
    for _ in range(number):
        yield ROW


async def body(form: Format, *, bom: bool = False, number: int = 1) -> bytes:
    answer = stream(form, "ho-so", HEADER, rows(number), bom=bom)
    return b"".join([bytes(part) async for part in answer.body_iterator])


def sheet_xml(content: bytes, number: int = 1) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode()


async def test_csv_begins_with_the_mark_only_where_asked_for():
    marked, unmarked = await body(Format.CSV, bom=True), await body(Format.CSV)

    assert marked == b"\xef\xbb\xbf" + unmarked
    assert unmarked.decode().startswith("mã,lúc")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+84",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_text_is_never_a_formula(text: str):
    assert plain(text) == "'" + text


@pytest.mark.parametrize(("value", "text"), [(-5, "-5"), (None, ""), ("Nguyễn", "Nguyễn"), (True, "True")])
def test_what_is_no_text_stays_as_it_is(value: Any, text: str):
    assert plain(value) == text


def test_a_cell_with_quotes_and_line_ends_is_read_back_whole():
    told = 'một, "hai"\nba'
    lines = "".join(csv_lines(("a",), [(told,)]))

    assert list(csv.reader(io.StringIO(lines))) == [["a"], [told]]


async def test_an_xlsx_has_typed_dates_and_texts_that_are_texts():
    content = await body(Format.XLSX)

    header, row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert tuple(header) == HEADER
    assert row[1] == datetime(2026, 3, 10, 0, 30)  # of Việt Nam
    assert row[2] == date(2026, 3, 9)
    assert (row[3], row[4], row[5]) == (1.5, "=1+1", "")
    assert "<f>" not in sheet_xml(content)


async def test_the_header_is_frozen_and_every_row_filtered():
    xml = sheet_xml(await body(Format.XLSX, number=7))

    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in xml
    assert '<autoFilter ref="A1:F8"/>' in xml


def test_a_list_longer_than_a_sheet_goes_on_in_the_next():
    target = io.BytesIO()
    sheet = Sheet(target, "danh sách dài ba mươi mốt ký tự đúng", HEADER, sheet_rows=4)
    sheet.add_all([ROW] * 10)
    sheet.close()

    book = CalamineWorkbook.from_filelike(io.BytesIO(target.getvalue()))
    read = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [len(each) - 1 for each in read] == [4, 4, 2]
    assert all(tuple(each[0]) == HEADER for each in read)
    assert '<autoFilter ref="A1:F3"/>' in sheet_xml(target.getvalue(), 3)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Differences: 0", "Differences  0"), ("[a]/b?", "a b"), ("'đúng hạn'", "đúng hạn"), (":", "Sheet")],
)
def test_a_sheet_has_a_name_that_spreadsheets_take(name: str, shown: str):
    target = io.BytesIO()
    sheet = Sheet(target, name, ("a",))
    sheet.close()

    assert CalamineWorkbook.from_filelike(io.BytesIO(target.getvalue())).sheet_names == [shown]


def test_a_cell_longer_than_the_format_allows_is_cut_not_lost():
    target = io.BytesIO()
    sheet = Sheet(target, "dài", ("a",))
    sheet.add(("x" * 40_000,))
    sheet.close()

    read = CalamineWorkbook.from_filelike(io.BytesIO(target.getvalue())).get_sheet_by_index(0).to_python()
    assert len(read[1][0]) == 32_767
