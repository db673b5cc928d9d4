"""Which internal process a dossier follows, and which unit does each leg."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from contracts.catalogue import FindBy, Procedure, Process, ProcessLeg
from contracts.codes import Medium, Origin
from contracts.routing import LegOpened, LegRole, LegSent
from services.routing.domain.dossier import Dossier, Head
from services.routing.domain.say import Say
from services.routing.domain.units import UnitTree

DEFAULT_LEG = ProcessLeg(
    leg_no=1, role=LegRole.APPRAISE, find_by=FindBy.COMPETENT, budget_minutes=0, name="Giải quyết"
)
"""Of a procedure without a process in the catalogue: the competent unit does it all, without a budget."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The reference data routing decides by.

    `procedure` and `process` look up a version; `due` counts working minutes: (unit, start, minutes) → moment.
    """

    units: UnitTree
    procedure: Callable[[str, int], Procedure | None]
    process: Callable[[str, int], Process | None]
    due: Callable[[str, datetime, int], datetime | None]

    def process_of(self, head: Head) -> Process | None:
        """Return the process of the dossier's procedure version; None when the catalogue has none."""
        if head.procedure_version is None:
            return None
        procedure = self.procedure(head.procedure_code, head.procedure_version)
        if procedure is None:
            return None
        return self.process(procedure.process_code, procedure.process_version)

    def legs_of(self, head: Head) -> tuple[ProcessLeg, ...]:
        """Return the legs the dossier has to go through, in order."""
        process = self.process_of(head)
        return tuple(sorted(process.legs, key=_number)) if process else (DEFAULT_LEG,)


def unit_of(leg: ProcessLeg, dossier: Dossier, *, units: UnitTree, on: date) -> str:
    """Return the unit that does a leg; the competent unit where the catalogue knows no such agency."""
    competent = dossier.competent_unit
    if leg.find_by is FindBy.RECEIVING and dossier.head is not None:
        return dossier.head.event.data.receiving_unit
    if leg.find_by is FindBy.FIXED and leg.unit is not None:
        return leg.unit
    if leg.find_by is FindBy.AGENCY and leg.agency is not None:
        return units.agency(leg.agency, competent, on) or competent
    return competent


def open_leg(dossier: Dossier, leg_no: int, *, at: datetime, on: date, book: Rulebook) -> list[Say]:
    """Return what is said when a leg begins at `at`: it is opened, and sent on where another unit holds the dossier.

    `on` is the date of `at` in Việt Nam.
    """
    head = dossier.head
    if head is None:
        return []
    spec = next((leg for leg in book.legs_of(head) if leg.leg_no == leg_no), DEFAULT_LEG)
    unit = unit_of(spec, dossier, units=book.units, on=on)
    opened = _opened(head, spec, unit=unit, due=_due(book, unit, spec, at), book=book)
    said = [Say(LegOpened, at, opened.model_copy(update={"competent_unit": dossier.competent_unit}))]
    if head.event.data.origin is Origin.LIVE and dossier.holder != unit:
        sent = LegSent.Data(leg_no=leg_no, from_unit=dossier.holder, to_unit=unit, medium=Medium.EFILE)
        said.append(Say(LegSent, at, sent))
    return said


def _due(book: Rulebook, unit: str, spec: ProcessLeg, at: datetime) -> datetime | None:
    return book.due(unit, at, spec.budget_minutes) if spec.budget_minutes else None


def _opened(
    head: Head, spec: ProcessLeg, *, unit: str, due: datetime | None, book: Rulebook
) -> LegOpened.Data:
    process = book.process_of(head)
    state = book.units.last(unit)
    return LegOpened.Data(
        leg_no=spec.leg_no,
        role=spec.role,
        unit=unit,
        competent_unit=head.competent_unit,
        level=state.level if state else None,
        budget_minutes=spec.budget_minutes or None,
        leg_due_at=due,
        process_code=process.code if process else None,
        process_version=process.version if process else None,
        origin=head.event.data.origin,
    )


def _number(leg: ProcessLeg) -> int:
    return leg.leg_no
