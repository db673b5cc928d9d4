"""The words events are made of: codes, enums and moments, so that no field can hold a free remark.

What the patterns exclude: any space, `@`, `+`, accent or punctuation beyond `. - _ /`; more than six digits in a
row (eight in the number of a dossier); and a number split by dots or dashes, for a group of digits may stand
beside another only in the published shapes spelled out below (agencies, national procedures, dossier numbers).
So no personal number, phone, mail address or written address fits.

What no pattern can exclude: a name written as a code. `NGUYEN.VAN.AN` looks like `N48.THUE.VPUB`, `nguyen-van-an`
like `dang-ky-kinh-doanh`. Therefore intake lets in only units, procedures and fields that its catalogue has. Three things stand
by their shape alone: a dossier's number in another system; a register's procedure that the catalogue lacks, and
its field, of a few words; the codes of units that a register brings along (docs/registers.md).
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

_WORD = r"[A-Z]{1,11}(?:-?[0-9]{1,6}[A-Z]?)?"
"""Letters, then perhaps a number and a letter: `VPUB`, `C24169`, `C20821A`, `QD-1`."""

_AGENCY = r"[A-Z][0-9]{2}(?:\.[0-9]{1,3}){0,3}"
"""An agency in the national list (QĐ 20/2020/QĐ-TTg): `H15.50.05.13`, `G01.899.107.000`."""

_OLD_AGENCY = r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}"
"""An agency as it was written before (QCVN 102:2016/BTTTT): `000.00.01.H22`."""

_NATIONAL = rf"[0-9]\.[0-9]{{1,6}}(?:\.{_OLD_AGENCY})?"
"""A procedure in the national database: `1.004222`, with an agency `1.004884.000.00.00.H47`."""

_OLD_NATIONAL = r"[A-Z]{1,4}(?:-[A-Z]{2,5})?-[0-9]{6}(?:-[A-Z]{2})?"
"""A procedure before 2018: `T-QNA-285033-TT`."""

_PREFIX = rf"(?:{_OLD_AGENCY}|{_AGENCY}(?:\.{_WORD}){{0,3}}|{_WORD}(?:\.{_WORD}){{0,5}})"
"""Who numbered a dossier: an agency, or a unit without a number of its own in the national list."""

_YEAR = r"(?:19|20)[0-9]{2}"


def _to_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time, aware, UTC on the wire."""

DossierCode = Annotated[
    str,
    StringConstraints(pattern=rf"^{_PREFIX}-[0-9]{{6}}(?:[0-9]{{2}})?-[0-9]{{1,8}}$"),
]
"""Human code given at reception: agency, date, sequence, as in `H15.50.05.13-261008-0975`. Opaque, unique."""

ProcedureCode = Annotated[
    str,
    StringConstraints(
        pattern=rf"^(?:{_NATIONAL}(?:[.-]{_WORD}){{0,3}}|{_OLD_NATIONAL}|{_WORD}(?:[.-]{_WORD}){{0,5}})$"
    ),
]
"""National code of a procedure, `1.004222`, or a local variant, `1.012753.H19`."""

AgencyCode = Annotated[
    str, StringConstraints(pattern=rf"^(?:{_OLD_AGENCY}|{_AGENCY}|{_WORD})(?:[.-]{_WORD}){{0,3}}$")
]
"""An agency's number in the national list, as `H47.35`."""

UnitCode = Annotated[
    str,
    StringConstraints(
        pattern=rf"^(?:{_OLD_AGENCY}|[A-Z][0-9]{{2}}(?:\.[0-9]{{2}}){{1,3}}|[A-Z][0-9]{{2}}\.[0-9]{{3}}(?:\.[0-9]{{2}})?"
        rf"|{_WORD})(?:[._-]{_WORD}){{0,5}}(?:\.{_YEAR}(?:\.{_WORD})?)?$"
    ),
]
"""Code of an administrative unit or agency in our catalogue, as `N66.C24169`; or of a calendar decision of a unit,
year and number, as `N66.C24169.2026.D7`."""

FieldCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,8}(?:-[a-z]{1,8}){0,4}(?:-?[0-9]{1,4})?$")]
"""Field of administration (lĩnh vực) as a slug of at most five words, `ho-tich`."""

RuleSetCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,8}(?:-[a-z]{1,8}){0,2}-[0-9]{1,4}(?:-[0-9]{4})?(?:-[a-z]{1,8})?$"),
]
"""A rule set in law/rule_sets, `nd-118-2025`."""

Ground = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:LUAT|BL|ND|NQ|TT|QD|CV|VB)-[0-9]{1,5}(?:-[0-9]{4})?"
        r"(?:/[0-9]{1,3}[a-z]?(?:\.(?:[0-9]{1,2}[a-z]{0,2}|[a-z]{1,2})){0,2})?$"
    ),
]
"""Legal ground: document and article, `ND-118-2025/19.5`."""

ProcessCode = Annotated[
    str,
    StringConstraints(
        pattern=rf"^(?:{_NATIONAL}(?:[.-]{_WORD}){{0,4}}|{_OLD_NATIONAL}|{_WORD}(?:[.-]{_WORD}){{0,5}})$"
    ),
]
"""An internal process (quy trình nội bộ), mostly the code of its procedure."""

ForeignCode = Annotated[
    str,
    StringConstraints(
        pattern=rf"^(?:{_PREFIX}-(?:{_YEAR}|[0-9]{{6}}(?:[0-9]{{2}})?)(?:-[0-9]{{1,8}})?"
        rf"|[A-Z]{{1,8}}(?:[.-][A-Z]{{1,8}}){{0,3}}(?:[.-]{_YEAR})?[.-][0-9]{{1,8}})$"
    ),
]
"""A dossier's number in another system: one like ours, with or without a sequence, or letters, year and number."""

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
