"""The acceptance table of the legal clock: every line names its source. Worked out by hand, 07:00–11:30, 13:30–17:00."""

from typing import NamedTuple

import pytest

from law.calendar import Calendar
from law.calendars import Calendars
from law.days import DayKind, DayRule, Decision, parse_sessions
from law.durations import Duration
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact
from tests.unit.law.support import CALENDAR_DAYS, DAYS, HOURS, MONTHS, NEW, OLD, calendar, decisions, on, show
from tests.unit.services.sla.domain.support import fact, story, terms

SOURCES = {
    "BLDS 147–148": "Bộ luật Dân sự 2015: ngày đầu không tính; ngày tương ứng hoặc ngày cuối tháng; lùi qua ngày nghỉ",
    "BLLĐ 112": "Bộ luật Lao động 2019, Điều 112: Tết 5 ngày, Quốc khánh 2 ngày, nghỉ bù ngày làm việc kế tiếp",
    "hoán đổi": "Thông báo hoán đổi ngày nghỉ từng năm, như lịch kèm theo nêu ở cột văn bản",
    "CP 25/12/2025": "Chính phủ đồng ý hoán đổi 02/01/2026 với 10/01/2026",
    "NQ 80-NQ/TW": "Ngày Văn hóa Việt Nam 24/11, nghỉ từ năm 2026",
    "TTHC 2.000635": "Trả trong ngày; tiếp nhận sau 15 giờ trả ngày làm việc tiếp theo (cũng 2.000815, 2.000908)",
    "TTHC 2.001159": "Thông báo lưu trú: 1 giờ làm việc",
    "cư trú, sáng thứ 7": "Nhận hồ sơ sáng thứ bảy; thời hạn tính từ ngày làm việc kế tiếp",
    "giờ hành chính": "Nộp ngoài giờ, giờ nghỉ trưa hay ngày nghỉ: tính từ lúc mở cửa kế tiếp; 8 giờ là một ngày",
    "NĐ 118/2025 Đ.16.3": "Hướng dẫn bổ sung một lần, đầy đủ",
    "NĐ 118/2025 Đ.17.4": "Kết quả trả ngay",
    "NĐ 118/2025 Đ.19.4": "Lấy ý kiến: thời hạn vẫn tính",
    "NĐ 118/2025 Đ.19.5": "Sau khi bổ sung thời hạn tính lại từ đầu; quá 15 ngày không bổ sung thì đóng hồ sơ",
    "NĐ 118/2025 Đ.19.6": "Xin lỗi, hẹn lại một lần, trước khi hết hạn ít nhất một ngày",
    "NĐ 118/2025 Đ.40": "Không có điều khoản chuyển tiếp: hồ sơ giữ quy định của ngày tiếp nhận",
    "NĐ 61/2018": "Cách tính thời kỳ này: hạn mới = hạn cũ + thời gian chờ (sửa đổi bởi NĐ 107/2021)",
    "QĐ 766/QĐ-TTg": "Sớm, đúng hay quá hạn là việc của ngày; hơn một lần bổ sung là quá hạn",
    "trạng thái 6": "Thời gian chờ thực hiện nghĩa vụ tài chính không tính vào thời hạn",
}
ISSUES = (  # what the table must cover
    "swap", "Tết 2023", "Tết 2024", "Tết 2025", "Tết 2026", "2/9", "24/11", "15:00", "lunch", "Saturday counter",
    "restart", "pause", "15-day closing", "second supplement", "extension", "month end", "leap day", "crossing",
    "zero limit", "outside hours", "payment", "consultation", "hours",
)  # fmt: skip


class Case(NamedTuple):
    """Source, what it is about, rules, limit, facts; first appointment, the one that holds, outcome."""

    source: str
    about: str
    rules: str
    limit: Duration
    facts: list[str]
    first: str
    due: str
    outcome: str | None = None


