"""The acceptance table of the clock: pauses, restarts, extensions, endings. 4/3/2026 is a Wednesday."""

import pytest

from contracts.sla import ClockState, Ending, Outcome, Uncomputable
from law.calendar import Calendar
from law.deadline import terms_of
from law.durations import Declared, Duration, JudgedBy
from law.moments import MINUTE
from services.sla.domain.answer import Note, SegmentKind
from services.sla.domain.clock import fold
from tests.unit.law.support import (
    BUILDING,
    CALENDAR_DAYS,
    HOURS,
    MINUTES,
    MONTHS,
    NEW,
    OLD,
    calendar,
    rules,
    show,
    vn,
)
from tests.unit.services.sla.domain.support import answer, changed, due, fact, flagged, ignored, story, terms

RECEIVED = "2026-03-04 09:00 received"


def test_a_clock_runs_from_reception_to_the_appointment() -> None:
    running = answer(NEW, RECEIVED)

    assert running.state is ClockState.RUNNING
    assert (due(running), show(running.late_at or running.due_current)) == (
        "2026-03-11 17:00",
        "2026-03-12 00:00",
    )
    assert running.due_original == running.due_current
    assert running.is_open


MOVES = [  # why (source), rule set, limit, facts, state, due now
    (
        "the old regime pauses: what was waited is left out (systems under NĐ 61/2018)", OLD, Duration(5),
        ["2026-03-06 09:00 supplement_requested", "2026-03-10 09:00 supplement_provided"], "2026-03-13 17:00",
    ),
    (
        "the old regime counts hours: 3 hours more end within the next day", OLD, Duration(5),
        ["2026-03-06 09:00 supplement_requested", "2026-03-06 14:00 supplement_provided"], "2026-03-12 17:00",
    ),
    (
        "asked and answered on day 0, before the limit counts", OLD, Duration(5),
        ["2026-03-04 10:00 supplement_requested", "2026-03-04 15:00 supplement_provided"], "2026-03-11 17:00",
    ),
    (
        "asked and answered out of hours moves nothing", OLD, Duration(5),
        ["2026-03-06 18:00 supplement_requested", "2026-03-08 10:00 supplement_provided"], "2026-03-11 17:00",
    ),
    (
        "NĐ 118/2025 Đ.19.5: the whole limit begins anew", NEW, Duration(5),
        ["2026-03-06 09:00 supplement_requested", "2026-03-10 09:00 supplement_provided"], "2026-03-17 17:00",
    ),
    (
        "restart on a Saturday counts from Monday", NEW, Duration(5),
        ["2026-03-06 09:00 supplement_requested", "2026-03-07 09:00 supplement_provided"], "2026-03-16 17:00",
    ),
    (
        "restart of a same-day result after 15:00", NEW, Duration(0, same_day=True),
        ["2026-03-04 09:30 supplement_requested", "2026-03-04 15:30 supplement_provided"], "2026-03-05 17:00",
    ),
    (
        "waiting for a payment is left out in either regime", NEW, Duration(5),
        ["2026-03-06 09:00 payment_requested", "2026-03-10 09:00 payment_made"], "2026-03-13 17:00",
    ),
    (
        "overlapping waits count once", OLD, Duration(5),
        ["2026-03-05 09:00 supplement_requested s", "2026-03-06 09:00 payment_requested p",
         "2026-03-09 09:00 supplement_provided s", "2026-03-10 09:00 payment_made p"], "2026-03-16 17:00",
    ),
    (
        "a payment still open at the restart is left out of the new limit", NEW, Duration(5),
        ["2026-03-05 07:00 supplement_requested s", "2026-03-05 07:00 payment_requested p",
         "2026-03-09 07:00 supplement_provided s", "2026-03-11 07:00 payment_made p"], "2026-03-17 17:00",
    ),
    (
        "calendar days: dates are left out, asked and brought on one date costs nothing", OLD,
        Duration(10, CALENDAR_DAYS),
        ["2026-03-06 09:00 supplement_requested", "2026-03-10 16:00 supplement_provided"], "2026-03-18 17:00",
    ),
    (
        "months likewise", OLD, Duration(1, MONTHS),
        ["2026-03-06 09:00 supplement_requested", "2026-03-10 16:00 supplement_provided"], "2026-04-08 17:00",
    ),
    (
        "working hours to the minute", OLD, Duration(8, HOURS),
        ["2026-03-04 10:00 supplement_requested", "2026-03-04 10:30 supplement_provided"], "2026-03-05 09:30",
    ),
    (
        "an answer without a question is neutral", OLD, Duration(5),
        ["2026-03-06 09:00 supplement_provided", "2026-03-06 09:00 payment_made"], "2026-03-11 17:00",
    ),
    (
        "an answer before its question is neutral: the question stays open", OLD, Duration(5),
        ["2026-03-05 09:00 supplement_provided s", "2026-03-06 09:00 supplement_requested s"], "2026-03-11 17:00",
    ),
    (
        "a request taken back counts as never made", NEW, Duration(5),
        ["2026-03-05 09:00 supplement_requested s", "2026-03-06 09:00 supplement_cancelled s"], "2026-03-11 17:00",
    ),
    (
        "consultation leaves the clock alone (Đ.19.4)", NEW, Duration(5),
        ["2026-03-05 09:00 consultation_requested c", "2026-03-09 09:00 consultation_answered c"], "2026-03-11 17:00",
    ),
    (
        "a unit that ends leaves the clock alone", NEW, Duration(5), ["2026-03-05 09:00 moved"], "2026-03-11 17:00",
    ),
    (
        "asked after the appointment's hour but before midnight: due the day it comes back", OLD, Duration(5),
        ["2026-03-11 17:30 supplement_requested", "2026-03-12 06:00 supplement_provided"], "2026-03-12 17:00",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "code", "duration", "facts", "moved"), MOVES, ids=[move[0][:50] for move in MOVES]
)
def test_the_deadline_moves_as_the_rule_set_says(
    why: str, code: str, duration: Duration, facts: list[str], moved: str
) -> None:
    assert due(answer(code, RECEIVED, *facts, duration=duration)) == moved, why


