"""The apology lists: dossiers by what became of apology and re-appointment, pages and the whole as a stream."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from law.moments import vn_date
from libs.db import Pool
from libs.errors import NotFoundError
from libs.paging import encode_cursor, moment, own_id, read_cursor
from services.sla.domain.apology import ApologyState, outcome_by_due
from services.sla.handlers.rulebook import Rulebook
from services.sla.handlers.span import Span
from services.sla.handlers.walking import PAGE, all_rows, cells
from services.sla.store import apologies
from services.sla.store.apologies import EVER, Place, Wanted

COLUMNS = (
    "code", "procedure_code", "procedure_name", "competent_unit", "competent_unit_name", "received_at",
    "due_original", "due_current", "outcome", "outcome_original", "state", "ended_at", "late_at", "letters",
    "letter_at", "reason", "responsible_unit", "signed_by", "new_due_at", "refused", "rule_set", "origin", "at", "id",
)  # fmt: skip
"""Keys of a row and header of the CSV. `outcome` is against `due_current`, `outcome_original` against the first one."""


class Page(NamedTuple):
    """Some rows, and where to go on; None at the end."""

    rows: list[dict[str, Any]]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Apologies:
    """The lists as one catalogue and one person's units see them."""

    pool: Pool
    rulebook: Rulebook
    scope: frozenset[str] | None

    def wanted(self, state: ApologyState, span: Span, now: datetime) -> Wanted:
        """Return what is asked; raises NotFoundError for an unknown unit, DomainError for days turned round."""
        since, until = span.bounds(EVER)
        units = span.units(self.rulebook.catalogue, self.scope)
        return Wanted(state=state, as_of=now, units=units, since=since, until=until)

    async def counts(self, span: Span, now: datetime) -> dict[ApologyState, int]:
        """Return how many dossiers are in each state."""
        return {
            state: await apologies.count(self.pool, self.wanted(state, span, now)) for state in ApologyState
        }

    async def page(self, wanted: Wanted, after: Place | None, limit: int) -> Page:
        """Return up to `limit` dossiers after a place, the newest first."""
        records = await apologies.page(self.pool, wanted, after, limit + 1)
        rows = [self._row(record) for record in records[:limit]]
        if len(records) <= limit:
            return Page(rows, None)
        return Page(rows, Place(records[limit - 1]["at"], records[limit - 1]["id"]))

    def everything(self, wanted: Wanted) -> AsyncIterator[tuple[Any, ...]]:
        """Yield the cells of every dossier of the list."""
        return cells(all_rows(lambda after: self.page(wanted, after, PAGE)), COLUMNS)

    def _row(self, record: Any) -> dict[str, Any]:
        catalogue = self.rulebook.catalogue
        row = {name: record[name] for name in COLUMNS if name in record.keys()}  # noqa: SIM118 - a Record
        unit, code = record["competent_unit"], record["procedure_code"]
        procedure = catalogue.procedure(code, vn_date(record["received_at"])) if code else None
        row["procedure_name"] = procedure.name if procedure else None
        row["competent_unit_name"] = catalogue.name_of(unit) if unit else None
        row["outcome_original"] = outcome_by_due(
            ended_at=record["ended_at"],
            due=record["due_original"],
            exact=record["late_at"] is not None and record["late_at"] == record["due_current"],
        )
        return {name: row[name] for name in COLUMNS}


def state_of(text: str) -> ApologyState:
    """Return a state by its code, or raise NotFoundError."""
    try:
        return ApologyState(text)
    except ValueError:
        raise NotFoundError("state", "state_unknown", f"Không có trạng thái {text}") from None


def place_of(cursor: str | None) -> Place | None:
    """Return the place a cursor names; raises DomainError for a bad one."""
    values = read_cursor(cursor, moment, own_id)
    return Place(*values) if values else None


def cursor_of(place: Place | None) -> str | None:
    """Return a place as a cursor."""
    return encode_cursor(list(place)) if place else None
