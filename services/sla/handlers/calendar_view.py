"""Calendar decisions and proposals as the interface gives them, and what a preview says in words."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from contracts.catalogue import CalendarDecision, DecisionOrigin
from libs.catalogue import Catalogue
from libs.db import Pool
from libs.errors import NotFoundError
from libs.paging import own_id, read_cursor, whole
from libs.ui.formats import vn_number
from services.sla.store import calendar_moves, recomputes
from services.sla.store.calendar_proposals import Proposal

MOVE_COLUMNS = (
    "code", "procedure_code", "competent_unit", "decision", "version", "withdrawn", "due_before", "due_after",
    "late_before", "late_after", "moved_at",
)  # fmt: skip


def newest_of(catalogue: Catalogue, code: str) -> CalendarDecision:
    """Return a decision in its newest version, withdrawn or not; raises NotFoundError."""
    found = next((each for each in catalogue.all_calendar_decisions if each.code == code), None)
    if found is None:
        raise NotFoundError("code", "decision_unknown", f"Không có quyết định {code}")
    return found


def chosen(
    catalogue: Catalogue, *, unit: str | None = None, year: int | None = None, withdrawn: bool | None = None
) -> list[CalendarDecision]:
    """Return decisions by code: of a unit (those of the units above it and of the country among them), of a year.

    Raises NotFoundError for an unknown unit.
    """
    if unit and catalogue.unit(unit) is None:
        raise NotFoundError("unit", "unit_unknown", f"Không có đơn vị {unit}")
    above = {each.code for each in catalogue.ancestors(unit)} | {unit} if unit else set()
    return sorted(
        (
            each
            for each in catalogue.all_calendar_decisions
            if (unit is None or each.unit is None or each.unit in above)
            and (year is None or speaks_of(each, year))
            and (withdrawn is None or each.withdrawn == withdrawn)
        ),
        key=lambda each: each.code,
    )


def speaks_of(decision: CalendarDecision, year: int) -> bool:
    """Tell whether a decision has a say in a year."""
    if any(day.date.year == year for day in decision.days):
        return True
    first = decision.valid_from.year if decision.valid_from else 0
    last = decision.valid_to.year if decision.valid_to else year
    return bool(decision.weekly) and first <= year <= last


def decision_json(decision: CalendarDecision, catalogue: Catalogue) -> dict[str, Any]:
    """Return a decision; `origin` "seed": loaded in bulk, "decision": approved by two people."""
    data = decision.model_dump(mode="json")
    data["origin"] = (decision.origin or DecisionOrigin.SEED).value
    data["weekly"], data["replaces"] = data["weekly"] or [], data["replaces"] or []
    data["unit_name"] = catalogue.name_of(decision.unit) if decision.unit else None
    return data


async def documents_of(pool: Pool, decision: CalendarDecision) -> list[dict[str, Any]]:
    """Return the documents of a decision, one for each version, the oldest first: by which it came, and went."""
    older = await recomputes.older_versions(pool, decision.code, decision.version)
    versions = [*map(CalendarDecision.model_validate, older), decision]
    return [
        {
            "version": each.version,
            "document": each.document,
            "decided_on": each.decided_on,
            "withdrawn": each.withdrawn,
        }
        for each in versions
    ]


def proposal_json(proposal: Proposal, catalogue: Catalogue) -> dict[str, Any]:
    """Return a proposal with its preview."""
    return {
        "id": proposal.id,
        "state": proposal.state,
        "withdraws": proposal.withdraws,
        "proposed_by": str(proposal.proposed_by),
        "proposed_at": proposal.proposed_at,
        "closed_by": str(proposal.closed_by) if proposal.closed_by else None,
        "closed_at": proposal.closed_at,
        "decision": decision_json(proposal.decision, catalogue),
        "preview": preview_json(proposal),
    }


def preview_json(proposal: Proposal) -> dict[str, Any]:
    """Return what a preview has counted so far, as of its beginning."""
    state = "waiting" if proposal.preview_as_of is None else "counting"
    return {
        "state": "done" if proposal.preview_done_at else state,
        "as_of": proposal.preview_as_of,
        "total": proposal.preview_total,
        **proposal.counts,
        "moved": moved(proposal.counts),
        "text": in_words(proposal.counts),
    }


def moved(counts: Mapping[str, int]) -> int:
    """Return how many deadlines move."""
    return counts["later"] + counts["earlier"]


def in_words(counts: Mapping[str, int]) -> str:
    """Return `1.204 hồ sơ dời hạn, 17 hết quá hạn, 3 thành quá hạn`."""
    said = (
        f"{vn_number(moved(counts))} hồ sơ dời hạn, {vn_number(counts['no_longer_late'])} hết quá hạn, "
        f"{vn_number(counts['newly_late'])} thành quá hạn"
    )
    broken = counts.get("uncomputable", 0)
    return f"{said}, {vn_number(broken)} không còn tính được hạn" if broken else said


def move_rows(records: Iterable[Any], decision: str) -> list[dict[str, Any]]:
    """Return the moves of a decision's dossiers."""
    return [{name: {**record, "decision": decision}[name] for name in MOVE_COLUMNS} for record in records]


def place_of(cursor: str | None) -> tuple[int, UUID]:
    """Return where a page of a decision's moves goes on; raises DomainError for a cursor that is none."""
    return read_cursor(cursor, whole, own_id) or calendar_moves.START
