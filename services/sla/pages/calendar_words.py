"""Vietnamese words of the calendar's pages, and hours as people write them."""

from collections.abc import Sequence

from law.days import DayKind
from law.timeline import Session
from services.sla.domain.words import WEEKDAYS
from services.sla.handlers.year import clock_time

KINDS: dict[str, str] = {
    DayKind.WORKING: "Ngày làm việc",
    DayKind.WEEKEND: "Nghỉ hằng tuần",
    DayKind.HOLIDAY: "Nghỉ lễ, tết",
    DayKind.COMPENSATORY: "Nghỉ bù",
    DayKind.SWAPPED_OFF: "Nghỉ hoán đổi",
    DayKind.MAKE_UP: "Làm bù",
    DayKind.CLOSED: "Đóng cửa",
    DayKind.COUNTER: "Chỉ tiếp nhận",
}
SIGNS: dict[str, str] = {
    DayKind.WORKING: "",
    DayKind.WEEKEND: "·",
    DayKind.HOLIDAY: "L",
    DayKind.COMPENSATORY: "B",
    DayKind.SWAPPED_OFF: "H",
    DayKind.MAKE_UP: "+",
    DayKind.CLOSED: "Đ",
    DayKind.COUNTER: "T",
}
"""What a day is, in the one cell it has in the year's table."""
STATES = {
    "proposed": ("Chờ duyệt", "wait"),
    "approved": ("Đã duyệt", "done"),
    "rejected": ("Không duyệt", "plain"),
}
ACTS = {
    "proposed": "Đề xuất",
    "previewed": "Tính xong số hồ sơ bị ảnh hưởng",
    "approved": "Duyệt",
    "rejected": "Không duyệt",
}


def hours(sessions: Sequence[Session]) -> str:
    """Return `07:30–11:30, 13:00–16:30`."""
    return ", ".join(f"{clock_time(opening)}–{clock_time(closing)}" for opening, closing in sessions)


def weekdays(numbers: Sequence[int]) -> str:
    """Return weekdays (0 is Monday), a run of three or more as `Thứ Hai đến Thứ Sáu`."""
    run = list(range(numbers[0], numbers[-1] + 1)) if numbers else []
    if list(numbers) == run and len(run) > 2:  # noqa: PLR2004 - a run
        return f"{WEEKDAYS[run[0]]} đến {WEEKDAYS[run[-1]]}"
    return ", ".join(WEEKDAYS[number] for number in numbers)