def test_dossiers_crossing_the_change_of_law_keep_the_rules_of_their_reception() -> None:
    supplement = ["2025-07-02 09:00 supplement_requested", "2025-07-07 09:00 supplement_provided"]

    before = answer(OLD, "2025-06-30 09:00 received", *supplement)
    after = answer(NEW, "2025-07-01 09:00 received", *supplement)

    assert (due(before), before.restarts) == ("2025-07-10 17:00", 0)  # paused
    assert (due(after), after.restarts) == ("2025-07-14 17:00", 1)  # restarted


def test_a_waiting_dossier_is_paused_and_not_late() -> None:
    waiting = answer(OLD, RECEIVED, "2026-03-06 09:00 supplement_requested")

    assert (waiting.state, waiting.late_at) == (ClockState.PAUSED, None)
    assert show(waiting.waiting_since) == "2026-03-06 09:00"  # type: ignore[arg-type]
    assert waiting.wait_expires_at is None  # NĐ 61/2018 has no limit for it


@pytest.mark.parametrize(
    ("code", "asked", "expires"),
    [
        (NEW, "2026-03-06 09:00", "2026-03-24 00:00"),  # 15 days end on Saturday 21/3: Monday's midnight
        (NEW, "2026-03-05 16:00", "2026-03-21 00:00"),
        (BUILDING, "2026-03-06 09:00", "2026-04-04 00:00"),  # 20 working days
    ],
)
def test_the_wait_ends_with_its_last_day(code: str, asked: str, expires: str) -> None:
    waiting = answer(code, RECEIVED, f"{asked} supplement_requested")

    assert show(waiting.wait_expires_at) == expires  # type: ignore[arg-type]


def test_a_supplement_after_the_wait_still_restarts_and_is_flagged() -> None:
    late = answer(
        NEW, RECEIVED, "2026-03-06 09:00 supplement_requested", "2026-03-24 08:00 supplement_provided"
    )

    assert (late.restarts, flagged(late)) == (1, [Note.ANSWERED_AFTER_WAIT])


