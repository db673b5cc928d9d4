"""The late list: pages in two orders, totals by lateness, and the whole of it as a stream."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import asyncpg

from law.moments import vn_date
from libs.catalogue import Catalogue
from services.sla.domain.late_buckets import USUAL, Bucket, parse_buckets
from services.sla.handlers.late_days import LateDays, own_days
from services.sla.handlers.question import Sort
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.walking import PAGE, all_rows, cells
from services.sla.store import late
from services.sla.store.late import Reader
from services.sla.store.late_filter import LateFilter, Position

COLUMNS = (
    "code", "procedure_code", "field", "competent_unit", "received_at", "due_current", "late_at", "days_late",
    "state", "holder", "holder_since", "level", "province", "rule_set", "due_original", "outcome", "ended_at",
    "extended", "procedure_name", "competent_unit_name", "holder_name", "pauses", "apologised", "cause", "cause_by",
    "responsible_unit", "responsible_unit_name", "responsible_leg", "id",
)  # fmt: skip
"""Keys of a row and header of the CSV; what is new is added at the end."""


class Page(NamedTuple):
    """Some rows, and where to go on; None at the end."""

    rows: list[dict[str, Any]]
    after: Position | None


class BucketCount(NamedTuple):
    """How many dossiers are late by so many working days; `code` 0: not yet by a whole one."""

    code: str
    total: int
    open: int
    closed: int


class Totals(NamedTuple):
    """How many dossiers the whole list has."""

    total: int
    open: int
    closed: int
    buckets: tuple[BucketCount, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as the interface gives it."""
        return self._asdict() | {"buckets": [each._asdict() for each in self.buckets]}


@dataclass(frozen=True, slots=True)
class LateList:
    """The list as one catalogue sees it."""

    reader: Reader
    rulebook: Rulebook
    buckets: tuple[Bucket, ...] = parse_buckets(USUAL)
    sort: Sort = Sort.EARLIEST

    async def page(self, wanted: LateFilter, after: Position | None, limit: int) -> Page:
        """Return up to `limit` dossiers after a position."""
        days = await self._days(wanted, told_apart=self.sort is Sort.LATENESS or wanted.counts_days)
        selected = days.select(wanted)
        if self.sort is Sort.LATENESS:
            starts = {key: days.start(key, after) for key in days.keys}
            query = late.lateness_sql(selected, starts, after, limit + 1)
        else:
            query = late.page_sql(selected, after, limit + 1)
        ordered = [(record, self._days_late(record, days)) for record in await late.fetch(self.reader, query)]
        if self.sort is Sort.LATENESS:
            ordered.sort(key=lambda pair: (-(pair[1] or 0), pair[0]["late_since"], pair[0]["id"]))
        shown = ordered[:limit]
        following = None
        if len(ordered) > limit:
            record, late_by = shown[-1]
            following = Position(record["late_since"], record["id"], late_by or 0)
        return Page([self._row(record, late_by) for record, late_by in shown], following)

    def rows(self, wanted: LateFilter) -> AsyncIterator[dict[str, Any]]:
        """Yield every dossier of the list."""
        return all_rows(lambda after: self.page(wanted, after, PAGE))

    def everything(self, wanted: LateFilter) -> AsyncIterator[tuple[Any, ...]]:
        """Yield the cells of every dossier of the list."""
        return cells(self.rows(wanted), COLUMNS)

    async def totals(self, wanted: LateFilter) -> Totals:
        """Return how many dossiers the list has, open and ended, and how many of each bucket."""
        days = await self._days(wanted, told_apart=True)
        selected = days.select(wanted)
        opened = await self._opened(selected, days) if wanted.state != "closed" else {}
        closed = await self._closed(selected) if wanted.state != "open" else {}
        codes = ("0", *(bucket.code for bucket in self.buckets))
        counts = tuple(
            BucketCount(
                code, opened.get(code, 0) + closed.get(code, 0), opened.get(code, 0), closed.get(code, 0)
            )
            for code in codes
        )
        return Totals(
            sum(each.total for each in counts),
            sum(each.open for each in counts),
            sum(each.closed for each in counts),
            counts,
        )

    async def _days(self, wanted: LateFilter, *, told_apart: bool) -> LateDays:
        """Return how days are counted; only calendars that open late dossiers really have are told apart."""
        if not told_apart or wanted.state == "closed" or self.rulebook.is_one_calendar:
            return LateDays(self.rulebook, wanted.as_of)
        found = await late.local_calendars(self.reader, wanted)
        return LateDays(self.rulebook, wanted.as_of, own_days(self.rulebook, found))

    async def _opened(self, wanted: LateFilter, days: LateDays) -> dict[str, int]:
        thresholds = {key: days.thresholds(key, self.buckets) for key in days.keys}
        codes = [*(bucket.code for bucket in reversed(self.buckets)), "0"]
        counts: dict[str, int] = {}
        for record in await late.fetch(self.reader, late.open_counts_sql(wanted, thresholds)):
            code = codes[record["slot"]]
            counts[code] = counts.get(code, 0) + record["dossiers"]
        return counts

    async def _closed(self, wanted: LateFilter) -> dict[str, int]:
        counts: dict[str, int] = {}
        for record in await late.fetch(self.reader, late.closed_counts_sql(wanted)):
            code = next((each.code for each in self.buckets if each.holds(record["late_days"])), "0")
            counts[code] = counts.get(code, 0) + record["dossiers"]
        return counts

    def _days_late(self, record: Mapping[str, Any], days: LateDays) -> int | None:
        if record["ended_at"] is not None:
            return int(record["late_days"])
        return days.of(record["late_calendar"], record["late_since"])

    def _row(self, record: asyncpg.Record, days_late: int | None) -> dict[str, Any]:
        """Return a row by COLUMNS; a page has 50 to 2,000 of them, so nothing here is done twice."""
        catalogue: Catalogue = self.rulebook.catalogue
        procedure = catalogue.procedure(record["procedure_code"], vn_date(record["received_at"]))
        unit = catalogue.units.get
        competent, holder, responsible = map(unit, _NAMED(record))
        cells = (
            *record.values(),
            days_late,
            procedure and procedure.name,
            competent and competent.name,
            holder and holder.name,
            responsible and responsible.name,
        )
        return dict(zip(COLUMNS, _PICK(cells), strict=True))


_UNITS = ("competent_unit", "holder", "responsible_unit")
_GIVEN = (
    *(name.strip() for name in late.COLUMNS.split(",")),
    "days_late",
    "procedure_name",
    *(f"{unit}_name" for unit in _UNITS),
)
_NAMED = itemgetter(*_UNITS)
_PICK = itemgetter(*(_GIVEN.index(name) for name in COLUMNS))
"""From what a query and the catalogue give to the order of COLUMNS."""
