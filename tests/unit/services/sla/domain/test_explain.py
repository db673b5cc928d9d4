"""The explanation: one line a day, each saying why, under a head with the rules and above a conclusion."""

from datetime import timedelta

from law.durations import Duration
from services.sla.domain.answer import Answer
from services.sla.domain.clock import fold
from services.sla.domain.explain import Line, LineKind, forecast_of, lines_of
from services.sla.domain.standing import Apology, days_late, standing
from services.sla.domain.summary import conclusion, head, notes
from tests.unit.law.support import CALENDAR_DAYS, NEW, OLD, on, vn
from tests.unit.services.sla.domain.support import answer, fact, story, terms

RECEIVED = "2026-03-04 09:00 received"


def lines(given: Answer, as_of: str) -> list[Line]:
    return list(lines_of(given, as_of=vn(as_of)))


def kinds(given: list[Line]) -> list[str]:
    return [line.kind.value for line in given]


def test_day_zero_working_days_and_weekend_each_have_a_line() -> None:
    explained = lines(answer(NEW, RECEIVED), "2026-03-11 17:00")

    assert kinds(explained) == [
        "day_zero",
        "worked",
        "worked",
        "weekend",
        "weekend",
        "worked",
        "worked",
        "worked",
    ]
    assert explained[-1].total == timedelta(hours=40)
    assert explained[1].text == "Tính 8 giờ, cộng dồn 8 giờ"
    assert "Ngày hẹn trả (17:00)" in explained[-1].text
    assert [line.is_late for line in lines(answer(NEW, RECEIVED), "2026-03-12 08:00")][-2:] == [False, True]


def test_the_days_to_come_are_foretold_up_to_the_appointment() -> None:
    running = answer(NEW, RECEIVED)
    so_far = lines(running, "2026-03-06 10:00")
    to_come = list(forecast_of(running, as_of=vn("2026-03-06 10:00")))

    assert [line.date for line in (so_far[-1], *to_come)] == [
        on(f"2026-03-{day:02}") for day in (6, 7, 8, 9, 10, 11)
    ]
    assert to_come == lines(running, "2026-03-11 17:00")[3:]
    assert "Ngày hẹn trả (17:00)" in to_come[-1].text


def test_nothing_is_foretold_of_a_clock_that_waits_is_late_or_has_ended() -> None:
    asked = ("2026-03-05 09:00 supplement_requested", "2026-03-05 09:00 resolved")
    for given, at in (
        (answer(NEW, RECEIVED, asked[0]), "2026-03-06 10:00"),
        (answer(NEW, RECEIVED, asked[1]), "2026-03-06 10:00"),
        (answer(NEW, RECEIVED), "2026-03-11 17:00"),
    ):
        assert not list(forecast_of(given, as_of=vn(at)))


def test_a_holiday_names_itself_and_its_document() -> None:
    tet = {line.date: line for line in lines(answer(NEW, "2026-02-13 09:00 received"), "2026-02-24 12:00")}

    holiday = tet[on("2026-02-17")]
    assert holiday.kind is LineKind.HOLIDAY
    assert holiday.text.startswith("Nghỉ lễ: Tết Nguyên Đán")
    assert holiday.document is not None
    assert holiday.document in holiday.text


def test_a_swapped_day_and_its_make_up_day_name_the_decision_and_its_date() -> None:
    swap = {line.date: line for line in lines(answer(NEW, "2025-12-31 09:00 received"), "2026-01-11 12:00")}

    assert swap[on("2026-01-02")].text.startswith("Nghỉ do hoán đổi ngày làm việc")
    assert swap[on("2026-01-10")].kind is LineKind.MAKE_UP
    assert "25/12/2025" in swap[on("2026-01-10")].text
    assert swap[on("2026-01-10")].counted == timedelta(hours=8)


