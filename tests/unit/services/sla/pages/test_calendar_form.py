"""Lines people type, made into a calendar decision."""

from datetime import date

import pytest

from contracts.catalogue import DayKind
from libs.errors import ManyErrors
from services.sla.pages.calendar_form import draft_of
from services.sla.pages.calendar_words import weekdays

HEAD = {"document": "QĐ 1", "decided_on": "4/3/2026"}


def test_a_line_is_a_day_or_a_run_of_days():
    draft = draft_of(HEAD | {"days": "06/03/2026; đóng cửa; Bão số 3\n\n10/03/2026 - 12/03/2026; Nghỉ bù"})

    assert [(day.date.day, day.kind, day.name) for day in draft.days] == [
        (6, DayKind.CLOSED, "Bão số 3"), (10, DayKind.COMPENSATORY, None), (11, DayKind.COMPENSATORY, None),
        (12, DayKind.COMPENSATORY, None),
    ]  # fmt: skip


def test_hours_are_typed_as_people_write_them():
    (day,) = draft_of(HEAD | {"days": "07/03/2026; làm việc; Trực bão; 7:30–11:30, 13:00-16:30"}).days

    assert day.sessions == (("07:30", "11:30"), ("13:00", "16:30"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2-6", (1, 2, 3, 4, 5)), ("thứ 2 đến thứ 4", (1, 2, 3)), ("7", (6,)), ("cn", (7,)), ("3, 5", (2, 4))],
)
def test_weekdays_are_typed_as_people_say_them(text: str, expected: tuple[int, ...]):
    draft = draft_of(HEAD | {"weekly": f"{text}; làm việc; 08:00-12:00", "valid_from": "05/03/2026"})

    assert draft.weekly[0].weekdays == expected
    assert draft.valid_from == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("days", "6/3; đóng cửa", "Dòng 1: ngày phải có dạng"),
        ("days", "06/03/2026; nghỉ chơi", "loại ngày phải là một trong"),
        ("days", "06/03/2026 - 05/03/2026; đóng cửa", "ngày cuối phải sau ngày đầu"),
        ("days", "06/03/2026; làm việc; x; sáng", "giờ phải có dạng"),
        ("days", "06/03/2026; làm việc; x; 25:00-26:00", "giờ phải có dạng"),
        ("weekly", "8; làm việc", "thứ phải có dạng"),
        ("weekly", "2; nghỉ lễ", "hằng tuần chỉ có"),
        ("decided_on", "hôm qua", "Ngày phải có dạng"),
        ("document", "", "Văn bản"),
        ("unit", "đơn vị nọ", "Mã đơn vị"),
    ],
)
def test_what_nobody_can_read_names_its_field_and_line(field: str, text: str, words: str):
    with pytest.raises(ManyErrors) as refused:
        draft_of(HEAD | {field: text})

    assert refused.value.field == field
    assert words in refused.value.message


def test_weekdays_in_words():
    assert weekdays((0, 1, 2, 3, 4)) == "Thứ Hai đến Thứ Sáu"
    assert weekdays((0, 2)) == "Thứ Hai, Thứ Tư"
    assert weekdays((5,)) == "Thứ Bảy"
