"""Units, successions and processes: published here, listed for everybody."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from contracts.catalogue import CatalogueItem, ProcessItem, Unit
from libs.catalogue import Catalogue
from libs.errors import DomainError, ManyErrors, NotFoundError
from libs.http import CatalogueDep
from services.routing.api.common import Reader
from services.routing.domain.processes import faults

router = APIRouter(tags=["Danh mục"])
TOPIC = "routing.catalogue"
_MOST_ERRORS = 100


def check_items(items: Sequence[CatalogueItem], catalogue: Catalogue) -> None:
    """Raise ManyErrors for processes that must not be published: incomplete, or over their procedure's limit."""
    by_process: dict[tuple[str, int], list[Any]] = {}
    for procedure in catalogue.procedures():
        by_process.setdefault((procedure.process_code, procedure.process_version), []).append(procedure)
    wrong = [
        fault
        for item in items
        if isinstance(item, ProcessItem)
        for fault in faults(item.data, by_process.get((item.data.code, item.data.version), ()), item.key)
    ]
    if wrong:
        raise ManyErrors(
            [DomainError(w.field, w.rule, w.message, source=w.source) for w in wrong[:_MOST_ERRORS]]
        )


@router.get("/units", summary="Tìm đơn vị")
async def list_units(
    _identity: Reader,
    catalogue: CatalogueDep,
    parent: Annotated[str | None, Query(max_length=80)] = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Return units by code: those directly below `parent`, those whose name or code holds `q`."""
    found = sorted(
        (u for u in catalogue.units.values() if _matches(u, parent, (q or "").casefold())),
        key=lambda u: u.code,
    )
    return {"rows": [unit.model_dump(mode="json") for unit in found[:limit]], "total": len(found)}


def _matches(unit: Unit, parent: str | None, words: str) -> bool:
    if parent is not None and unit.parent != parent:
        return False
    return words in unit.name.casefold() or words in unit.code.casefold()


@router.get("/processes/{code}/{version}", summary="Một quy trình nội bộ")
async def get_process(_identity: Reader, catalogue: CatalogueDep, code: str, version: int) -> Any:
    """Return one version of an internal process."""
    process = catalogue.process(code, version)
    if process is None:
        raise NotFoundError("code", "process_unknown", f"Không có quy trình {code} phiên bản {version}")
    return process.model_dump(mode="json")
