"""Events and reference data with defaults, so that a test shows only what it is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from contracts.catalogue import (
    CatalogueItem,
    DurationUnit,
    FindBy,
    Procedure,
    ProcedureItem,
    Process,
    ProcessItem,
    ProcessLeg,
    Succession,
    SuccessionItem,
    TimeLimit,
    Unit,
    UnitItem,
    UnitKind,
)
from contracts.codes import Channel, Level, Origin
from contracts.envelope import DossierEvent
from contracts.intake import DossierReceived, HistoryImported, HistoryStep, ImportEnded, StepKind
from contracts.routing import LegRole
from libs.ids import uuid7

T0 = datetime(2026, 10, 5, 1, 0, tzinfo=UTC)
"""A Monday, 08:00 in Việt Nam."""
PROVINCE, WARD, OTHER_WARD, TAX = "N48", "N48.C20242", "N48.C20245", "N48.THUE"
LAND, BIRTH = "1.012753", "1.001193"


def hours(n: float) -> datetime:
    return T0 + timedelta(hours=n)


def event(model: type[DossierEvent], dossier: UUID, seq: int, at: datetime = T0, **data: Any) -> Any:
    return model.model_validate(
        {
            "id": uuid7(),
            "time": at,
            "recordedtime": at,
            "subject": dossier,
            "dossierseq": seq,
            "data": model.Data(**data),
        }
    )


def received(dossier: UUID | None = None, *, at: datetime = T0, seq: int = 1, **over: Any) -> DossierReceived:
    dossier = dossier or uuid4()
    data: dict[str, Any] = {
        "code": f"H17.20-261005-{dossier.int % 10_000_000}",
        "procedure_code": LAND,
        "procedure_version": 1,
        "field": "dat-dai",
        "channel": Channel.COUNTER,
        "receiving_unit": WARD,
        "competent_unit": WARD,
        "rule_set": "nd-118-2025",
    }
    return event(DossierReceived, dossier, seq, at, **(data | over))  # type: ignore[no-any-return]


def imported(dossier: UUID | None = None, *, at: datetime = T0, **over: Any) -> DossierReceived:
    return received(dossier, at=at, **({"origin": Origin.IMPORT, "batch": BATCH} | over))


BATCH = UUID("0b1e9f3e-7a4b-4b53-9d4c-0f8c8a4c2d11")


def history(
    dossier: UUID, *steps: tuple[datetime, StepKind, dict[str, Any]], seq: int = 2
) -> HistoryImported:
    return event(  # type: ignore[no-any-return]
        HistoryImported,
        dossier,
        seq,
        T0,
        batch=BATCH,
        steps=tuple(HistoryStep(at=at, event=kind, **more) for at, kind, more in steps),
    )


def import_ended(partition: int, *, dossiers: int = 1, batch: UUID = BATCH) -> ImportEnded:
    subject = uuid5(batch, str(partition))
    return event(  # type: ignore[no-any-return]
        ImportEnded, subject, 1, T0, batch=batch, partition=partition, partitions=12, dossiers=dossiers
    )


def item(model: type[CatalogueItem], code: str, version: int, data: Any) -> Any:
    return model.model_validate(
        {
            "id": uuid7(),
            "time": T0,
            "recordedtime": T0,
            "subject": f"{model.KIND}/{code}/{version}",
            "data": data,
        }
    )


def unit(code: str, parent: str | None = None, **over: Any) -> Unit:
    data: dict[str, Any] = {
        "code": code,
        "name": f"Đơn vị {code}",
        "level": Level.COMMUNE if parent else Level.PROVINCE,
        "parent": parent,
        "province": code.split(".", maxsplit=1)[0],
        "valid_from": date(2025, 7, 1),
    }
    return Unit(**(data | over))


def leg(no: int, find_by: FindBy = FindBy.COMPETENT, **over: Any) -> ProcessLeg:
    data: dict[str, Any] = {
        "leg_no": no,
        "role": LegRole.APPRAISE,
        "find_by": find_by,
        "budget_minutes": 480,
        "name": f"Bước {no}",
    }
    return ProcessLeg(**(data | over))


def procedure(code: str, process: str, **over: Any) -> Procedure:
    data: dict[str, Any] = {
        "code": code,
        "version": 1,
        "name": f"Thủ tục {code}",
        "field": "dat-dai",
        "field_name": "Đất đai",
        "levels": (Level.COMMUNE,),
        "limits": (TimeLimit(amount=10, unit=DurationUnit.WORKING_DAY),),
        "process_code": process,
        "process_version": 1,
        "valid_from": date(2018, 1, 1),
    }
    return Procedure(**(data | over))


UNITS = (
    unit(PROVINCE),
    unit(WARD, PROVINCE),
    unit(OTHER_WARD, PROVINCE),
    unit(TAX, PROVINCE, kind=UnitKind.SECTOR_AGENCY, level=Level.PROVINCE),
    unit("P49", valid_from=date(2018, 1, 1), valid_to=date(2025, 6, 30)),
    unit("P49.D502", "P49", level=Level.DISTRICT, valid_from=date(2018, 1, 1), valid_to=date(2025, 6, 30)),
)
SUCCESSIONS = (
    Succession(from_unit="P49", to_unit=PROVINCE, on=date(2025, 7, 1)),
    Succession(from_unit="P49.D502", to_unit=WARD, on=date(2025, 7, 1)),
    Succession(
        from_unit="P49.D502",
        to_unit=OTHER_WARD,
        on=date(2025, 7, 1),
        default=False,
        by_commune="P49.D502.C20335",
    ),
)
PROCESSES = (
    Process(
        code=LAND,
        version=1,
        legs=(leg(1), leg(2, FindBy.AGENCY, agency="THUE", role=LegRole.TAX), leg(3, role=LegRole.DECIDE)),
    ),
    Process(code=BIRTH, version=1, legs=(leg(1, role=LegRole.DECIDE),)),
)
PROCEDURES = (procedure(LAND, LAND), procedure(BIRTH, BIRTH, field="ho-tich", field_name="Hộ tịch"))


def catalogue_items() -> list[CatalogueItem]:
    return [
        *(item(UnitItem, u.code, 1, u) for u in UNITS),
        *(item(SuccessionItem, f"{s.from_unit}>{s.to_unit}", 1, s) for s in SUCCESSIONS),
        *(item(ProcessItem, p.code, 1, p) for p in PROCESSES),
        *(item(ProcedureItem, p.code, 1, p) for p in PROCEDURES),
    ]
