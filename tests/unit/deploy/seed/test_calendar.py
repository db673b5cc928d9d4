import filecmp
from datetime import date

import pytest

from deploy.seed import build_calendar, items
from deploy.seed.tables import DATA
from law.calendar import Calendar
from law.days import Decision


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar([Decision.parse(item.data.model_dump(mode="json")) for item in items.calendar()])


def _is_worked(calendar, day):
    return calendar.day(date.fromisoformat(day)).is_worked


def test_committed_file_is_what_a_fresh_build_makes(tmp_path):
    build_calendar.build(tmp_path)

    assert filecmp.cmp(tmp_path / "calendar.csv", DATA / "calendar.csv", shallow=False)


@pytest.mark.parametrize(
    ("off", "make_up"),
    [
        ("2018-12-31", "2019-01-05"),
        ("2019-04-29", "2019-05-04"),
        ("2024-04-29", "2024-05-04"),
        ("2025-05-02", "2025-04-26"),
        ("2026-01-02", "2026-01-10"),
        ("2026-08-31", "2026-08-22"),
    ],
)
def test_a_swapped_day_is_off_and_its_make_up_day_is_worked(calendar, off, make_up):
    assert not _is_worked(calendar, off)
    assert _is_worked(calendar, make_up)


@pytest.mark.parametrize(
    "day",
    [
        *("2022-01-03", "2022-01-31", "2022-02-04", "2022-04-11", "2022-05-02", "2022-05-03", "2022-09-01"),
        *("2022-09-02", "2023-01-02", "2026-02-16", "2026-02-20", "2026-04-27", "2026-11-24", "2027-02-10"),
        "2027-05-03",
    ],
)
def test_a_public_holiday_or_the_day_for_it_is_off(calendar, day):
    assert not _is_worked(calendar, day)


def test_every_day_off_has_its_document_and_only_2027_is_provisional():
    for item in items.calendar():
        assert item.data.document
        assert item.data.provisional == (item.data.code == "VN.2027")


def test_the_swap_of_january_2026_carries_the_date_of_its_decision():
    decided = {item.data.code: item.data.decided_on for item in items.calendar()}

    assert decided["VN.2026.S0102"] == date(2025, 12, 25)