D = Duration
AT_ONCE, SAME_DAY = D(0), D(0, DAYS, same_day=True)
CASES = [
    Case("hoán đổi", "swap 31/12/2018 with 5/1/2019", OLD, D(4), ["2018-12-28 09:00 received"], "2019-01-05 17:00", "2019-01-05 17:00"),
    Case("hoán đổi", "swap 29/4/2019 with 4/5/2019", OLD, D(3), ["2019-04-26 09:00 received"], "2019-05-04 17:00", "2019-05-04 17:00"),
    Case("hoán đổi", "swap 29/4/2024 with 4/5/2024", OLD, D(3), ["2024-04-26 09:00 received"], "2024-05-04 17:00", "2024-05-04 17:00"),
    Case("hoán đổi", "swap 2/5/2025 with 26/4/2025", OLD, D(4), ["2025-04-25 09:00 received"], "2025-05-05 17:00", "2025-05-05 17:00"),
    Case("CP 25/12/2025", "swap 2/1/2026 with 10/1/2026", NEW, D(6), ["2025-12-31 09:00 received"], "2026-01-10 17:00", "2026-01-10 17:00"),
    Case("hoán đổi", "swap 31/8/2026 with 22/8/2026", NEW, D(1), ["2026-08-21 09:00 received"], "2026-08-22 17:00", "2026-08-22 17:00"),
    Case("trạng thái 6", "payment, pause over swap and holidays: 6 h on 29/4, 2 h on 5/5", OLD, D(5),
         ["2025-04-23 09:00 received", "2025-04-29 09:00 payment_requested p", "2025-05-05 09:00 payment_made p"],
         "2025-04-29 17:00", "2025-05-05 17:00"),
    Case("BLLĐ 112", "Tết 2023", OLD, D(2), ["2023-01-19 10:00 received"], "2023-01-30 17:00", "2023-01-30 17:00"),
    Case("BLLĐ 112", "Tết 2024", OLD, D(2), ["2024-02-07 10:00 received"], "2024-02-16 17:00", "2024-02-16 17:00"),
    Case("BLLĐ 112", "Tết 2025", OLD, D(2), ["2025-01-24 10:00 received"], "2025-02-04 17:00", "2025-02-04 17:00"),
    Case("BLLĐ 112", "Tết 2026", NEW, D(2), ["2026-02-13 10:00 received"], "2026-02-24 17:00", "2026-02-24 17:00"),
    Case("BLLĐ 112", "2/9/2023 with 1/9 and 4/9", OLD, D(1), ["2023-08-31 10:00 received"], "2023-09-05 17:00", "2023-09-05 17:00"),
    Case("BLLĐ 112", "2/9/2025 with 1/9", NEW, D(1), ["2025-08-29 10:00 received"], "2025-09-03 17:00", "2025-09-03 17:00"),
    Case("NQ 80-NQ/TW", "24/11/2026 is off", NEW, D(1), ["2026-11-23 10:00 received"], "2026-11-25 17:00", "2026-11-25 17:00"),
    Case("NQ 80-NQ/TW", "24/11/2025 is not", NEW, D(1), ["2025-11-21 10:00 received"], "2025-11-24 17:00", "2025-11-24 17:00"),
    Case("TTHC 2.000635", "15:00 line, at it", NEW, SAME_DAY, ["2026-03-04 15:00 received"], "2026-03-04 17:00", "2026-03-04 17:00"),
    Case("TTHC 2.000635", "15:00 line, after it", NEW, SAME_DAY, ["2026-03-06 15:01 received"], "2026-03-09 17:00", "2026-03-09 17:00"),
    Case("TTHC 2.000635", "15:00 line, complete again after it", NEW, SAME_DAY,
         ["2026-03-04 09:00 received", "2026-03-04 09:30 supplement_requested s", "2026-03-04 15:30 supplement_provided s"],
         "2026-03-04 17:00", "2026-03-05 17:00"),
    Case("NĐ 118/2025 Đ.17.4", "zero limit, late", NEW, AT_ONCE, ["2026-03-04 16:30 received", "2026-03-05 07:00 resolved"],
         "2026-03-04 17:00", "2026-03-04 17:00", "late"),
    Case("giờ hành chính", "lunch: an hour from 13:30", NEW, D(1, HOURS), ["2026-03-04 12:00 received"], "2026-03-04 14:30", "2026-03-04 14:30"),
    Case("TTHC 2.001159", "hours over night", NEW, D(1, HOURS), ["2026-03-04 16:30 received"], "2026-03-05 07:30", "2026-03-05 07:30"),
    Case("giờ hành chính", "outside hours: day 0 is the next working day", NEW, D(1), ["2026-03-06 17:00 received"], "2026-03-10 17:00", "2026-03-10 17:00"),
    Case("giờ hành chính", "outside hours: a Sunday", NEW, D(1), ["2026-03-08 09:00 received"], "2026-03-10 17:00", "2026-03-10 17:00"),
    Case("cư trú, sáng thứ 7", "Saturday counter", NEW, D(7), ["2026-03-07 08:00 received"], "2026-03-18 17:00", "2026-03-18 17:00"),
    Case("NĐ 118/2025 Đ.19.5", "restart at appraisal", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-06 09:00 supplement_requested s", "2026-03-10 09:00 supplement_provided s"],
         "2026-03-11 17:00", "2026-03-17 17:00"),
    Case("NĐ 61/2018", "pause in the old regime: 16 hours", OLD, D(5),
         ["2025-03-05 09:00 received", "2025-03-07 09:00 supplement_requested s", "2025-03-11 09:00 supplement_provided s"],
         "2025-03-12 17:00", "2025-03-14 17:00"),
    Case("NĐ 118/2025 Đ.19.5", "15-day closing: the wait ended on Monday 23/3", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-06 09:00 supplement_requested s", "2026-03-24 00:00 stopped"],
         "2026-03-11 17:00", "2026-03-27 17:00", "early"),
    Case("NĐ 118/2025 Đ.16.3", "second supplement runs on", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-05 09:00 supplement_requested a", "2026-03-06 09:00 supplement_provided a",
          "2026-03-09 09:00 supplement_requested b", "2026-03-16 09:00 resolved"],
         "2026-03-11 17:00", "2026-03-13 17:00", "late"),
    Case("NĐ 61/2018", "second supplement pauses again: 8 and 16 hours", OLD, D(5),
         ["2025-03-05 09:00 received", "2025-03-06 09:00 supplement_requested a", "2025-03-07 09:00 supplement_provided a",
          "2025-03-10 09:00 supplement_requested b", "2025-03-12 09:00 supplement_provided b"],
         "2025-03-12 17:00", "2025-03-17 17:00"),
    Case("NĐ 118/2025 Đ.19.6", "extension a day before expiry", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-10 16:59 extended 2026-03-16", "2026-03-16 23:00 resolved"],
         "2026-03-11 17:00", "2026-03-16 17:00", "on_time"),
    Case("NĐ 118/2025 Đ.19.6", "extension on the last day moves nothing", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-11 07:00 extended 2026-03-16", "2026-03-16 23:00 resolved"],
         "2026-03-11 17:00", "2026-03-11 17:00", "late"),
    Case("NĐ 118/2025 Đ.19.6", "extension, the second moves nothing", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-09 09:00 extended 2026-03-16", "2026-03-12 09:00 extended 2026-03-20"],
         "2026-03-11 17:00", "2026-03-16 17:00"),
    Case("NĐ 118/2025 Đ.19.4", "consultation", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-05 09:00 consultation_requested c", "2026-03-10 09:00 consultation_answered c"],
         "2026-03-11 17:00", "2026-03-11 17:00"),
    Case("BLDS 147–148", "month end: 31/3 to 30/4, rolled over the holidays", NEW, D(1, MONTHS), ["2026-03-31 09:00 received"],
         "2026-05-04 17:00", "2026-05-04 17:00"),
    Case("BLDS 147–148", "month end: 31/10 to 30/11, a Saturday", OLD, D(1, MONTHS), ["2024-10-31 09:00 received"], "2024-12-02 17:00", "2024-12-02 17:00"),
    Case("BLDS 147–148", "leap day reached", OLD, D(1, MONTHS), ["2024-01-31 09:00 received"], "2024-02-29 17:00", "2024-02-29 17:00"),
    Case("BLDS 147–148", "leap day left", OLD, D(12, MONTHS), ["2024-02-29 09:00 received"], "2025-02-28 17:00", "2025-02-28 17:00"),
    Case("BLDS 147–148", "days rolled off a Saturday", NEW, D(10, CALENDAR_DAYS), ["2026-03-04 09:00 received"], "2026-03-16 17:00", "2026-03-16 17:00"),
    Case("NĐ 118/2025 Đ.40", "crossing 30/6–1/7/2025, received before: pauses", OLD, D(5),
         ["2025-06-30 09:00 received", "2025-07-02 09:00 supplement_requested s", "2025-07-07 09:00 supplement_provided s"],
         "2025-07-07 17:00", "2025-07-10 17:00"),
    Case("NĐ 118/2025 Đ.40", "crossing 30/6–1/7/2025, received after: restarts", NEW, D(5),
         ["2025-07-01 09:00 received", "2025-07-02 09:00 supplement_requested s", "2025-07-07 09:00 supplement_provided s"],
         "2025-07-08 17:00", "2025-07-14 17:00"),
    Case("NĐ 118/2025 Đ.40", "crossing 30/6–1/7/2025, the last evening: old rules, day 0 in July", OLD, D(3),
         ["2025-06-30 17:01 received"], "2025-07-04 17:00", "2025-07-04 17:00"),
    Case("QĐ 766/QĐ-TTg", "on the day, after office hours: outside hours is in time", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-11 23:59 resolved"], "2026-03-11 17:00", "2026-03-11 17:00", "on_time"),
    Case("QĐ 766/QĐ-TTg", "an earlier day is early", NEW, D(5),
         ["2026-03-04 09:00 received", "2026-03-10 23:59 resolved"], "2026-03-11 17:00", "2026-03-11 17:00", "early"),
]  # fmt: skip