def test_a_wait_says_for_what_why_and_on_what_ground() -> None:
    asked = fact(
        "2026-03-06 10:00",
        "supplement_requested",
        reason="missing_paper",
        ground="ND-118-2025/19.5",
        request="s",
    )
    explained = lines(
        fold(
            [*story(RECEIVED), asked, fact("2026-03-10 15:00", "supplement_provided", request="s")],
            terms(OLD),
        ),
        "2026-03-12 17:00",
    )

    assert kinds(explained)[2:7] == ["worked", "paused", "paused", "paused", "worked"]
    assert explained[5].text == (
        "Tạm dừng chờ bổ sung hồ sơ; lý do: thiếu giấy tờ; căn cứ: NĐ 118/2025, Đ.19.5"
    )
    assert [line.counted for line in explained[2:7:4]] == [timedelta(hours=3), timedelta(hours=2)]


def test_a_restart_sets_the_running_total_back() -> None:
    restarted = answer(
        NEW, RECEIVED, "2026-03-06 09:00 supplement_requested", "2026-03-10 09:00 supplement_provided"
    )

    explained = lines(restarted, "2026-03-17 17:00")

    again = next(line for line in explained if line.kind is LineKind.RESTARTED)
    assert (again.date, again.total) == (on("2026-03-10"), timedelta(0))
    assert "tính lại từ đầu" in again.text
    assert explained[-1].total == timedelta(hours=40)


def test_calendar_days_count_weekends_too() -> None:
    explained = lines(answer(OLD, RECEIVED, duration=Duration(10, CALENDAR_DAYS)), "2026-03-16 17:00")

    assert [line.counted.days for line in explained][:6] == [0, 1, 1, 1, 1, 1]
    assert next(line.date for line in explained if line.total.days == 10) == on("2026-03-14")


def test_neutral_facts_and_the_end_are_told_on_their_day() -> None:
    told = answer(
        NEW,
        RECEIVED,
        "2026-03-05 09:00 consultation_requested c",
        "2026-03-06 10:00 moved",
        "2026-03-09 10:15 resolved",
    )

    explained = lines(told, "2026-04-01 00:00")

    assert "09:00 lấy ý kiến" in explained[1].text
    assert "10:00 chuyển đơn vị" in explained[2].text
    assert explained[-1].text.endswith("10:15 có kết quả giải quyết")
    assert explained[-1].date == on("2026-03-09")


def test_a_voided_dossier_is_explained_up_to_its_voiding_which_the_last_line_says() -> None:
    voided = answer(
        NEW, RECEIVED, "2026-03-05 09:00 payment_requested p", "2026-03-06 10:00 voided", "2026-03-09 09:00 resolved"
    )  # fmt: skip

    explained = lines(voided, "2026-04-01 00:00")

    assert [line.date for line in explained] == [on("2026-03-04"), on("2026-03-05"), on("2026-03-06")]
    assert "10:00 hủy biên nhận" in explained[-1].text
    assert (voided.due_current, voided.outcome, voided.late_at) == (None, None, None)
    assert head(voided)[0].startswith("Áp dụng Nghị định 118/2025")
    assert conclusion(voided, as_of=vn("2026-04-01 00:00")) == (
        "Biên nhận đã hủy lúc 10:00 ngày 06/03/2026, hồ sơ không được tính."
    )


def test_the_conclusion_names_the_moment_from_which_it_would_be_late() -> None:
    ended = answer(NEW, RECEIVED, "2026-03-12 09:00 resolved")

    assert conclusion(ended, as_of=vn("2026-04-01 00:00")) == (
        "09:00 ngày 12/03/2026 có kết quả giải quyết; hạn 17:00 ngày 11/03/2026, "
        "từ 00:00 ngày 12/03/2026 trở đi là quá hạn: quá hạn 1 ngày làm việc."
    )


def test_without_a_deadline_there_are_no_lines() -> None:
    assert lines(fold(story("2026-03-06 09:00 moved"), terms(NEW)), "2026-03-12 08:00") == []


