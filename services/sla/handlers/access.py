"""What API and pages share: who may ask, and the rulebook of the moment."""

from typing import Annotated

from fastapi import Depends, Path, Request

from contracts.codes import Role
from libs.errors import NotFoundError
from libs.http import runtime_of
from libs.identity import Identity, require
from services.sla.handlers.rulebook import Rulebook, Rulebooks

READERS = (Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.INSPECTOR, Role.OPERATOR, Role.ADMIN)
Reader = Annotated[Identity, Depends(require(*READERS))]
Code = Annotated[str, Path(max_length=80, description="Mã hồ sơ")]


def rulebook_of(request: Request) -> Rulebook:
    """Return the rulebook of the newest catalogue, made once per catalogue."""
    state = request.app.state
    if not hasattr(state, "rulebooks"):
        state.rulebooks = Rulebooks()
    rulebooks: Rulebooks = state.rulebooks
    return rulebooks.of(runtime_of(request).catalogue)


RulebookDep = Annotated[Rulebook, Depends(rulebook_of)]


def unknown_dossier(code: str) -> NotFoundError:
    """Return what is said of a code that does not exist or lies outside the scope: the same, on purpose."""
    return NotFoundError("code", "dossier_unknown", f"Không tìm thấy hồ sơ {code}")
