"""What holds for every story: one answer for any order, deadlines that never go back, lines that add up."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.sla import ClockState, Outcome
from law.deadline import Terms
from law.moments import DAY, MINUTE, day_number, to_moment, to_tick, vn_date
from law.whole_time import WholeDays
from services.sla.domain.answer import Answer, SegmentKind
from services.sla.domain.clock import fold
from services.sla.domain.explain import Line, LineKind, lines_of
from services.sla.domain.facts import Fact, FactKind
from services.sla.domain.standing import limit_of, standing
from tests.unit.services.sla.domain import strategies
from tests.unit.services.sla.domain.support import fact

WAITS = [
    FactKind.SUPPLEMENT_REQUESTED,
    FactKind.SUPPLEMENT_PROVIDED,
    FactKind.PAYMENT_REQUESTED,
    FactKind.PAYMENT_MADE,
]
MANY = settings(max_examples=60, deadline=None)


@MANY
@given(strategies.facts(), strategies.terms(), st.randoms(use_true_random=False))
def test_any_interleaving_and_repetition_gives_the_same_answer(
    facts: list[Fact], terms: Terms, rng: object
) -> None:
    shuffled = [*facts, *facts[::2]]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]

    assert fold(shuffled, terms) == fold(facts, terms)


@MANY
@given(strategies.facts(), strategies.terms())
def test_every_story_has_an_answer_that_agrees_with_itself(facts: list[Fact], terms: Terms) -> None:
    answer = fold(facts, terms)

    if answer.state in {ClockState.RUNNING, ClockState.STOPPED}:
        assert answer.late_at is not None
    if answer.outcome is not None:
        assert answer.ended_at is not None
        assert answer.late_at is not None
        assert (answer.outcome is Outcome.LATE) == (answer.ended_at >= answer.late_at)
    if answer.due_current is not None and answer.late_at is not None:
        assert answer.late_at >= answer.due_current
    assert all(one.until == other.since for one, other in pairwise(answer.segments))


@MANY
@given(strategies.facts(kinds=[*WAITS, FactKind.EXTENDED]), strategies.terms())
def test_no_fact_moves_a_deadline_backwards(facts: list[Fact], terms: Terms) -> None:
    facts.sort(key=lambda each: (each.tick, each.rank, each.emitter, each.seq))
    facts = [each for each in facts if each.replaces is None]

    answers = [fold(facts[: at + 1], terms) for at in range(len(facts))]

    dues = [answer.due_current for answer in answers if answer.due_current is not None]
    assert dues == sorted(dues)
    for answer in answers:
        if answer.due_current is not None and answer.due_original is not None:
            assert answer.due_current >= answer.due_original


@MANY
@given(strategies.facts(kinds=WAITS), strategies.terms(), st.integers(0, 30 * 24 * 60))
def test_a_dossier_once_late_stays_late(facts: list[Fact], terms: Terms, after: int) -> None:
    answer = fold(facts, terms)
    if answer.state is not ClockState.RUNNING or answer.late_at is None:
        return
    late = max(to_tick(answer.late_at), 1 + max(each.tick for each in facts))
    end = fact("2026-01-01 00:00", "resolved", seq=90)

    def ended(tick: int) -> Outcome | None:
        return fold([*facts, Fact(**{**end.dump(), "kind": FactKind.RESOLVED, "tick": tick})], terms).outcome

    if late == to_tick(answer.late_at):
        assert ended(late - 1) is not Outcome.LATE
    assert ended(late + after * MINUTE) is Outcome.LATE


@MANY
@given(strategies.facts(most=0), strategies.terms(), st.integers(0, 3_000), st.integers(0, 3_000))
def test_a_longer_wait_never_makes_an_earlier_deadline(
    facts: list[Fact], terms: Terms, wait: int, more: int
) -> None:
    (received,) = facts

    def due(minutes: int) -> object:
        asked = fact("2026-01-01 00:00", "payment_requested", request="x").dump()
        paid = fact("2026-01-01 00:00", "payment_made", request="x").dump()
        at = received.tick + 300 * MINUTE
        story = [
            received,
            Fact.load({**asked, "tick": at}),
            Fact.load({**paid, "tick": at + minutes * MINUTE}),
        ]
        return fold(story, terms).due_current

    shorter, longer = due(wait), due(wait + more)
    assume(shorter is not None and longer is not None)
    assert shorter <= longer  # type: ignore[operator]


@MANY
@given(st.integers(0, 200 * 24 * 60), st.integers(0, 5_000), strategies.terms())
def test_who_comes_later_is_never_due_earlier(minute: int, later: int, terms: Terms) -> None:
    def due(at: int) -> datetime | None:
        received = fact("2026-01-01 00:00", "received").dump()
        return fold([Fact.load({**received, "tick": (strategies.START + at) * MINUTE})], terms).due_current

    first, second = due(minute), due(minute + later)
    if first is None or second is None:
        return
    if terms.reckoning.__class__ is WholeDays:  # two dates may roll onto one, each with its hour
        assert vn_date(first) <= vn_date(second)
    else:
        assert first <= second


@MANY
@given(strategies.facts(kinds=WAITS), strategies.terms())
def test_the_lines_of_the_explanation_add_up_to_the_deadline(facts: list[Fact], terms: Terms) -> None:
    answer = fold(facts, terms)
    if answer.state is not ClockState.RUNNING or answer.due_current is None:
        return
    run, reckoning = answer.runs[-1], terms.reckoning
    if run.due <= run.counts_from:
        return
    limit = timedelta(microseconds=limit_of(answer, terms))
    if not limit:  # a declared deadline before anybody had worked
        return
    last = max(answer.due_tick, *(each.tick for each in facts))

    lines = list(lines_of(answer, as_of=to_moment(last + DAY)))

    total = timedelta(0)
    for line in lines:
        total = line.counted if line.kind is LineKind.RESTARTED else total + line.counted
        assert line.total == total
    waited_past = any(
        part.kind is SegmentKind.PAUSED and part.until is not None and part.until > answer.due_tick - DAY
        for part in answer.segments
    )
    if not waited_past:
        reached = readded(answer, lines, limit)
        if isinstance(reckoning, WholeDays):
            assert reached // DAY == answer.due_tick // DAY
        else:  # a closing and the opening after it are the same moment of work
            assert reckoning.counted(*sorted((reached, answer.due_tick))) == 0
    assert [line.date for line in lines] == [lines[0].date + timedelta(days=at) for at in range(len(lines))]


def readded(answer: Answer, lines: list[Line], limit: timedelta) -> int:
    """Add the lines of the run that counts until the limit is used up; return the tick at which it is."""
    assert answer.terms is not None
    reckoning, run = answer.terms.reckoning, answer.restarts
    day_of_restart = vn_date(to_moment(next(part.since for part in answer.segments if part.run == run)))
    total = timedelta(0)
    for line in (line for line in lines if line.date >= day_of_restart):
        if total + line.counted < limit:
            total += line.counted
            continue
        number, left = day_number(line.date), (limit - total) // timedelta(microseconds=1)
        for part in answer.segments:
            if part.kind is SegmentKind.WORKED and part.run == run:
                since = max(part.since, answer.runs[run].counts_from)
                until = part.until or (number + 1) * DAY
                counted = reckoning.counted_on(number, since, until) if since < until else 0
                if counted >= left > 0:
                    begun = max(since, number * DAY)
                    return (
                        number * DAY if isinstance(reckoning, WholeDays) else reckoning.advance(begun, left)
                    )
                left -= counted
    raise AssertionError("the lines never use the limit up")


@MANY
@given(strategies.facts(kinds=[*WAITS, FactKind.RESOLVED]), strategies.terms(), st.integers(0, 90 * 24 * 60))
def test_the_standing_agrees_with_the_lines(facts: list[Fact], terms: Terms, later: int) -> None:
    answer = fold(facts, terms)
    as_of = to_moment(facts[0].tick + later * MINUTE)
    stands = standing(answer, as_of=as_of)
    if stands is None or answer.restarts:
        return
    lines = list(lines_of(answer, as_of=as_of))

    assert (lines[-1].total if lines else timedelta(0)) == stands.elapsed
    assert stands.remaining >= timedelta(0)
    if not stands.is_late and stands.paused == timedelta(0) and terms.reckoning.duration.amount:
        assert stands.elapsed + stands.remaining >= stands.limit or answer.ended_at is not None


@MANY
@given(
    strategies.facts(kinds=[*WAITS, FactKind.EXTENDED, FactKind.CONSULTATION_REQUESTED]),
    strategies.terms(),
    st.lists(st.tuples(st.integers(0, 60 * 24 * 60), st.integers(0, 20_000)), min_size=1, max_size=3),
)
def test_more_pauses_never_make_an_earlier_deadline(
    facts: list[Fact], terms: Terms, pauses: list[tuple[int, int]]
) -> None:
    more = []
    for at, (after, length) in enumerate(pauses):
        since = facts[0].tick + after * MINUTE + 7
        asked = fact("2026-01-01 00:00", "payment_requested", seq=50 + at, request=f"more{at}")
        paid = fact("2026-01-01 00:00", "payment_made", seq=60 + at, request=f"more{at}")
        more += [replace(asked, tick=since), replace(paid, tick=since + length * MINUTE)]

    without, paused = fold(facts, terms), fold([*facts, *more], terms)

    if without.due_current is not None and paused.due_current is not None:
        assert paused.due_current >= without.due_current


@settings(MANY, max_examples=30)
@given(strategies.facts())
def test_a_fact_survives_its_storage(facts: list[Fact]) -> None:
    assert [Fact.load(each.dump()) for each in facts] == facts