def test_closing_for_no_answer_ends_the_clock_in_time() -> None:
    closed = answer(NEW, RECEIVED, "2026-03-06 09:00 supplement_requested", "2026-03-24 00:00 stopped")

    assert (closed.state, closed.ending, closed.outcome) == (
        ClockState.STOPPED,
        Ending.STOPPED,
        Outcome.EARLY,
    )


def test_a_second_supplement_does_not_stop_the_clock_of_the_new_regime() -> None:
    twice = [
        "2026-03-05 09:00 supplement_requested a", "2026-03-06 09:00 supplement_provided a",
        "2026-03-09 09:00 supplement_requested b", "2026-03-11 09:00 supplement_provided b",
    ]  # fmt: skip

    new, old = answer(NEW, RECEIVED, *twice), answer(OLD, RECEIVED, *twice)

    assert (new.state, due(new)) == (ClockState.RUNNING, "2026-03-13 17:00")
    assert ignored(new) == [Note.SUPPLEMENT_BEYOND_MAX, Note.NO_QUESTION]
    assert (due(old), flagged(old)) == ("2026-03-16 17:00", [Note.SECOND_SUPPLEMENT])


def test_a_supplement_asked_later_than_three_working_days_is_flagged() -> None:
    in_time = answer(NEW, RECEIVED, "2026-03-09 16:59 supplement_requested")
    late = answer(NEW, RECEIVED, "2026-03-10 07:00 supplement_requested")

    assert (flagged(in_time), flagged(late)) == ([], [Note.SUPPLEMENT_NOTICE_LATE])


def test_nothing_asked_after_expiry_stops_the_clock() -> None:
    late = answer(
        OLD, RECEIVED, "2026-03-12 00:00 supplement_requested", "2026-03-12 09:00 payment_requested"
    )

    assert (late.state, ignored(late)) == (ClockState.RUNNING, [Note.AFTER_EXPIRY, Note.AFTER_EXPIRY])
    assert show(late.late_at) == "2026-03-12 00:00"  # type: ignore[arg-type]


def test_payment_counts_where_the_rule_set_says_so() -> None:
    law = changed(NEW, payment_pauses=False)

    counted = answer(law, RECEIVED, "2026-03-06 09:00 payment_requested", "2026-03-10 09:00 payment_made")

    assert (due(counted), ignored(counted)) == ("2026-03-11 17:00", [Note.PAYMENT_COUNTS, Note.NO_QUESTION])


EXTENSIONS = [  # granted, new appointment, due, note
    ("2026-03-10 16:59", "2026-03-16 17:00", "2026-03-16 17:00", None),  # the day before expiry
    ("2026-03-11 07:00", "2026-03-16 17:00", "2026-03-11 17:00", Note.EXTENSION_TOO_LATE),
    ("2026-03-12 00:00", "2026-03-16 17:00", "2026-03-11 17:00", Note.AFTER_EXPIRY),
    ("2026-03-09 09:00", "2026-03-10 17:00", "2026-03-11 17:00", Note.EXTENSION_NOT_LATER),
    ("2026-03-09 09:00", "9998-12-30 17:00", "2026-03-11 17:00", Note.EXTENSION_OUTSIDE_CALENDAR),
    ("2026-03-09 09:00", "2026-03-14 09:00", "2026-03-16 17:00", None),  # a Saturday: the next working day
]


@pytest.mark.parametrize(("granted", "new", "moved", "note"), EXTENSIONS)
def test_an_extension_counts_when_it_comes_a_day_before_expiry(
    granted: str, new: str, moved: str, note: Note | None
) -> None:
    facts = [*story(RECEIVED), fact(granted, "extended", new_tick=fact(new, "moved").tick)]

    extended = fold(facts, terms(NEW))

    assert (due(extended), extended.extended) == (moved, note is None)
    assert ignored(extended) == ([note] if note else [])
    assert show(extended.due_original) == "2026-03-11 17:00"  # type: ignore[arg-type]


