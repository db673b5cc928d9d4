"""The acceptance table of first deadlines. Each line: why (source), received, limit, appointment, late from."""

from dataclasses import replace

import pytest

from law.deadline import DeadlineUncomputableError, Uncomputable, first_deadline
from law.durations import Declared, Duration, JudgedBy, Limit
from law.kinds import expiry
from law.moments import DAY, to_moment, to_tick
from law.rule_set import Appointment
from tests.unit.law.support import (
    CALENDAR_DAYS,
    DAYS,
    HOURS,
    MINUTES,
    MONTHS,
    NEW,
    OLD,
    calendar,
    deadline,
    rules,
    show,
    vn,
)  # fmt: skip

AT_ONCE = Duration(0)
SAME_DAY = Duration(0, DAYS, same_day=True)

TABLE = [
    # day 0 is the day of reception; the appointment is the close of the n-th working day after it
    ("5 working days", "2026-03-04 09:10", Duration(5), "2026-03-11 17:00", "2026-03-12 00:00"),
    ("received in the lunch break", "2026-03-04 12:00", Duration(1), "2026-03-05 17:00", "2026-03-06 00:00"),
    ("received after closing: day 0 is the next", "2026-03-04 17:00", Duration(1), "2026-03-06 17:00", "2026-03-07 00:00"),
    ("received on a Saturday", "2026-03-07 09:00", Duration(1), "2026-03-10 17:00", "2026-03-11 00:00"),
    # swap days
    ("31/12/2018 off, 5/1/2019 worked", "2018-12-28 09:00", Duration(3), "2019-01-04 17:00", "2019-01-05 00:00"),
    ("the same, four days", "2018-12-28 09:00", Duration(4), "2019-01-05 17:00", "2019-01-06 00:00"),
    ("29/4/2019 off, 4/5/2019 worked", "2019-04-26 09:00", Duration(3), "2019-05-04 17:00", "2019-05-05 00:00"),
    ("29/4/2024 off, 4/5/2024 worked", "2024-04-26 09:00", Duration(3), "2024-05-04 17:00", "2024-05-05 00:00"),
    ("26/4/2025 worked, 2/5/2025 off", "2025-04-25 09:00", Duration(4), "2025-05-05 17:00", "2025-05-06 00:00"),
    ("2/1/2026 off, 10/1/2026 worked (25/12/2025)", "2025-12-31 09:00", Duration(6), "2026-01-10 17:00", "2026-01-11 00:00"),
    ("22/8/2026 worked, 31/8/2026 off", "2026-08-21 09:00", Duration(1), "2026-08-22 17:00", "2026-08-23 00:00"),
    # Tết
    ("Tết 2023", "2023-01-19 10:00", Duration(2), "2023-01-30 17:00", "2023-01-31 00:00"),
    ("Tết 2024", "2024-02-07 10:00", Duration(2), "2024-02-16 17:00", "2024-02-17 00:00"),
    ("Tết 2025", "2025-01-24 10:00", Duration(2), "2025-02-04 17:00", "2025-02-05 00:00"),
    ("Tết 2026", "2026-02-13 10:00", Duration(2), "2026-02-24 17:00", "2026-02-25 00:00"),
    # National Day and Culture Day
    ("2/9/2023", "2023-08-31 10:00", Duration(1), "2023-09-05 17:00", "2023-09-06 00:00"),
    ("2/9/2026", "2026-08-28 10:00", Duration(1), "2026-09-03 17:00", "2026-09-04 00:00"),
    ("24/11/2026", "2026-11-23 10:00", Duration(1), "2026-11-25 17:00", "2026-11-26 00:00"),
    ("24/11/2025 is a working day", "2025-11-21 10:00", Duration(1), "2025-11-24 17:00", "2025-11-25 00:00"),
    # same-day results and the 15:00 line (procedures 2.000635, 2.000908, 2.000815)
    ("trong ngày, 14:59", "2026-03-04 14:59", SAME_DAY, "2026-03-04 17:00", "2026-03-05 00:00"),
    ("trong ngày, 15:00 is not after 15:00", "2026-03-04 15:00", SAME_DAY, "2026-03-04 17:00", "2026-03-05 00:00"),
    ("trong ngày, 15:01", "2026-03-04 15:01", SAME_DAY, "2026-03-05 17:00", "2026-03-06 00:00"),
    ("trong ngày, Friday 15:01", "2026-03-06 15:01", SAME_DAY, "2026-03-09 17:00", "2026-03-10 00:00"),
    ("trong ngày, online at night", "2026-03-04 22:00", SAME_DAY, "2026-03-05 17:00", "2026-03-06 00:00"),
    ("trả ngay (NĐ 118/2025 Đ.17.4)", "2026-03-04 16:30", AT_ONCE, "2026-03-04 17:00", "2026-03-05 00:00"),
    # working hours, exact
    ("1 hour (2.001159)", "2026-03-04 16:30", Duration(1, HOURS), "2026-03-05 07:30", "2026-03-06 00:00"),
    ("8 hours from the opening end at closing", "2026-03-04 07:00", Duration(8, HOURS), "2026-03-04 17:00", "2026-03-05 00:00"),
    ("4 hours over lunch", "2026-03-04 10:00", Duration(4, HOURS), "2026-03-04 16:00", "2026-03-05 00:00"),
    # calendar days roll forward
    ("10 days end on a Saturday", "2026-03-04 09:00", Duration(10, CALENDAR_DAYS), "2026-03-16 17:00", "2026-03-17 00:00"),
    ("15 days end in Tết", "2026-02-02 09:00", Duration(15, CALENDAR_DAYS), "2026-02-23 17:00", "2026-02-24 00:00"),
    # months
    ("a month from the 31st", "2026-03-31 09:00", Duration(1, MONTHS), "2026-05-04 17:00", "2026-05-05 00:00"),
    ("a month to leap day", "2024-01-31 09:00", Duration(1, MONTHS), "2024-02-29 17:00", "2024-03-01 00:00"),
    ("a year from leap day", "2024-02-29 09:00", Duration(12, MONTHS), "2025-02-28 17:00", "2025-03-01 00:00"),
    # the change of regime moves no deadline
    ("30/6/2025, NĐ 61/2018", "2025-06-30 16:59", Duration(3), "2025-07-03 17:00", "2025-07-04 00:00"),
    ("30/6/2025 after closing, still NĐ 61/2018", "2025-06-30 17:01", Duration(3), "2025-07-04 17:00", "2025-07-05 00:00"),
    ("1/7/2025, NĐ 118/2025", "2025-07-01 07:00", Duration(3), "2025-07-04 17:00", "2025-07-05 00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "received", "duration", "due", "late"), TABLE)
def test_the_appointment_is_what_the_law_says(
    why: str, received: str, duration: Duration, due: str, late: str
) -> None:
    computed = deadline(received, duration)

    assert (show(computed.due_at), show(computed.late_at)) == (due, late), why
    assert computed.starts_at >= vn(received)


HOUR_EXACT = [
    ("09:10 and a day", "2026-03-04 09:10", Duration(1), "2026-03-05 09:10"),
    ("at lunch", "2026-03-04 12:00", Duration(1), "2026-03-05 13:30"),
    ("after closing", "2026-03-04 18:00", Duration(1), "2026-03-06 07:00"),
    ("5 days over a weekend", "2026-03-04 16:59", Duration(5), "2026-03-11 16:59"),
    ("calendar days", "2026-03-04 09:10", Duration(10, CALENDAR_DAYS), "2026-03-16 09:10"),
]


@pytest.mark.parametrize(("why", "received", "duration", "due"), HOUR_EXACT)
def test_hour_exact_appointments_keep_the_hour_of_reception(
    why: str, received: str, duration: Duration, due: str
) -> None:
    law = replace(rules(NEW), appointment=Appointment.HOUR_EXACT)

    assert show(deadline(received, duration, law=law).due_at) == due, why


def test_minutes_run_day_and_night_and_are_judged_by_the_moment() -> None:
    limit = Limit.single(Duration(10, MINUTES), judged_by=JudgedBy.MOMENT)
    at = vn("2026-03-07 23:55")

    computed = first_deadline(
        received_at=at, channel=None, limit=limit, rule_set=rules(NEW), calendar=calendar()
    )

    assert show(computed.starts_at) == "2026-03-07 23:55"
    assert show(computed.due_at) == show(computed.late_at) == "2026-03-08 00:05"


def test_channels_may_have_limits_of_their_own() -> None:
    limit = Limit(((None, Duration(20)), ("online", Duration(17)), ("post", Duration(30))))  # 1.012753

    assert limit.on("online") == Duration(17)
    assert limit.on("counter") == Duration(20)
    assert Limit((("online", Duration(17)),)).on("counter") is None


def test_a_declared_deadline_is_kept_and_judged_by_date() -> None:
    limit = Declared(vn("2022-05-10 10:00"))

    computed = first_deadline(
        received_at=vn("2022-05-04 09:00"),
        channel=None,
        limit=limit,
        rule_set=rules(OLD),
        calendar=calendar(),
    )

    assert (show(computed.due_at), show(computed.late_at)) == ("2022-05-10 10:00", "2022-05-11 00:00")


@pytest.mark.parametrize(
    ("received", "limit", "reason"),
    [
        ("2026-03-04 09:00", None, Uncomputable.NO_LIMIT),
        ("2026-03-04 09:00", Limit(()), Uncomputable.NO_LIMIT),
        ("2027-12-28 09:00", Limit.single(Duration(30)), Uncomputable.OUTSIDE_CALENDAR),
        ("2017-05-04 09:00", Limit.single(Duration(3)), Uncomputable.OUTSIDE_CALENDAR),
        ("2026-03-04 09:00", Limit.single(Duration(200_000, MONTHS)), Uncomputable.OUTSIDE_CALENDAR),
        ("2026-03-04 09:00", Limit.single(Duration(10**12, CALENDAR_DAYS)), Uncomputable.OUTSIDE_CALENDAR),
        ("2026-03-04 09:00", Limit.single(Duration(10**12, HOURS)), Uncomputable.OUTSIDE_CALENDAR),
        ("2026-03-04 09:00", Limit.single(Duration(10**12, MINUTES)), Uncomputable.OUTSIDE_CALENDAR),
        ("2017-05-04 09:00", Declared(vn("2017-05-10 17:00")), Uncomputable.OUTSIDE_CALENDAR),
    ],
)
def test_a_deadline_that_cannot_be_computed_says_why(
    received: str, limit: Limit | Declared | None, reason: Uncomputable
) -> None:
    with pytest.raises(DeadlineUncomputableError) as caught:
        first_deadline(
            received_at=vn(received), channel=None, limit=limit, rule_set=rules(NEW), calendar=calendar()
        )

    assert caught.value.reason is reason


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        Duration(-1)


@pytest.mark.parametrize(
    ("duration", "since", "over"),
    [
        (Duration(120, MINUTES), "2026-03-06 16:00", "2026-03-06 18:00"),  # by the wall clock
        (Duration(8, HOURS), "2026-03-06 16:00", "2026-03-09 16:00"),
        (Duration(3), "2026-03-06 16:00", "2026-03-12 00:00"),
        (Duration(15, CALENDAR_DAYS), "2026-03-06 16:00", "2026-03-24 00:00"),  # rolled off a Saturday
        (Duration(1, MONTHS), "2024-01-31 16:00", "2024-03-01 00:00"),
    ],
)
def test_a_term_is_over_after_its_last_moment_or_day(duration: Duration, since: str, over: str) -> None:
    end = expiry(duration=duration, since=to_tick(vn(since)), line=calendar().timeline)

    assert show(to_moment(end)) == over
    assert end % DAY in {0, 1 + to_tick(vn(over)) % DAY}  # exact terms include their last moment
