"""The words events are made of: codes, enums and moments, so that no field can hold a free remark.

No pattern admits nine digits in a row (a personal number, a phone), a space, an `@` or a letter outside
the code's alphabet, hence none can carry a person's name, number, phone or address.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

SEGMENT = r"(?:[A-Z][A-Z0-9]{0,11}|[0-9]{1,8})"
"""One part of a dotted code: a letter and up to eleven letters or digits, or up to eight digits."""


def _to_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time, aware, UTC on the wire."""

DossierCode = Annotated[
    str,
    StringConstraints(pattern=rf"^{SEGMENT}(?:\.{SEGMENT}){{0,6}}-[0-9]{{6}}(?:[0-9]{{2}})?-[0-9]{{1,8}}$"),
]
"""Human code given at reception: agency, date, sequence, as in `H15.50.05.13-261008-0975`. Opaque, unique."""

ProcedureCode = Annotated[str, StringConstraints(pattern=rf"^{SEGMENT}(?:[.-]{SEGMENT}){{0,7}}$")]
"""National code of a procedure, `1.004222`, or a local variant, `1.012753.H19`."""

UnitCode = Annotated[str, StringConstraints(pattern=rf"^{SEGMENT}(?:[._-]{SEGMENT}){{0,6}}$")]
"""Code of an administrative unit or agency in our catalogue, as `N66.C24169`."""

FieldCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,11}(?:-[a-z0-9]{1,12}){0,7}$")]
"""Field of administration (lĩnh vực) as a slug, `ho-tich`."""

RuleSetCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,8}(?:-[a-z0-9]{1,8}){1,4}$")]
"""A rule set in law/rule_sets, `nd-118-2025`."""

Ground = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:LUAT|BL|ND|NQ|TT|QD|CV|VB)-[0-9]{1,5}(?:-[0-9]{4})?(?:/[0-9a-z.]{1,12})?$"
    ),
]
"""Legal ground: document and article, `ND-118-2025/19.5`."""

ProcessCode = Annotated[str, StringConstraints(pattern=rf"^{SEGMENT}(?:[.-]{SEGMENT}){{0,8}}$")]
"""An internal process (quy trình nội bộ), mostly the code of its procedure."""

ForeignCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}(?:[.-][A-Z0-9]{1,8}){1,7}$")]
"""A dossier's number in another system."""

ClockTime = Annotated[str, StringConstraints(pattern=r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
"""Wall-clock time `HH:MM`, Asia/Ho_Chi_Minh."""

StaffId = UUID
"""An officer, opaque: only the identity provider knows who it is."""

NoteId = UUID
"""A remark kept by its writer's service; its text is fetched through an authorised API."""

RequestId = UUID
"""Pairs a request (supplement, payment, consultation) with its answer."""

BatchId = UUID
Version = Annotated[int, Field(ge=1)]
LegNo = Annotated[int, Field(ge=1, le=99)]
Count = Annotated[int, Field(ge=0)]
Partition = Annotated[int, Field(ge=0, le=4095)]


class Service(StrEnum):
    """Who speaks."""

    INTAKE = "intake"
    ROUTING = "routing"
    SLA = "sla"
    REPORTING = "reporting"


class Channel(StrEnum):
    """How a dossier was handed in."""

    COUNTER = "counter"
    ONLINE = "online"
    POST = "post"


class Level(StrEnum):
    """Level of a unit; `district` until 30/6/2025."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Origin(StrEnum):
    """Whether a dossier was received by us or taken over from a legacy register."""

    LIVE = "live"
    IMPORT = "import"


class Reason(StrEnum):
    """Why something was asked, refused, stopped or corrected. The words, if any, are behind a note id."""

    MISSING_PAPER = "missing_paper"
    WRONG_PAPER = "wrong_paper"
    UNCLEAR_CONTENT = "unclear_content"
    NOT_ELIGIBLE = "not_eligible"
    NOT_COMPETENT = "not_competent"
    DUPLICATE = "duplicate"
    MISTAKEN_ENTRY = "mistaken_entry"
    APPLICANT_REQUEST = "applicant_request"
    NO_SUPPLEMENT = "no_supplement"
    NO_PAYMENT = "no_payment"
    FINANCIAL_OBLIGATION = "financial_obligation"
    FEE = "fee"
    STAFF_FAULT = "staff_fault"
    PARTNER_AGENCY_LATE = "partner_agency_late"
    CONFLICTING_RULES = "conflicting_rules"
    OVERLOAD = "overload"
    SYSTEM_FAILURE = "system_failure"
    FORCE_MAJEURE = "force_majeure"
    WRONG_DESTINATION = "wrong_destination"
    UNIT_ENDED = "unit_ended"
    BATCH_VOIDED = "batch_voided"
    OTHER = "other"


class Cause(StrEnum):
    """Cause of lateness (nguyên nhân quá hạn)."""

    STAFF_FAULT = "staff_fault"
    PARTNER_AGENCY_LATE = "partner_agency_late"
    FINANCIAL_OBLIGATION = "financial_obligation"
    CONFLICTING_RULES = "conflicting_rules"
    OVERLOAD = "overload"
    SYSTEM_FAILURE = "system_failure"
    OTHER = "other"


class Medium(StrEnum):
    """What changed hands."""

    PAPER = "paper"
    EFILE = "efile"
    BOTH = "both"


class ReturnWay(StrEnum):
    """How a result reached the applicant."""

    COUNTER = "counter"
    ONLINE = "online"
    POST = "post"


class Role(StrEnum):
    """What a person may do; each role is scoped to units and their subtrees."""

    CLERK = "clerk"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    OPERATOR = "operator"
    ADMIN = "admin"