def test_a_second_extension_is_refused() -> None:
    first = fact("2026-03-09 09:00", "extended", new_tick=fact("2026-03-16 17:00", "moved").tick)
    second = fact("2026-03-10 09:00", "extended", new_tick=fact("2026-03-20 17:00", "moved").tick)

    extended = fold([*story(RECEIVED), second, first], terms(NEW))

    assert (due(extended), ignored(extended)) == ("2026-03-16 17:00", [Note.SECOND_EXTENSION])


def test_an_extension_without_a_date_is_listed() -> None:
    assert ignored(answer(NEW, RECEIVED, "2026-03-09 09:00 extended")) == [Note.EXTENSION_WITHOUT_DATE]


def test_a_late_extension_may_apply_under_another_rule_set() -> None:
    late = fact("2026-03-11 09:00", "extended", new_tick=fact("2026-03-16 17:00", "moved").tick)

    extended = fold([*story(RECEIVED), late], terms(changed(NEW, late_extension="applies")))

    assert (due(extended), flagged(extended)) == ("2026-03-16 17:00", [Note.EXTENSION_TOO_LATE])


def test_an_apology_on_the_last_day_is_too_late() -> None:
    assert flagged(answer(NEW, RECEIVED, "2026-03-10 16:00 apologised")) == []
    assert flagged(answer(NEW, RECEIVED, "2026-03-11 08:00 apologised")) == [Note.APOLOGY_TOO_LATE]


OUTCOMES = [  # by date: a minute before and after
    ("2026-03-10 23:59", Outcome.EARLY),
    ("2026-03-11 00:00", Outcome.ON_TIME),
    ("2026-03-11 17:01", Outcome.ON_TIME),
    ("2026-03-11 23:59", Outcome.ON_TIME),
    ("2026-03-12 00:00", Outcome.LATE),
]


@pytest.mark.parametrize(("end", "outcome"), OUTCOMES)
@pytest.mark.parametrize("ending", ["resolved", "refused", "withdrawn", "stopped"])
def test_the_outcome_is_a_matter_of_the_date(end: str, outcome: Outcome, ending: str) -> None:
    ended = answer(NEW, RECEIVED, f"{end} {ending}")

    assert (ended.outcome, ended.ending, ended.state) == (outcome, Ending(ending), ClockState.STOPPED)
    assert (ended.outcome is Outcome.LATE) == (vn(end) >= ended.late_at)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("2026-03-07 23:54", Outcome.ON_TIME),
        ("2026-03-08 00:04", Outcome.ON_TIME),
        ("2026-03-08 00:05", Outcome.LATE),
    ],
)
def test_by_moment_the_minute_decides(end: str, outcome: Outcome) -> None:
    minutes = terms(NEW, Duration(15, MINUTES), judged_by=JudgedBy.MOMENT)

    ended = fold(story("2026-03-07 23:50 received", f"{end} resolved"), minutes)

    assert ended.outcome is (Outcome.EARLY if end.startswith("2026-03-07") else outcome)


def test_of_rival_endings_the_earliest_counts_and_the_others_are_listed() -> None:
    rivals = answer(
        NEW, RECEIVED, "2026-03-10 09:00 withdrawn", "2026-03-09 09:00 resolved", "2026-03-12 08:00 returned"
    )

    assert (rivals.ending, show(rivals.ended_at)) == (Ending.RESOLVED, "2026-03-09 09:00")  # type: ignore[arg-type]
    assert ignored(rivals) == [Note.RIVAL_ENDING]


def test_the_clock_stops_at_the_decision_and_not_at_the_return() -> None:
    assert (
        answer(NEW, RECEIVED, "2026-03-10 09:00 resolved", "2026-03-20 09:00 returned").outcome
        is Outcome.EARLY
    )
    assert answer(NEW, RECEIVED, "2026-03-20 09:00 returned").outcome is Outcome.LATE  # nothing else is known


def test_facts_after_the_end_and_before_reception_are_listed() -> None:
    odd = answer(
        NEW, "2026-03-03 09:00 payment_requested", RECEIVED, "2026-03-03 10:00 resolved",
        "2026-03-09 09:00 resolved", "2026-03-10 09:00 supplement_requested",
    )  # fmt: skip

    assert show(odd.ended_at) == "2026-03-09 09:00"  # type: ignore[arg-type]
    assert sorted(ignored(odd)) == [Note.AFTER_END, Note.BEFORE_RECEPTION, Note.BEFORE_RECEPTION]


