"""The values of a register's cells: codes, field slugs, officers, and the words of a refusal."""

import re
from functools import lru_cache
from typing import Any, NamedTuple, get_args
from uuid import UUID, uuid5

from contracts.codes import DossierCode, FieldCode, Ground, ProcedureCode
from services.intake.domain.people import fold

_OFFICERS = UUID("0d1b7f0e-6f0c-5c39-9a43-6d1f6a7c2b10")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_WORDS, _WORD = 8, 12


def _pattern(code: Any) -> re.Pattern[str]:
    return re.compile(str(get_args(code)[1].pattern).removesuffix("$") + r"\Z")


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
def dashed(text: str) -> str:
    """Return the words of a text without accents, case and punctuation: `Phòng cháy, chữa cháy` → `phong-chay-chua-chay`."""
    return "-".join(word for word in _NOT_SLUG.split(fold(text)) if word)


@lru_cache(maxsize=4096)
def field_slug(text: str) -> str | None:
    """Return a register's words for a field of administration as its code: `Đất đai` → `dat-dai`.

    None if that is no code of the contract: no words, more than a few, or a number among them.
    """
    slug = dashed(text)
    return slug if _FIELD_CODE.match(slug) else None


@lru_cache(maxsize=4096)
def field_compared(text: str) -> str:
    """Return what two imports of a dossier are compared by. Stays in intake's schema."""
    words = [word[:_WORD] for word in dashed(text).split("-")]
    return "-".join(words[:_WORDS]) if words[0][:1].isalpha() else ""


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
