"""What the benchmarks feed in: Quảng Nam's register as events of intake, and the reference data they name."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from contracts.catalogue import CatalogueItem, ProcedureItem, UnitItem
from contracts.codes import Channel, ReturnWay, Service
from contracts.intake import DossierReceived, IntakeEvent, ResultReturned
from deploy.seed.items import items
from deploy.seed.register import rows
from libs.clock import VN
from libs.ids import imported_id, uuid7

PROVINCES = frozenset({"P49", "N66"})
_SCALE = 20


def catalogue() -> list[CatalogueItem]:
    """Return the seed's items without units of other provinces: what every service knows before it starts."""
    found = [item for owner in (Service.ROUTING, Service.INTAKE, Service.SLA) for item in items(owner)]
    return [i for i in found if not isinstance(i, UnitItem) or i.data.province in PROVINCES]


def events(number: int) -> list[IntakeEvent]:
    """Return the first `number` events intake would say of the register's dossiers, each followed by its end."""
    return list(islice(_events(), number))


def _events() -> Iterator[IntakeEvent]:
    known = {i.data.code: i.data for i in items(Service.INTAKE) if isinstance(i, ProcedureItem)}
    first = {code: i.version for code, i in known.items() if i.version == 1} | dict.fromkeys(known, 1)
    for line, _ in rows(_SCALE):
        code, procedure, field, channel, receiving, competent, at, due, _, back = line.rstrip("\n").split(",")
        subject = imported_id("bench", code)
        received = DossierReceived.Data(
            code=code,
            procedure_code=procedure,
            procedure_version=first.get(procedure),
            field=field,
            channel=Channel(channel),
            receiving_unit=receiving,
            competent_unit=competent,
            appointment_at=_moment(due),
            declared_due_at=_moment(due),
            rule_set="nd-61-2018",
        )
        when = _moment(at)
        yield DossierReceived(
            id=uuid7(), subject=subject, dossierseq=1, time=when, recordedtime=when, data=received
        )
        if back:
            data, then = ResultReturned.Data(way=ReturnWay.COUNTER), _moment(back)
            yield ResultReturned(
                id=uuid7(), subject=subject, dossierseq=2, time=then, recordedtime=then, data=data
            )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN).astimezone(UTC)
