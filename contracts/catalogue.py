"""Reference data: states, not happenings. The newest state of a `kind/code/version` wins.

The only contract with words in it (`PublicName`): names of units and procedures, which are public.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from contracts.codes import (
    AgencyCode,
    Channel,
    ClockTime,
    Count,
    FieldCode,
    Ground,
    LegNo,
    Level,
    ProcedureCode,
    ProcessCode,
    RuleSetCode,
    Service,
    UnitCode,
    Version,
)
from contracts.envelope import Event, Frozen, Payload
from contracts.routing import LegRole

PublicName = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
"""A name the law publishes: of a unit, a procedure, a document."""

ItemKey = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:unit|succession|procedure|process|calendar|ruleset)/[A-Za-z0-9][A-Za-z0-9._>-]{0,79}/[0-9]{1,6}$"
    ),
]
"""`kind/code/version`, the subject and Kafka key."""


class Basis(StrEnum):
    """How sure a row is: read in a source, taken from general knowledge, or made up for trials."""

    KNOWN = "known"
    GENERAL = "general"
    SYNTHETIC = "synthetic"


class UnitKind(StrEnum):
    """What a unit is; independent of its level."""

    PEOPLES_COMMITTEE = "peoples_committee"
    DEPARTMENT = "department"
    OFFICE = "office"
    BRANCH = "branch"
    SECTOR_AGENCY = "sector_agency"
    SERVICE_CENTRE = "service_centre"


class CatalogueItem(Event):
    """One state of one item of reference data."""

    KIND: ClassVar[str]
    EMITTER: ClassVar[Service]
    type: str
    source: str
    subject: ItemKey
    data: Payload

    @property
    def key(self) -> str:
        """Return `kind/code/version`."""
        return self.subject


class Unit(Payload):
    """An administrative unit or agency while it exists; `valid_to` is its last day."""

    code: UnitCode
    version: Version = 1
    name: PublicName
    level: Level
    kind: UnitKind = UnitKind.PEOPLES_COMMITTEE
    parent: UnitCode | None = None
    province: UnitCode
    agency_code: AgencyCode | None = None
    """Prefix of the dossier codes this unit gives, as `H47.35`."""
    valid_from: date
    valid_to: date | None = None
    basis: Basis = Basis.KNOWN


class UnitItem(CatalogueItem):
    """An administrative unit or agency."""

    KIND: ClassVar[str] = "unit"
    TOPIC: ClassVar[str] = "routing.catalogue"
    EMITTER: ClassVar[Service] = Service.ROUTING
    type: Literal["vn.motcua.catalogue.Unit.v1"] = "vn.motcua.catalogue.Unit.v1"
    source: Literal["/motcua/routing"] = "/motcua/routing"
    data: Unit


class Succession(Payload):
    """Which unit takes over from one that ended, from `on`. `default` unless the commune says otherwise."""

    from_unit: UnitCode
    to_unit: UnitCode
    version: Version = 1
    on: date
    default: bool = True
    by_commune: UnitCode | None = None
    """Only dossiers whose applicant or parcel lies in this (old) commune."""


class SuccessionItem(CatalogueItem):
    """Who takes over from a unit that ended. Its code is `FROM>TO`, or `FROM>TO>COMMUNE` for one commune alone."""

    KIND: ClassVar[str] = "succession"
    TOPIC: ClassVar[str] = "routing.catalogue"
    EMITTER: ClassVar[Service] = Service.ROUTING
    type: Literal["vn.motcua.catalogue.Succession.v1"] = "vn.motcua.catalogue.Succession.v1"
    source: Literal["/motcua/routing"] = "/motcua/routing"
    data: Succession


class DurationUnit(StrEnum):
    """In what a time limit is counted."""

    WORKING_DAY = "working_day"
    WORKING_HOUR = "working_hour"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    MINUTE = "minute"
    """Of wall-clock time; only for synthetic procedures."""


class JudgedBy(StrEnum):
    """Whether lateness is a matter of the date or of the moment."""

    DATE = "date"
    MOMENT = "moment"


class TimeLimit(Frozen):
    """A time limit, for one channel or (none given) for all others."""

    amount: Count
    unit: DurationUnit
    channel: Channel | None = None
    same_day: bool = False
    """Result on the day of reception; received after 15:00, the next working day."""


class Procedure(Payload):
    """An administrative procedure (thủ tục hành chính) as it stood from `valid_from` to `valid_to`."""

    code: ProcedureCode
    version: Version
    name: PublicName
    field: FieldCode
    field_name: PublicName
    levels: tuple[Level, ...]
    limits: tuple[TimeLimit, ...]
    judged_by: JudgedBy = JudgedBy.DATE
    rule_set: RuleSetCode | None = None
    """A special rule set; none means the general one of the reception date."""
    process_code: ProcessCode
    process_version: Version
    valid_from: date
    valid_to: date | None = None
    ground: Ground | None = None
    basis: Basis = Basis.KNOWN


class ProcedureItem(CatalogueItem):
    """An administrative procedure."""

    KIND: ClassVar[str] = "procedure"
    TOPIC: ClassVar[str] = "intake.catalogue"
    EMITTER: ClassVar[Service] = Service.INTAKE
    type: Literal["vn.motcua.catalogue.Procedure.v1"] = "vn.motcua.catalogue.Procedure.v1"
    source: Literal["/motcua/intake"] = "/motcua/intake"
    data: Procedure


class FindBy(StrEnum):
    """How the unit of a leg is found."""

    COMPETENT = "competent"
    RECEIVING = "receiving"
    FIXED = "fixed"
    AGENCY = "agency"
    """The agency of `agency` kind-suffix nearest above the competent unit: tax, police, insurance…"""


class ProcessLeg(Frozen):
    """One leg of an internal process."""

    leg_no: LegNo
    role: LegRole
    find_by: FindBy
    unit: UnitCode | None = None
    """For `fixed`."""
    agency: UnitCode | None = None
    """For `agency`: the last segment of the agency's code, as `CCT` in `N66.CCT`."""
    budget_minutes: Count
    name: PublicName


