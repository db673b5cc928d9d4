"""What of the late list is selected: a filter, and the SQL conditions that say it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
"""Before every dossier: the bound of lateness that the calendar no longer knows."""


class Span(NamedTuple):
    """The moments of lateness (since, until] that come to the days asked for, in one calendar."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFilter:
    """What to list. Units and `scope` are whole subtrees; None means no limit. `since`, `until`: half-open."""

    as_of: datetime
    scope: frozenset[str] | None
    is_past: bool = False
    """`as_of` is a past moment: the list as it was then."""
    units: frozenset[str] | None = None
    responsible: frozenset[str] | None = None
    level: str | None = None
    field: str | None = None
    procedure: str | None = None
    rule_set: str | None = None
    cause: str | None = None
    paused: bool | None = None
    apologised: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: int = 0
    """Working days late, at least and at most; `spans` says the same for the open ones, by calendar, the country's
    first: it holds for all that are not named."""
    most: int | None = None
    spans: Mapping[str, Span] | None = None
    state: str | None = None
    """`open`, `closed` or None for both."""

    @property
    def allowed(self) -> frozenset[str] | None:
        """Return the units that are both asked for and within the caller's scope."""
        if self.scope is None or self.units is None:
            return self.units if self.scope is None else self.scope
        return self.scope & self.units

    @property
    def counts_days(self) -> bool:
        """Tell whether working days late are selected by."""
        return self.least > 0 or self.most is not None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended; `days` only in the order of lateness."""

    late_since: datetime
    id: UUID
    days: int | None = None


class Parts:
    """Conditions with the parameters of one statement, whose branches share them."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.conditions: list[str] = []

    def put(self, value: object) -> str:
        """Add a parameter; return its place."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, condition: str, *values: object) -> None:
        """Add a condition to all branches."""
        self.conditions.append(self.fill(condition, *values))

    def fill(self, condition: str, *values: object) -> str:
        """Return a condition with its parameters in place."""
        return condition.format(*map(self.put, values))

    def where(self, *more: str) -> str:
        """Return the conditions of one branch."""
        return " AND ".join((*self.conditions, *more))


def parts_of(wanted: LateFilter) -> Parts:
    """Return the conditions of a filter."""
    parts = Parts()
    parts.add("late_since <= {}", min(wanted.as_of, wanted.until or wanted.as_of))
    if wanted.until is not None:
        parts.add("late_since < {}", wanted.until)
    if wanted.since is not None:
        parts.add("late_since >= {}", wanted.since)
    for column, units in (("competent_unit", wanted.allowed), ("responsible_unit", wanted.responsible)):
        if units is not None:
            _among(parts, column, units)
    for column, value in _equal(wanted):
        parts.add(column + " = {}", value)
    parts.conditions += _plain(wanted)
    if wanted.counts_days:
        _count_days(parts, wanted)
    return parts


def usual(parts: Parts, keys: Collection[str]) -> list[str]:
    """Return the condition that the country's calendar counts a dossier: none of the others named does."""
    own = sorted(set(keys) - {""})
    return [parts.fill("late_calendar <> ALL({}::text[])", own)] if own else []


def _equal(wanted: LateFilter) -> list[tuple[str, str]]:
    given = (
        ("level", wanted.level), ("field", wanted.field), ("procedure_code", wanted.procedure),
        ("rule_set", wanted.rule_set), ("cause", wanted.cause),
    )  # fmt: skip
    return [(column, value) for column, value in given if value is not None]


def _plain(wanted: LateFilter) -> list[str]:
    ways: tuple[tuple[bool | None, str, str], ...] = (
        (
            None if wanted.state is None else wanted.state == "open",
            "ended_at IS NULL",
            "ended_at IS NOT NULL",
        ),
        (wanted.paused, "pauses > 0", "pauses = 0"),
        (wanted.apologised, "apologised", "NOT apologised"),
    )
    return [yes if asked else no for asked, yes, no in ways if asked is not None]


def _among(parts: Parts, column: str, units: frozenset[str]) -> None:
    if len(units) == 1:  # an equality keeps the order of an index
        parts.add(column + " = {}", next(iter(units)))
    else:
        parts.add(column + " = ANY({}::text[])", sorted(units))


def _count_days(parts: Parts, wanted: LateFilter) -> None:
    ways = []
    if wanted.state != "closed":
        spans = wanted.spans or {}
        until = max((span.until for span in spans.values()), default=LONG_AGO)
        since = min((span.since for span in spans.values()), default=LONG_AGO)
        near = parts.fill("ended_at IS NULL AND late_since <= {} AND late_since > {}", until, since)
        ways.append(f"{near} AND {_by_calendar(parts, spans)}" if len(spans) > 1 else near)
    if wanted.state != "open":
        closed = parts.fill("ended_at IS NOT NULL AND late_days >= {}", wanted.least)
        if wanted.most is not None:
            closed += parts.fill(" AND late_days <= {}", wanted.most)
        ways.append(closed)
    parts.conditions.append("(" + " OR ".join(f"({way})" for way in ways) + ")")


def _by_calendar(parts: Parts, spans: Mapping[str, Span]) -> str:
    place = parts.fill("coalesce(array_position({}::text[], late_calendar), 1)", list(spans))
    until = parts.fill("({}::timestamptz[])", [span.until for span in spans.values()])
    since = parts.fill("({}::timestamptz[])", [span.since for span in spans.values()])
    return f"late_since <= {until}[{place}] AND late_since > {since}[{place}]"
