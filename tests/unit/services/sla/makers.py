"""Events and catalogue items with defaults, so that a test shows only what it is about."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from contracts import intake, routing
from contracts.catalogue import (
    CalendarDay,
    CalendarDecision,
    CalendarDecisionItem,
    CatalogueItem,
    DayKind,
    DurationUnit,
    JudgedBy,
    Procedure,
    ProcedureItem,
    TimeLimit,
    Unit,
    UnitItem,
)
from contracts.codes import Channel, Level, Reason
from contracts.envelope import DossierEvent
from contracts.intake import HistoryStep, StepKind
from law.moments import VN

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
PROVINCE, COMMUNE, OTHER = "P01", "P01.C001", "P02.C009"


def vn(text: str) -> datetime:
    """`2026-03-02 08:00` in Việt Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=VN).astimezone(UTC)


def unit(code: str, level: Level, parent: str | None = None) -> UnitItem:
    data = Unit(
        code=code, name=f"Đơn vị {code}", level=level, parent=parent, province=code.split(".", maxsplit=1)[0],
        valid_from=date(2018, 1, 1),
    )  # fmt: skip
    return UnitItem(id=uuid4(), time=EARLY, recordedtime=EARLY, subject=f"unit/{code}/1", data=data)


def procedure(code: str, *limits: TimeLimit, judged_by: JudgedBy = JudgedBy.DATE) -> ProcedureItem:
    data = Procedure(
        code=code, version=1, name=f"Thủ tục {code}", field="ho-tich", field_name="Hộ tịch", levels=(Level.COMMUNE,),
        limits=limits, judged_by=judged_by, process_code=code, process_version=1, valid_from=date(2018, 1, 1),
    )  # fmt: skip
    return ProcedureItem(id=uuid4(), time=EARLY, recordedtime=EARLY, subject=f"procedure/{code}/1", data=data)


def decision(
    code: str, days: dict[date, DayKind], unit_code: str | None = None, **more: Any
) -> CalendarDecisionItem:
    listed = tuple(CalendarDay(date=on, kind=kind) for on, kind in days.items())
    data = CalendarDecision(
        code=code, version=more.pop("version", 1), unit=unit_code, document="Công văn 1", days=listed, **more
    )
    key = f"calendar/{code}/{data.version}"
    return CalendarDecisionItem(id=uuid4(), time=EARLY, recordedtime=EARLY, subject=key, data=data)


def catalogue_items(*more: CatalogueItem) -> list[CatalogueItem]:
    return [
        unit(PROVINCE, Level.PROVINCE),
        unit(COMMUNE, Level.COMMUNE, PROVINCE),
        unit("P01.C002", Level.COMMUNE, PROVINCE),
        unit("P02", Level.PROVINCE),
        unit(OTHER, Level.COMMUNE, "P02"),
        procedure("1.000001", TimeLimit(amount=5, unit=DurationUnit.WORKING_DAY)),
        procedure("1.000002", TimeLimit(amount=3, unit=DurationUnit.WORKING_DAY)),
        procedure("9.000001", TimeLimit(amount=10, unit=DurationUnit.MINUTE), judged_by=JudgedBy.MOMENT),
        procedure("1.000003"),
        *more,
    ]


class Story:
    """One dossier's events, each emitter's numbered as they are told."""

    def __init__(self, number: int = 1, dossier: UUID | None = None) -> None:
        self.id = dossier or uuid4()
        self.number = number
        self.events: list[DossierEvent] = []
        self._seq: dict[str, int] = defaultdict(int)

    @property
    def code(self) -> str:
        return f"H01.01-260302-{self.number:06d}"

    def tell(
        self, kind: type[DossierEvent], at: datetime, replaces: UUID | None = None, **data: Any
    ) -> "Story":
        self._seq[kind.EMITTER] += 1
        body = kind.model_fields["data"].annotation(**data)  # type: ignore[misc, union-attr]
        self.events.append(
            kind(  # type: ignore[call-arg]
                id=uuid5(self.id, f"{kind.__name__}{len(self.events)}"),
                time=at,
                recordedtime=at,
                subject=self.id,
                dossierseq=self._seq[kind.EMITTER],
                replaces=replaces,
                data=body,
            )
        )
        return self

    def received(self, at: datetime, procedure_code: str = "1.000001", **more: Any) -> "Story":
        given = {
            "code": self.code, "procedure_code": procedure_code, "procedure_version": 1, "field": "ho-tich",
            "channel": Channel.COUNTER, "receiving_unit": COMMUNE, "competent_unit": COMMUNE,
            "rule_set": "nd-118-2025",
        }  # fmt: skip
        return self.tell(intake.DossierReceived, at, **(given | more))

    def leg(self, at: datetime, unit_code: str = COMMUNE, leg_no: int = 1) -> "Story":
        return self.tell(
            routing.LegOpened,
            at,
            leg_no=leg_no,
            role=routing.LegRole.APPRAISE,
            unit=unit_code,
            competent_unit=COMMUNE,
        )

    def sent(self, at: datetime, from_unit: str, to_unit: str, leg_no: int = 1) -> "Story":
        return self.tell(routing.LegSent, at, leg_no=leg_no, from_unit=from_unit, to_unit=to_unit)

    def arrived(self, at: datetime, unit_code: str, leg_no: int = 1) -> "Story":
        return self.tell(routing.LegReceived, at, leg_no=leg_no, unit=unit_code)

    def asked(self, at: datetime, request: UUID | None = None) -> "Story":
        data = {"request": request or uuid5(self.id, "ask"), "reason": Reason.MISSING_PAPER}
        return self.tell(routing.SupplementRequested, at, **data)

    def provided(self, at: datetime, request: UUID | None = None) -> "Story":
        return self.tell(intake.SupplementProvided, at, request=request or uuid5(self.id, "ask"))

    def paying(self, at: datetime) -> "Story":
        return self.tell(routing.PaymentRequested, at, request=uuid5(self.id, "pay"))

    def paid(self, at: datetime) -> "Story":
        return self.tell(intake.PaymentMade, at, request=uuid5(self.id, "pay"))

    def extended(self, at: datetime, new_due_at: datetime) -> "Story":
        return self.tell(routing.ExtensionGranted, at, new_due_at=new_due_at, reason=Reason.OVERLOAD)

    def resolved(self, at: datetime) -> "Story":
        return self.tell(routing.DossierResolved, at, unit=COMMUNE)

    def withdrawn(self, at: datetime) -> "Story":
        return self.tell(intake.DossierWithdrawn, at)

    def history(self, at: datetime, batch: UUID, *steps: tuple[datetime, StepKind]) -> "Story":
        listed = tuple(HistoryStep(at=when, event=kind) for when, kind in steps)
        return self.tell(intake.HistoryImported, at, batch=batch, steps=listed)


def barrier(
    kind: type[DossierEvent], batch: UUID, part: int, at: datetime, partitions: int = 12
) -> DossierEvent:
    body = kind.model_fields["data"].annotation(  # type: ignore[misc, union-attr]
        batch=batch, partition=part, partitions=partitions, dossiers=1
    )
    return kind(  # type: ignore[call-arg]
        id=uuid5(batch, f"{kind.__name__}{part}"), time=at, recordedtime=at, subject=uuid5(batch, str(part)),
        dossierseq=1, data=body,
    )  # fmt: skip


MINUTE = timedelta(minutes=1)