def facts_of(lines: list[str]) -> list[Fact]:
    """Read lines as `story` does; an extension names its new day."""
    plain = [line for line in lines if " extended " not in line]
    found = story(*plain)
    for seq, line in enumerate((each for each in lines if " extended " in each), 90):
        day, hour, kind, new = line.split()
        found.append(fact(f"{day} {hour}", kind, seq=seq, new_tick=fact(f"{new} 17:00", "moved").tick))
    return found


def calendar_for(case: Case) -> Calendar:
    if case.about != "Saturday counter":
        return calendar()
    morning = DayRule(
        date=on("2026-03-07"), kind=DayKind.COUNTER, sessions=parse_sessions([("07:30", "11:00")])
    )
    return Calendars([*decisions(), Decision(code="T7", days=(morning,))]).of()


@pytest.mark.parametrize("case", CASES, ids=[f"{case.about} ({case.source})"[:70] for case in CASES])
def test_the_clock_says_what_the_source_says(case: Case) -> None:
    bound = terms(case.rules, case.limit, on=calendar_for(case))

    found = fold(facts_of(case.facts), bound)

    assert found.due_original is not None
    assert found.due_current is not None
    assert (show(found.due_original), show(found.due_current)) == (case.first, case.due)
    assert (found.outcome.value if found.outcome else None) == case.outcome


def test_every_line_names_a_source_and_every_source_is_used() -> None:
    assert {case.source for case in CASES} == set(SOURCES)


@pytest.mark.parametrize("word", ISSUES)
def test_the_table_covers(word: str) -> None:
    assert any(word in case.about for case in CASES)