def test_completing_an_online_filing_before_its_reception_is_usual() -> None:
    online = answer(
        NEW, "2026-03-02 09:00 intake_supplement_requested", "2026-03-03 09:00 supplement_provided", RECEIVED
    )

    assert (ignored(online), online.restarts, due(online)) == ([], 0, "2026-03-11 17:00")


FILED = "2026-03-04 15:30"
FILINGS = [  # recorded after minutes, asked to complete, received, what is flagged (NĐ 118/2025 Đ.17.2)
    (0, None, "2026-03-05 15:30", []),  # 8 working hours over a night
    (0, None, "2026-03-05 15:31", [Note.FILING_ANSWERED_LATE]),
    (120, None, "2026-03-05 09:00", []),
    (121, None, "2026-03-05 09:00", [Note.FILING_NOTICED_LATE]),
    (
        0,
        "2026-03-05 15:30",
        "2026-03-09 09:00",
        [],
    ),  # the counter answered in time; the applicant took longer
    (0, "2026-03-05 15:31", "2026-03-09 09:00", [Note.FILING_ANSWERED_LATE]),
]


@pytest.mark.parametrize(("minutes", "asked", "received", "notes"), FILINGS)
def test_an_online_filing_is_noticed_within_two_hours_and_answered_within_eight_working_hours(
    minutes: int, asked: str | None, received: str, notes: list[Note]
) -> None:
    filing = fact(FILED, "submitted", delay=minutes * MINUTE)
    asking = [fact(asked, "intake_supplement_requested", request="s")] if asked else []
    whole = fold([*story(f"{received} received"), filing, *asking], terms(NEW))

    assert flagged(whole) == notes
    assert flagged(fold([*story(f"{received} received"), filing], terms(OLD))) == []


def test_what_came_by_post_has_no_limit_for_its_answer() -> None:
    posted = fold([fact("2026-03-01 09:00", "handed_in"), *story(RECEIVED)], terms(NEW))

    assert (flagged(posted), ignored(posted), due(posted)) == ([], [], "2026-03-11 17:00")


def test_a_reception_that_states_its_filing_is_judged_by_it() -> None:
    late = fact("2026-03-06 09:00", "received", new_tick=fact(FILED, "moved").tick)

    assert flagged(fold([late], terms(NEW))) == [Note.FILING_ANSWERED_LATE]


def test_an_apology_after_a_late_end_is_kept_as_too_late() -> None:
    late = answer(NEW, RECEIVED, "2026-03-13 09:00 resolved", "2026-03-13 10:00 apologised")

    assert (ignored(late), flagged(late)) == ([], [Note.APOLOGY_TOO_LATE])


def test_ending_while_waiting_is_not_late() -> None:
    ended = answer(OLD, RECEIVED, "2026-03-11 16:00 supplement_requested", "2026-03-30 09:00 resolved")

    assert ended.outcome is Outcome.ON_TIME
    assert [part.kind for part in ended.segments] == [SegmentKind.WORKED, SegmentKind.PAUSED]


def test_a_voided_receipt_counts_nowhere() -> None:
    voided = answer(NEW, RECEIVED, "2026-03-10 09:00 resolved", "2026-03-04 10:00 voided")

    assert (voided.state, voided.outcome, voided.is_open) == (ClockState.VOIDED, None, False)


def test_facts_without_a_head_are_no_error() -> None:
    headless = fold(story("2026-03-06 09:00 supplement_requested"), Uncomputable.UNKNOWN_PROCEDURE)

    assert (headless.state, headless.due_current, headless.is_open) == (None, None, False)


