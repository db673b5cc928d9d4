"""The seed as catalogue items, by the service that publishes them; the same items every time."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from uuid import UUID, uuid5

from contracts.catalogue import (
    Basis,
    CalendarDay,
    CalendarDecision,
    CalendarDecisionItem,
    CatalogueItem,
    DayKind,
    ProcedureItem,
    ProcessItem,
    Succession,
    SuccessionItem,
    Unit,
    UnitItem,
    UnitKind,
)
from contracts.codes import Level, Service
from contracts.envelope import Payload
from deploy.seed import procedures
from deploy.seed.tables import read

SEEDED_AT = datetime(2026, 11, 1, tzinfo=UTC)
"""The moment every seeded item carries, so that loading twice says the same."""
_VERSIONS: dict[str, int] = {}
"""Versions of seeded calendar decisions whose days were changed: a published version is never loaded otherwise."""
_NAMESPACE = UUID("6f0c5f0e-5a0e-5d5b-9c43-0a7f6c6d6375")


def items(owner: Service) -> Iterator[CatalogueItem]:
    """Yield what a service publishes. Rule sets are not among them: sla publishes those of law/rule_sets."""
    for source in _SOURCES.get(owner, ()):
        yield from source()


def units() -> Iterator[UnitItem]:
    """Yield the units of both eras, each after the one above it."""
    for row in read("units.csv"):
        code = row["code"]
        data = Unit(
            code=code,
            name=row["name"],
            level=Level(row["level"]),
            kind=UnitKind(row["kind"]),
            parent=code.rpartition(".")[0] or None,
            province=code.partition(".")[0],
            agency_code=row["agency_code"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            basis=Basis(row["basis"]),
        )
        yield UnitItem(**_envelope(f"unit/{code}/1", data), data=data)


def successions() -> Iterator[SuccessionItem]:
    """Yield who took over from whom. Where only one old commune's dossiers go, its code ends the item's."""
    for row in read("successions.csv"):
        data = Succession(
            from_unit=row["from"],
            to_unit=row["to"],
            on=date.fromisoformat(row["on"]),
            default=row["default"] == "default",
            by_commune=row["commune"] or None,
        )
        code = ">".join(filter(None, (row["from"], row["to"], row["commune"])))
        yield SuccessionItem(**_envelope(f"succession/{code}/1", data), data=data)


def processes() -> Iterator[ProcessItem]:
    """Yield the internal processes."""
    for data in procedures.processes():
        yield ProcessItem(**_envelope(f"process/{data.code}/{data.version}", data), data=data)


def procedure_items() -> Iterator[ProcedureItem]:
    """Yield the procedures, a version each."""
    for data in procedures.procedures():
        yield ProcedureItem(**_envelope(f"procedure/{data.code}/{data.version}", data), data=data)


def calendar() -> Iterator[CalendarDecisionItem]:
    """Yield the days off of each year and each swap of a day off against a make-up day."""
    for code, group in groupby(read("calendar.csv"), key=lambda row: row["code"]):
        rows, version = list(group), _VERSIONS.get(code, 1)
        data = CalendarDecision(
            code=code,
            version=version,
            document=rows[0]["document"],
            decided_on=date.fromisoformat(rows[0]["decided_on"]) if rows[0]["decided_on"] else None,
            days=tuple(
                CalendarDay(date=date.fromisoformat(row["date"]), kind=DayKind(row["kind"]), name=row["name"])
                for row in rows
            ),
            provisional=rows[0]["provisional"] == "yes",
        )
        yield CalendarDecisionItem(**_envelope(f"calendar/{code}/{version}", data), data=data)


def _envelope(key: str, data: Payload) -> dict[str, object]:
    return {
        "id": uuid5(_NAMESPACE, f"{key} {data.model_dump_json()}"),
        "time": SEEDED_AT,
        "recordedtime": SEEDED_AT,
        "subject": key,
    }


_SOURCES: dict[Service, tuple[Callable[[], Iterator[CatalogueItem]], ...]] = {
    Service.INTAKE: (procedure_items,),
    Service.ROUTING: (units, successions, processes),
    Service.SLA: (calendar,),
}