def test_the_head_names_the_rule_set_and_its_article() -> None:
    said = "\n".join(head(answer(NEW, RECEIVED)))

    assert "Nghị định 118/2025/NĐ-CP" in said
    assert "NĐ 118/2025, Đ.19.5" in said
    assert "5 ngày làm việc" in said
    assert "hạn ban đầu 17:00 ngày 11/03/2026" in said


def test_the_conclusion_says_why() -> None:
    now = vn("2026-03-13 08:00")
    wait = "2026-03-06 09:00 supplement_requested"

    assert conclusion(answer(NEW, RECEIVED), as_of=now).startswith("Đang quá hạn 2 ngày làm việc")
    assert conclusion(answer(NEW, RECEIVED), as_of=vn("2026-03-11 23:59")).startswith("Còn trong hạn")
    assert "hết thời hạn chờ 00:00 ngày 24/03/2026" in conclusion(answer(NEW, RECEIVED, wait), as_of=now)
    assert conclusion(answer(NEW, RECEIVED, "2026-03-12 09:00 resolved"), as_of=now).endswith(
        "quá hạn 1 ngày làm việc."
    )
    assert conclusion(answer(NEW, RECEIVED, "2026-03-10 09:00 resolved"), as_of=now).endswith("trước hạn.")
    assert "hủy" in conclusion(answer(NEW, RECEIVED, "2026-03-04 10:00 voided"), as_of=now)
    assert "chưa được tiếp nhận" in conclusion(fold([], terms(NEW)), as_of=now)
    beyond = answer(NEW, "2027-12-28 09:00 received", duration=Duration(30))
    assert conclusion(beyond, as_of=now).startswith("Không tính được hạn")


def test_every_ignored_fact_has_a_sentence() -> None:
    odd = answer(NEW, RECEIVED, "2026-03-05 09:00 supplement_provided")

    assert notes(odd) == ("09:00 ngày 05/03/2026: trả lời một yêu cầu chưa có, không tính",)


def test_standing_tells_what_is_used_up_left_and_waited() -> None:
    waited = answer(
        OLD, RECEIVED, "2026-03-06 09:00 supplement_requested", "2026-03-10 09:00 supplement_provided"
    )

    stands = standing(waited, as_of=vn("2026-03-11 07:00"))

    assert stands is not None
    assert (stands.elapsed, stands.remaining) == (timedelta(hours=16), timedelta(hours=24))
    assert (stands.limit, stands.paused) == (timedelta(hours=40), timedelta(hours=16))
    assert (stands.is_late, stands.days_late, stands.apology) == (False, 0, Apology.NOT_NEEDED)


def test_while_it_waits_what_is_left_stands_still() -> None:
    waiting = answer(OLD, RECEIVED, "2026-03-06 09:00 supplement_requested")

    early, later = (standing(waiting, as_of=vn(at)) for at in ("2026-03-09 09:00", "2026-03-30 09:00"))

    assert early is not None
    assert later is not None
    assert early.remaining == later.remaining == timedelta(hours=30)
    assert later.paused > early.paused


def test_days_late_are_working_days_after_the_appointments_date() -> None:
    late = answer(NEW, RECEIVED)

    assert [
        days_late(late, as_of=vn(at)) for at in ("2026-03-11 23:59", "2026-03-12 00:00", "2026-03-16 08:00")
    ] == [0, 1, 3]
    assert days_late(answer(NEW, RECEIVED, "2026-03-13 09:00 resolved"), as_of=vn("2026-06-01 00:00")) == 2


def test_late_without_apology_and_apologised_too_late_can_be_told_apart() -> None:
    now = vn("2026-03-16 08:00")

    def apology(*more: str) -> Apology | None:
        stands = standing(answer(NEW, RECEIVED, *more), as_of=now)
        return stands.apology if stands else None

    assert apology() is Apology.MISSING
    assert apology("2026-03-10 09:00 apologised") is Apology.IN_TIME
    assert apology("2026-03-11 09:00 apologised") is Apology.TOO_LATE