def test_a_deadline_that_cannot_be_computed_is_an_error_and_never_on_time() -> None:
    unknown = fold(story(RECEIVED, "2026-03-05 09:00 resolved"), Uncomputable.NO_LIMIT)
    beyond = answer(NEW, "2027-12-28 09:00 received", duration=Duration(30))

    assert (unknown.state, unknown.error, unknown.outcome) == (ClockState.ERROR, Uncomputable.NO_LIMIT, None)
    assert (unknown.ending, unknown.is_open) == (Ending.RESOLVED, False)
    assert (beyond.state, beyond.error) == (ClockState.ERROR, Uncomputable.OUTSIDE_CALENDAR)


def test_a_declared_deadline_pauses_and_restarts_like_any_other() -> None:
    def declared(code: str, *lines: str) -> str | None:
        limit = Declared(vn("2026-03-11 10:00"))
        bound = terms_of(limit=limit, channel=None, rule_set=rules(code), calendar=calendar())
        return due(fold(story(RECEIVED, *lines), bound))

    supplement = ["2026-03-06 09:00 supplement_requested", "2026-03-10 09:00 supplement_provided"]

    assert declared(OLD) == "2026-03-11 10:00"
    assert declared(OLD, *supplement) == "2026-03-13 17:00"
    assert declared(NEW, *supplement) == "2026-03-17 17:00"


def test_a_correction_takes_a_wrong_entry_back() -> None:
    wrong = fact("2026-03-05 09:00", "supplement_requested")
    taken_back = fact("2026-03-06 09:00", "corrected", replaces=wrong.id)

    corrected = fold([*story(RECEIVED), wrong, taken_back], terms(OLD))

    assert (corrected.state, ignored(corrected)) == (ClockState.RUNNING, [Note.SUPERSEDED])


def test_a_replacement_stands_in_the_place_of_what_it_replaces() -> None:
    wrong = fact("2026-03-20 09:00", "resolved")
    right = fact("2026-03-10 09:00", "resolved", seq=2, replaces=wrong.id)
    later = fact("2026-03-11 09:00", "resolved", seq=3, replaces=wrong.id)

    assert show(fold([*story(RECEIVED), right, wrong], terms(NEW)).ended_at) == "2026-03-10 09:00"  # type: ignore[arg-type]
    assert show(fold([*story(RECEIVED), later, right, wrong], terms(NEW)).ended_at) == "2026-03-11 09:00"  # type: ignore[arg-type]


@pytest.mark.parametrize("replaces", [True, False])
def test_a_corrected_moment_of_reception_moves_the_start_and_keeps_the_reception(replaces: bool) -> None:
    received = story(RECEIVED)[0]
    moved = fact(
        "2026-03-06 09:00", "corrected",
        new_tick=fact("2026-03-02 09:00", "moved").tick, replaces=received.id if replaces else None,
    )  # fmt: skip

    corrected = fold([received, moved], terms(NEW))

    assert (corrected.state, due(corrected)) == (ClockState.RUNNING, "2026-03-09 17:00")


def test_a_second_reception_is_listed() -> None:
    assert ignored(answer(NEW, RECEIVED, "2026-03-05 09:00 received")) == [Note.SECOND_RECEPTION]


def test_an_intake_supplement_uses_its_own_rule() -> None:
    law = changed(OLD, supplement_intake=rules(NEW).supplement_intake)

    restarted = answer(
        law, RECEIVED, "2026-03-05 09:00 intake_supplement_requested", "2026-03-06 09:00 supplement_provided"
    )

    assert restarted.restarts == 1


def test_segments_are_half_open_and_follow_each_other() -> None:
    folded = answer(
        OLD, RECEIVED, "2026-03-05 09:00 supplement_requested", "2026-03-06 09:00 supplement_provided",
        "2026-03-09 09:00 payment_requested", "2026-03-09 10:00 payment_made",
    )  # fmt: skip

    assert [part.kind.value for part in folded.segments] == ["worked", "paused", "worked", "paused", "worked"]
    assert all(
        one.until == other.since for one, other in zip(folded.segments, folded.segments[1:], strict=False)
    )
    assert folded.segments[-1].until is None


def test_a_unit_with_its_own_calendar_has_its_own_deadline() -> None:
    plain = terms(NEW, Duration(40), on=Calendar())

    assert due(fold(story(RECEIVED), plain)) != due(fold(story(RECEIVED), terms(NEW, Duration(40))))
