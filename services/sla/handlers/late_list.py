"""The late list: pages, totals and the whole of it as a stream. Working days are counted per row."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from law.moments import vn_date
from law.timeline import OutsideCalendarError
from libs.catalogue import Catalogue
from libs.db import Pool
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import late
from services.sla.store.late import LateFilter, Position

COLUMNS = (
    "code", "procedure_code", "field", "competent_unit", "received_at", "due_current", "late_at", "days_late",
    "state", "holder", "holder_since", "level", "province", "rule_set", "due_original", "outcome", "ended_at",
    "extended", "procedure_name", "competent_unit_name", "holder_name",
)  # fmt: skip
"""Keys of a row and header of the CSV; what is new is added at the end."""
_STREAM_PAGE = 2_000
_SCAN = 200


class Page(NamedTuple):
    """Some rows, and where to go on; None at the end."""

    rows: list[dict[str, Any]]
    after: Position | None


class Totals(NamedTuple):
    """How many dossiers the whole list has."""

    total: int
    open: int
    closed: int


@dataclass(frozen=True, slots=True)
class LateList:
    """The list as one catalogue sees it."""

    pool: Pool
    rulebook: Rulebook

    async def page(self, wanted: LateFilter, after: Position | None, limit: int) -> Page:
        """Return up to `limit` dossiers after a position, the earliest lateness first."""
        rows: list[dict[str, Any]] = []
        scan = limit + 1 if not wanted.min_days else max(limit + 1, _SCAN)
        while True:
            records = await late.late_page(self.pool, wanted, after, scan)
            for record in records:
                row = self._row(record, wanted.as_of)
                if (row["days_late"] or 0) < wanted.min_days:
                    continue
                if len(rows) == limit:
                    return Page(rows, after)
                rows.append(row)
                after = Position(record["late_since"], record["id"])
            if len(records) < scan:
                return Page(rows, None)
            if len(rows) < limit:
                after = Position(records[-1]["late_since"], records[-1]["id"])

    async def everything(self, wanted: LateFilter) -> AsyncIterator[tuple[Any, ...]]:
        """Yield the cells of every dossier of the list, page by page: memory stays flat."""
        after: Position | None = None
        while True:
            rows, after = await self.page(wanted, after, _STREAM_PAGE)
            for row in rows:
                yield tuple(row[name] for name in COLUMNS)
            if after is None:
                return

    async def totals(self, wanted: LateFilter) -> Totals:
        """Return how many dossiers the list has, open and ended."""
        if not wanted.min_days:
            opened, closed = await late.late_counts(self.pool, wanted)
            return Totals(opened + closed, opened, closed)
        opened = closed = 0
        for group in await late.late_groups(self.pool, wanted):
            days = self._working_days(group, group["due_day"], group["end_day"])
            if (days or 0) >= wanted.min_days:
                opened += group["dossiers"] * group["open"]
                closed += group["dossiers"] * (not group["open"])
        return Totals(opened + closed, opened, closed)

    def _row(self, record: Mapping[str, Any], as_of: datetime) -> dict[str, Any]:
        catalogue: Catalogue = self.rulebook.catalogue
        row = {name: record[name] for name in COLUMNS if name in record.keys()}  # noqa: SIM118 - a Record
        last_good = day_date_before(record["late_since"])
        row["days_late"] = self._working_days(record, last_good, vn_date(record["ended_at"] or as_of))
        procedure = catalogue.procedure(record["procedure_code"], vn_date(record["received_at"]))
        row["procedure_name"] = procedure.name if procedure else None
        row["competent_unit_name"] = _name(catalogue, record["competent_unit"])
        row["holder_name"] = _name(catalogue, record["holder"])
        return {name: row[name] for name in COLUMNS}

    def _working_days(self, record: Mapping[str, Any], last_good: date, end: date) -> int | None:
        calendar = self.rulebook.calendar_of(record["reception_unit"], record["rule_set"])
        try:
            return max(0, calendar.working_days_between(last_good, end))
        except OutsideCalendarError:
            return None


def day_date_before(late_since: datetime) -> date:
    """Return the last day that was not late: a lateness from 00:00 is one of the day before."""
    return vn_date(late_since - late_since.resolution)


def _name(catalogue: Catalogue, unit: str | None) -> str | None:
    known = catalogue.unit(unit) if unit else None
    return known.name if known else None
