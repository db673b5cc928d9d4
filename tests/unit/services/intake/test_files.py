"""CSV cut anywhere reads the same; files that are none say so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.register.files import COLUMNS, Row, RowReader, UnreadableFileError

HEAD = ",".join(COLUMNS["steps"])


def read(data: bytes, *cuts: int, kind: str = "steps") -> list[Row]:
    reader, rows, begin = RowReader(kind), [], 0
    for cut in sorted(cuts):
        rows += reader.feed(data[begin:cut])
        begin = max(begin, cut)
    rows += reader.feed(data[begin:])
    return rows + reader.end()


SAMPLE = (
    f"\ufeff{HEAD}\r\n"
    'A-220301-1,2022-03-01,sent,P49.C1,"Nguyễn, An","nhiều\r\ndòng, ""nháy""",\r\n'
    "\r\n"
    "B-220301-2,2022-03-01,sent\r\n"
    "C-220301-3,2022-03-01T08:00,received,,,,  \r\n"
    "D-220301-4,2022-03-01,resolved,,,,"
).encode()


@given(st.lists(st.integers(0, len(SAMPLE)), max_size=12))
def test_any_cut_gives_the_same_rows_and_lines(cuts):
    rows = read(SAMPLE, *cuts)

    assert [(row.line, row.cells[:1]) for row in rows] == [
        (2, ["A-220301-1"]),
        (5, []),
        (6, ["C-220301-3"]),
        (7, ["D-220301-4"]),
    ]
    assert rows[0].cells[4:6] == ["Nguyễn, An", 'nhiều\r\ndòng, "nháy"']


def test_semicolons_and_another_order_of_columns_are_read_and_unknown_columns_named():
    reader = RowReader("units")
    rows = reader.feed("name;code;level;valid_from;color\nXã A;P49.X;commune;2018-01-01;red\n".encode())

    assert rows == [Row(2, ["P49.X", "Xã A", "commune", "", "2018-01-01", ""])]
    assert reader.ignored == ["color"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "trống"),
        (b"code,at\n", "Thiếu cột: event"),
        (b"code,at,event,code\n", "trùng tên"),
        (HEAD.encode() + b"\n\xff\xfe\n", "UTF-8"),
        (HEAD.encode() + b'\n"' + b"x," * 600_000, "nháy kép"),
    ],
)
def test_what_is_no_register_is_refused_as_a_whole(data, words):
    with pytest.raises(UnreadableFileError, match=words):
        read(data)
