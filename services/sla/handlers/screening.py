"""The screens run: overview, pages of findings, the whole of a screen as a stream, and its thresholds changed."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from law.moments import vn_date
from libs.db import Pool, transaction
from libs.errors import DomainError, ManyErrors, NotFoundError
from libs.paging import encode_cursor, moment, own_id, read_cursor, whole
from services.sla.domain.screens import BY_CODE, SCREENS, Screen, Threshold
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.span import Span
from services.sla.handlers.walking import PAGE, all_rows, cells
from services.sla.store import screens, thresholds
from services.sla.store.screens import EVER, Count, Place, Wanted

COLUMNS = (
    "code", "at", "recorded_at", "value", "competent_unit", "competent_unit_name", "procedure_code", "procedure_name",
    "received_at", "due_current", "ended_at", "state", "outcome", "rule_set", "article", "origin", "dossier", "event",
)  # fmt: skip
"""Keys of a finding and header of the CSV: units and dossiers, never a person."""


class Found(NamedTuple):
    """A screen with its thresholds and how much it found."""

    screen: Screen
    values: Mapping[str, int]
    counted: Count


class Findings(NamedTuple):
    """Some findings, and where to go on; None at the end."""

    rows: list[dict[str, Any]]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Screening:
    """The screens as one catalogue and one person's units see them."""

    pool: Pool
    rulebook: Rulebook
    scope: frozenset[str] | None

    async def overview(self, span: Span) -> list[Found]:
        """Return every screen with how much it found, in their order."""
        changed = await thresholds.changed(self.pool)
        found = []
        for screen in SCREENS:
            values = values_of(screen, changed)
            wanted = self._wanted(screen, values, span)
            found.append(Found(screen, values, await screens.count(self.pool, wanted)))
        return found

    async def wanted(self, screen: Screen, span: Span) -> Wanted:
        """Return what a screen is asked, with its thresholds of this moment."""
        return self._wanted(screen, values_of(screen, await thresholds.changed(self.pool)), span)

    def _wanted(self, screen: Screen, values: Mapping[str, int], span: Span) -> Wanted:
        since, until = span.bounds(EVER)
        units = span.units(self.rulebook.catalogue, self.scope)
        return Wanted(screen=screen.code, thresholds=values, units=units, since=since, until=until)

    async def page(self, wanted: Wanted, after: Place | None, limit: int) -> Findings:
        """Return up to `limit` findings after a place, the newest first."""
        records = await screens.page(self.pool, wanted, after, limit + 1)
        rows = [self._row(BY_CODE[wanted.screen], record) for record in records[:limit]]
        if len(records) <= limit:
            return Findings(rows, None)
        last = records[limit - 1]
        return Findings(rows, Place(last["at"], last["dossier"], last["event"], last["part"]))

    def everything(self, wanted: Wanted) -> AsyncIterator[tuple[Any, ...]]:
        """Yield the cells of every finding."""
        return cells(all_rows(lambda after: self.page(wanted, after, PAGE)), COLUMNS)

    def _row(self, screen: Screen, record: Any) -> dict[str, Any]:
        catalogue = self.rulebook.catalogue
        row = {name: record[name] for name in COLUMNS if name in record.keys()}  # noqa: SIM118 - a Record
        row["article"] = screen.article(self.rulebook.rule_set(record["rule_set"]))
        row["event"] = record["event"] if record["event"].int else None
        unit = record["competent_unit"]
        row["competent_unit_name"] = catalogue.name_of(unit) if unit else None
        procedure = catalogue.procedure(
            record["procedure_code"] or "", vn_date(record["received_at"] or record["at"])
        )
        row["procedure_name"] = procedure.name if procedure else None
        return {name: row[name] for name in COLUMNS}


def values_of(screen: Screen, changed: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Return a screen's thresholds: as people changed them, else as they come."""
    return {each.name: changed.get((screen.code, each.name), each.default) for each in screen.thresholds}


def screen_of(code: str) -> Screen:
    """Return a screen by its code, or raise NotFoundError."""
    screen = BY_CODE.get(code)
    if screen is None:
        raise NotFoundError("screen", "screen_unknown", f"Không có màn hình kiểm tra {code}")
    return screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who changes something, and when."""

    staff: UUID
    now: datetime


async def change_thresholds(
    pool: Pool, screen: Screen, wanted: Mapping[str, int], who: Who
) -> dict[str, int]:
    """Set some of a screen's thresholds, keep who did it, and return all of them; what stays is not noted.

    Raises ManyErrors naming each unknown or impossible value; then nothing is changed.
    """
    known = {each.name: each for each in screen.thresholds}
    wrong = [error for name, value in wanted.items() if (error := _wrong(name, value, known.get(name)))]
    if wrong:
        raise ManyErrors(wrong)
    async with transaction(pool) as conn:
        await thresholds.lock(conn)
        values = values_of(screen, await thresholds.changed(conn))
        for name, value in wanted.items():
            if value != values[name]:
                change = thresholds.Change(screen=screen.code, name=name, before=values[name], after=value)
                await thresholds.change(conn, change, at=who.now, staff=who.staff)
                values[name] = value
    return values


def _wrong(name: str, value: int, threshold: Threshold | None) -> DomainError | None:
    if threshold is None:
        return DomainError(name, "threshold_unknown", f"Không có ngưỡng {name}")
    if not threshold.least <= value <= threshold.most:
        return DomainError(name, "range", f"{threshold.label}: từ {threshold.least} đến {threshold.most}")
    return None


def place_of(cursor: str | None) -> Place | None:
    """Return the place a cursor names; raises DomainError for a bad one."""
    values = read_cursor(cursor, moment, own_id, own_id, whole)
    return Place(*values) if values else None


def cursor_of(place: Place | None) -> str | None:
    """Return a place as a cursor."""
    return encode_cursor(list(place)) if place else None
