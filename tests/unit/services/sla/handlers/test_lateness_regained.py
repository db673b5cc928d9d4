"""Who runs late is flagged and was said to be, whatever took the lateness away in between. Pure: no server."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import routing, sla
from contracts.catalogue import DayKind
from contracts.envelope import DossierEvent
from contracts.sla import ClockState, Rung, SlaEvent
from libs.catalogue import Catalogue
from services.sla.domain.reading import facts_of
from services.sla.handlers.announce import Occasion
from services.sla.handlers.refold import refold_one
from services.sla.handlers.ring import Horizon, Rang, tell
from services.sla.handlers.rulebook import Rulebook
from services.sla.store.dossiers import Row
from services.sla.store.packing import entry_of, pack
from tests.unit.services.sla.makers import COMMUNE, PROVINCE, Story, catalogue_items, decision, vn

BOOK = Rulebook(Catalogue.of(catalogue_items()))
DAY_OFF = decision("VN.BAO", {date(2026, 3, 9): DayKind.HOLIDAY, date(2026, 3, 10): DayKind.HOLIDAY})
MOVED = Rulebook(Catalogue.of(catalogue_items(DAY_OFF)))
MONDAY, LATE = vn("2026-03-02 08:00"), vn("2026-03-10 00:00")


class Life:
    """A dossier's row, what was said of it, and a clock that only goes on."""

    def __init__(self) -> None:
        self.story = Story().received(MONDAY).leg(MONDAY, PROVINCE)
        self.row, self.book = Row(self.story.id), BOOK
        self.now, self.said = MONDAY, list[SlaEvent]()
        self.hear(*self.story.events)

    def at(self, moment: str) -> "Life":
        self.now = vn(moment)
        return self

    def hear(self, *events: DossierEvent, book: Rulebook | None = None) -> "Life":
        self.book = book or self.book
        for event in events:
            self.row.facts += [pack(fact) for fact in facts_of(event)]
            if entry := entry_of(event):
                self.row.story.append(list(entry))
        self.said += refold_one(self.row, self.book, Occasion(self.now))
        return self

    def last(self, add: Callable[[Story], Story]) -> "Life":
        return self.hear(add(self.story).events[-1])

    def ring(self) -> "Life":
        if self.row.next_rung_at is not None and self.row.next_rung_at <= self.now:
            done = Rang()
            tell(self.row, Horizon(sure=self.now, until=self.now), self.now, done, lambda _, tick: tick)
            self.said += done.events
        return self

    def overdue(self) -> list[tuple[datetime, datetime | None]]:
        return [
            (each.time, each.data.told_before)
            for each in self.said
            if isinstance(each, sla.Overdue) and each.data.rung is Rung.OVERDUE
        ]


def resolved(at: str) -> Callable[[Story], Story]:
    return lambda story: story.resolved(vn(at))


def taken_back(at: datetime) -> Callable[[Story], Story]:
    return lambda story: story.tell(
        routing.DossierMoved, at, replaces=story.events[-1].id, from_unit=COMMUNE, to_unit=COMMUNE
    )


def test_a_resolution_that_is_taken_back_leaves_the_dossier_as_late_as_it_was():
    life = Life().at("2026-03-10 08:00").ring()
    life.at("2026-03-11 08:00").last(resolved("2026-03-09 15:00"))
    assert not life.row.overdue

    life.at("2026-03-11 09:00").last(taken_back(life.now)).ring()

    assert life.row.overdue
    assert life.said[-1].data.overdue
    assert life.overdue() == [(LATE, None)]


def test_a_decision_that_is_withdrawn_on_the_same_day_leaves_the_dossier_as_late_as_it_was():
    life = Life().at("2026-03-10 08:00").ring()
    life.at("2026-03-10 10:00").hear(book=MOVED).ring()
    assert not life.row.overdue

    life.at("2026-03-10 15:00").hear(book=BOOK).ring()

    assert life.row.overdue
    assert life.overdue() == [(LATE, None)]


def test_a_pause_heard_late_whose_end_is_past_too_is_said_for_its_new_moment():
    life = Life().at("2026-03-10 08:00").ring()
    life.at("2026-03-13 08:00").last(lambda story: story.paying(vn("2026-03-05 08:00"))).ring()
    assert not life.row.overdue

    life.last(lambda story: story.paid(vn("2026-03-06 08:00"))).ring()

    assert life.row.overdue
    assert life.overdue() == [(LATE, None), (vn("2026-03-11 00:00"), LATE)]


STEPS: dict[str, Callable[[Life], object]] = {
    "look": Life.ring,
    "ask": lambda life: life.last(lambda story: story.asked(life.now - timedelta(days=4))),
    "answer": lambda life: life.last(lambda story: story.provided(life.now - timedelta(days=3))),
    "bill": lambda life: life.last(lambda story: story.paying(life.now - timedelta(days=5))),
    "pay": lambda life: life.last(lambda story: story.paid(life.now - timedelta(days=2))),
    "resolve": lambda life: life.last(lambda story: story.resolved(life.now - timedelta(days=2))),
    "take back": lambda life: life.last(taken_back(life.now)),
    "extend": lambda life: life.last(
        lambda story: story.extended(vn("2026-03-06 09:00"), vn("2026-03-16 17:00"))
    ),
    "decide": lambda life: life.hear(book=MOVED),
    "withdraw": lambda life: life.hear(book=BOOK),
}


@settings(max_examples=400)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(sorted(STEPS))), min_size=3, max_size=20))
def test_who_runs_late_is_flagged_and_was_told_once_for_each_lateness(steps: list[tuple[int, str]]):
    life = Life().at("2026-03-10 08:00").ring()
    for hours, name in steps:
        life.now += timedelta(hours=hours)
        STEPS[name](life)
    life.ring()

    row = life.row
    runs_late = row.state == ClockState.RUNNING and row.late_at is not None and row.late_at <= life.now
    assert row.overdue == (runs_late or (row.overdue and row.outcome == "late"))
    assert life.said[-1].data.overdue == row.overdue
    told = life.overdue()
    assert all(before[0] != after[0] and after[1] == before[0] for before, after in pairwise(told))
