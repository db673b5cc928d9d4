"""The values of a register's cells: codes, field slugs, officers, and the words of a refusal."""

import re
from functools import lru_cache
from typing import Any, NamedTuple, get_args
from uuid import UUID, uuid5

from contracts.codes import DossierCode, FieldCode, Ground, ProcedureCode
from services.intake.domain.people import fold

_OFFICERS = UUID("0d1b7f0e-6f0c-5c39-9a43-6d1f6a7c2b10")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SEGMENTS, _SEGMENT = 8, 12


def _pattern(code: Any) -> re.Pattern[str]:
    return re.compile(get_args(code)[1].pattern)


DOSSIER_CODE = _pattern(DossierCode)
PROCEDURE_CODE = _pattern(ProcedureCode)
GROUND = _pattern(Ground)
_FIELD_CODE = _pattern(FieldCode)


class Refusal(NamedTuple):
    """Why a row is refused: the file and line it stands on, the column, the rule, and what is wrong."""

    file: str
    line: int
    code: str
    field: str
    rule: str
    reason: str


@lru_cache(maxsize=4096)
def field_slug(text: str) -> str | None:
    """Return the field of administration a register names, as a slug: `Đất đai` → `dat-dai`; None if it is none."""
    segments = [segment[:_SEGMENT] for segment in _NOT_SLUG.split(fold(text)) if segment]
    slug = "-".join(segments[:_SEGMENTS])
    return slug if _FIELD_CODE.match(slug) else None


@lru_cache(maxsize=65536)
def officer_id(text: str) -> UUID:
    """Return the opaque id of an officer: the id that is given, else one that is always the same for a label."""
    try:
        return UUID(text)
    except ValueError:
        return uuid5(_OFFICERS, text)


def shown(text: str) -> str:
    """Return a cell's value as a refusal quotes it."""
    return f"{text[:40]}…" if len(text) > 40 else text  # noqa: PLR2004