class Process(Payload):
    """An internal process (quy trình nội bộ): its legs in order; the budgets sum to at most the limit."""

    code: ProcessCode
    version: Version
    legs: Annotated[tuple[ProcessLeg, ...], Field(min_length=1)]
    basis: Basis = Basis.KNOWN


class ProcessItem(CatalogueItem):
    """An internal process."""

    KIND: ClassVar[str] = "process"
    TOPIC: ClassVar[str] = "routing.catalogue"
    EMITTER: ClassVar[Service] = Service.ROUTING
    type: Literal["vn.motcua.catalogue.Process.v1"] = "vn.motcua.catalogue.Process.v1"
    source: Literal["/motcua/routing"] = "/motcua/routing"
    data: Process


class DayKind(StrEnum):
    """What a decision makes of a day."""

    WORKING = "working"
    HOLIDAY = "holiday"
    COMPENSATORY = "compensatory"
    SWAPPED_OFF = "swapped_off"
    MAKE_UP = "make_up"
    CLOSED = "closed"
    COUNTER = "counter"
    """A day off on which the counter receives; the clock begins on the next working day."""


class CalendarDay(Frozen):
    """One day of a decision. Without sessions, a working kind of day has the usual office hours."""

    date: date
    kind: DayKind
    name: PublicName | None = None
    sessions: tuple[tuple[ClockTime, ClockTime], ...] = ()


class WeeklyHours(Frozen):
    """What some weekdays are, week after week. Weekday 1 is Monday, 7 Sunday (ISO 8601).

    `working` with its sessions: office hours; `counter` with its sessions: dossiers are received, no clock runs;
    `closed`: nobody is there.
    """

    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)]
    kind: Literal[DayKind.WORKING, DayKind.COUNTER, DayKind.CLOSED] = DayKind.WORKING
    sessions: tuple[tuple[ClockTime, ClockTime], ...] = ()


class DecisionOrigin(StrEnum):
    """How a decision came into the calendar."""

    SEED = "seed"
    """Loaded in bulk: computed or collected, nobody answers for it."""
    DECISION = "decision"
    """Proposed by one person and approved by another; no seeded day overrides it."""


class CalendarDecision(Payload):
    """Days off and make-up days as decided, or office hours week by week.

    `unit` is where it holds, with its subtree; none: the country. `weekly` holds from `valid_from` to `valid_to`
    (its last day; none: until further notice) on the weekdays it names, wherever no day was decided by date.
    `replaces` names decisions of the same scope that it overrules on the days both name.
    """

    code: UnitCode
    version: Version
    unit: UnitCode | None = None
    document: PublicName
    decided_on: date | None = None
    days: tuple[CalendarDay, ...]
    weekly: tuple[WeeklyHours, ...] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    replaces: tuple[UnitCode, ...] | None = None
    origin: DecisionOrigin | None = None
    """None: seeded, as before decisions were approved."""
    provisional: bool = False
    withdrawn: bool = False


class CalendarDecisionItem(CatalogueItem):
    """A decision on days off and make-up days."""

    KIND: ClassVar[str] = "calendar"
    TOPIC: ClassVar[str] = "sla.catalogue"
    EMITTER: ClassVar[Service] = Service.SLA
    type: Literal["vn.motcua.catalogue.CalendarDecision.v1"] = "vn.motcua.catalogue.CalendarDecision.v1"
    source: Literal["/motcua/sla"] = "/motcua/sla"
    data: CalendarDecision


class RuleSetPublished(Payload):
    """That a rule set is in force; its text is a file of law/rule_sets, its digest proves which."""

    code: RuleSetCode
    version: Version
    name: PublicName
    valid_from: date
    valid_to: date | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RuleSetItem(CatalogueItem):
    """A rule set."""

    KIND: ClassVar[str] = "ruleset"
    TOPIC: ClassVar[str] = "sla.catalogue"
    EMITTER: ClassVar[Service] = Service.SLA
    type: Literal["vn.motcua.catalogue.RuleSet.v1"] = "vn.motcua.catalogue.RuleSet.v1"
    source: Literal["/motcua/sla"] = "/motcua/sla"
    data: RuleSetPublished
