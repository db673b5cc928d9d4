"""Dossiers folded per second in one process: processor time of the least disturbed of many short slices."""

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bench.figures import Figures, Tell
from deploy.seed import items
from law.calendars import Calendars
from law.days import Decision
from law.deadline import Terms, terms_of
from law.durations import Duration, Limit
from law.moments import at_vn
from law.rule_set import rule_sets
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact, FactKind

GOAL = 20_000
"""Dossiers a second in one process."""
_SLICES = 25
_LIFE = (
    (0, "09:00", 10, FactKind.RECEIVED, None),
    (1, "09:00", 30, FactKind.SUPPLEMENT_REQUESTED, "s"),
    (5, "10:00", 40, FactKind.SUPPLEMENT_PROVIDED, "s"),
    (6, "08:00", 30, FactKind.PAYMENT_REQUESTED, "p"),
    (7, "08:00", 40, FactKind.PAYMENT_MADE, "p"),
    (12, "10:00", 80, FactKind.RESOLVED, None),
)
"""Days after reception, hour, rank, what happened, and which request it belongs to."""


def dossier(first: date) -> list[Fact]:
    """Return six facts: a supplement and a payment, asked and met, and a result."""
    return [
        Fact.at(_moment(first, days, hour), kind, rank=rank, emitter="routing", seq=at, id=f"e{at}", request=request)
        for at, (days, hour, rank, kind, request) in enumerate(_LIFE, 1)
    ]  # fmt: skip


def _moment(first: date, days: int, hour: str) -> datetime:
    return at_vn(first + timedelta(days=days), hour)


def measure(figures: Figures, *, runs: int, tell: Tell, dossiers: int = 20_000) -> None:
    """Fold under both regimes: in the one a supplement pauses, in the other it restarts."""
    calendar = Calendars(Decision.parse(item.data.model_dump()) for item in items.calendar()).of()
    for code, year in (("nd-61-2018", 2025), ("nd-118-2025", 2026)):
        terms = terms_of(
            limit=Limit.single(Duration(5)),
            channel=None,
            rule_set=rule_sets().get(code),
            calendar=calendar,
        )
        lives = [dossier(date(year, 3, 2) + timedelta(days=at)) for at in range(60)]
        for _ in range(runs):
            rate = _rate(lives, terms, dossiers)
            figures.add(f"fold of 6 facts, {code}", "dossiers/s", rate)
            tell(f"  {code}: {rate:,.0f} dossiers/s (goal {GOAL:,})")


def _rate(lives: Sequence[list[Fact]], terms: Terms, dossiers: int) -> float:
    rounds = -(-dossiers // (_SLICES * len(lives)))
    best = 0.0
    for _ in range(_SLICES):
        began = time.process_time()
        for _ in range(rounds):
            for facts in lives:
                fold(facts, terms)
        best = max(best, rounds * len(lives) / (time.process_time() - began))
    return best
