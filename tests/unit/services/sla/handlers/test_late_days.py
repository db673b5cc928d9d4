"""Days of lateness and moments of lateness say the same, in every calendar; buckets and questions read back."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalogue import DayKind
from contracts.codes import Cause, Level
from libs.catalogue import Catalogue
from libs.errors import DomainError, NotFoundError
from services.sla.domain.late_buckets import USUAL, parse_buckets
from services.sla.handlers.late_days import LateDays, own_days
from services.sla.handlers.question import SETTLED, LateQuestion, Place, Sort
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.late import LAST
from services.sla.store.late_filter import LONG_AGO, LateFilter, Position
from tests.unit.services.sla.makers import COMMUNE, OTHER, catalogue_items, decision

CLOSED = {date(2026, 3, day): DayKind.CLOSED for day in (4, 5, 12)}
WORKED = {date(2026, 3, 14): DayKind.MAKE_UP}
RULES = Rulebook(
    Catalogue.of(
        catalogue_items(
            decision("STORM", CLOSED, COMMUNE), decision("SWAP", WORKED), decision("X", {}, "P02")
        )
    )
)
KEYS = ("", COMMUNE, "P02")
MOMENTS = st.datetimes(datetime(2026, 1, 5), datetime(2026, 6, 30), timezones=st.just(UTC))
MIDNIGHTS = st.dates(date(2026, 1, 5), date(2026, 6, 30)).map(
    lambda day: datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
)
SINCE = st.one_of(MOMENTS, MIDNIGHTS)


def test_without_local_decisions_one_calendar_counts_all():
    assert Rulebook(Catalogue.of(catalogue_items(decision("SWAP", WORKED)))).is_one_calendar
    assert not RULES.is_one_calendar


def test_units_without_decisions_of_their_own_share_the_countrys_calendar():
    assert RULES.late_calendar("P01.C002", "nd-118-2025") == ""
    assert RULES.late_calendar(COMMUNE, "nd-61-2018") == COMMUNE
    assert RULES.late_calendar(OTHER, "nd-118-2025") == "P02"


@given(st.sampled_from(KEYS), SINCE, st.integers(0, 90), st.integers(0, 120))
def test_late_by_at_least_so_many_days_is_late_since_a_moment(
    key: str, since: datetime, days: int, later: int
):
    counted = LateDays(RULES, since + timedelta(days=later, hours=3))

    assert (counted.of(key, since) >= days) == (since <= counted.until(key, days))


@given(st.sampled_from(KEYS), SINCE, SINCE, st.integers(0, 100), st.booleans())
def test_a_calendars_dossiers_go_on_exactly_after_the_place_reached(
    key: str, reached: datetime, other: datetime, ago: int, same_id: bool
):
    counted = LateDays(RULES, max(reached, other) + timedelta(days=ago))
    mine, theirs = UUID(int=5), UUID(int=5 if same_id else 9)
    place = Position(reached, mine, counted.of("", reached))
    start = counted.start(key, place)

    comes_after = (-counted.of(key, other), other, theirs) > (-place.days, reached, mine)

    assert ((other, theirs) > (start.late_since, start.id)) == comes_after


def test_the_first_page_begins_before_everything():
    assert LateDays(RULES, datetime(2026, 5, 1, tzinfo=UTC)).start("", None) == (Position(LONG_AGO, LAST))


def test_outside_the_known_years_nothing_is_late_by_days():
    counted = LateDays(RULES, datetime(2035, 1, 1, tzinfo=UTC))

    assert counted.until("", 3) == LONG_AGO
    assert counted.of("", datetime(2034, 12, 1, tzinfo=UTC)) is None


@given(st.integers(1, 400))
def test_a_number_of_days_falls_into_one_bucket(days: int):
    assert sum(bucket.holds(days) for bucket in parse_buckets(USUAL)) == 1


@pytest.mark.parametrize("text", ["", "1-2,4-5", "2-3", "1-2,2-3", "1-,2-3", "3-1", "a-b", "1-2;3-"])
def test_buckets_with_gaps_or_overlaps_are_refused(text: str):
    with pytest.raises(ValueError, match="bucket"):
        parse_buckets(text)


QUESTION = LateQuestion(
    unit="P01", level=Level.COMMUNE, field="ho-tich", procedure="1.000001", rule_set="nd-118-2025",
    responsible_unit=OTHER, cause=Cause.OVERLOAD, paused=False, apologised=True, first_day=date(2026, 3, 1),
    last_day=date(2026, 3, 31), min_days=3, bucket="3-5", state="open", sort=Sort.LATENESS,
    as_of=datetime(2026, 4, 1, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize("question", [LateQuestion(), QUESTION])
def test_a_question_is_kept_and_read_back_whole(question: LateQuestion):
    assert LateQuestion.of_json(question.as_json()) == question


def test_a_question_that_asks_nothing_is_empty():
    assert LateQuestion().as_json() == {}


def asked(question: LateQuestion, now: datetime) -> LateFilter:
    return question.filter(RULES.catalogue, scope=None, now=now, buckets=parse_buckets(USUAL))


def test_a_bucket_and_a_least_number_of_days_hold_together():
    wanted = asked(QUESTION, datetime(2026, 5, 1, tzinfo=UTC))

    assert (wanted.least, wanted.most, wanted.is_past) == (3, 5, True)
    assert asked(LateQuestion(min_days=4, bucket="3-5"), datetime(2026, 5, 1, tzinfo=UTC)).least == 4


def test_a_moment_that_is_not_settled_yet_is_refused():
    now = datetime(2026, 5, 1, tzinfo=UTC)

    with pytest.raises(DomainError, match="not_past"):
        asked(LateQuestion(as_of=now - SETTLED / 2), now)
    assert asked(LateQuestion(as_of=now - SETTLED), now).as_of == now - SETTLED


def test_an_unknown_bucket_names_the_known_ones():
    with pytest.raises(NotFoundError, match="1-2, 3-5, 6-10, 11-"):
        asked(LateQuestion(bucket="7-8"), datetime(2026, 5, 1, tzinfo=UTC))


def test_a_place_in_the_order_of_lateness_is_read_back():
    position = Position(datetime(2026, 3, 10, tzinfo=UTC), UUID(int=7), 12)
    wanted = LateFilter(as_of=datetime(2026, 4, 1, tzinfo=UTC), scope=None)

    place = Place.of(Place.cursor(position, wanted, Sort.LATENESS), Sort.LATENESS)

    assert (place.after, place.as_of) == (position, wanted.as_of)
    assert Place.cursor(None, wanted, Sort.LATENESS) is None


def test_a_cursor_of_a_moment_to_come_is_refused():
    now = datetime(2026, 4, 1, tzinfo=UTC)
    position = Position(datetime(2026, 3, 10, tzinfo=UTC), UUID(int=7), 12)

    def until(as_of: datetime) -> datetime:
        cursor = Place.cursor(position, LateFilter(as_of=as_of, scope=None), Sort.LATENESS)
        return Place.of(cursor, Sort.LATENESS).now(LateQuestion(), now)

    assert until(now - SETTLED) == now - SETTLED
    assert until(now + timedelta(seconds=1)) == now
    with pytest.raises(DomainError, match="cursor_invalid"):
        until(now + SETTLED)


def test_only_calendars_with_other_working_days_than_the_countrys_are_told_apart():
    counter = {date(2026, 3, 7): DayKind.COUNTER}
    book = Rulebook(
        Catalogue.of(catalogue_items(decision("STORM", CLOSED, COMMUNE), decision("SAT", counter, "P02")))
    )

    assert own_days(book, ["P02", COMMUNE, "P02/unknown"]) == (COMMUNE,)
    assert LateDays(book, datetime(2026, 4, 1, tzinfo=UTC), (COMMUNE,)).keys == ("", COMMUNE)
