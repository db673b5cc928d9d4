"""What the pages share: the environment, who may see them, and forms' errors."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

from fastapi import Depends

from contracts.codes import Role
from libs.clock import utcnow
from libs.errors import DomainError, ManyErrors
from libs.identity import Identity, require
from libs.runtime import Runtime
from libs.ui import environment
from services.intake.handlers import desk
from services.intake.handlers.desk import Desk

ENV = environment("intake", Path(__file__).parents[1] / "templates")
CONTACT_ROLES = (Role.CLERK, Role.OFFICER, Role.SUPERVISOR)
Clerk = Annotated[Identity, Depends(require(Role.CLERK))]
Contact = Annotated[Identity, Depends(require(*CONTACT_ROLES))]
PersonReader = Annotated[Identity, Depends(require(*CONTACT_ROLES, Role.INSPECTOR))]
PAGE = 50


class FieldError(NamedTuple):
    """An error as a form shows it: `field` is the id of the input."""

    field: str
    message: str


def desk_of(identity: Identity, runtime: Runtime) -> Desk:
    """Return the desk of a person, now."""
    return desk.desk_of(identity, runtime.catalogue, utcnow())


def errors_of(error: DomainError) -> list[FieldError]:
    """Return what is wrong, by the form's fields (`applicant.phone` is the field `phone`)."""
    many: Iterable[DomainError] = error.errors if isinstance(error, ManyErrors) else (error,)
    return [FieldError(e.field.rpartition(".")[2], e.message) for e in many]


def choices(names: Iterable[tuple[str, str]], empty: str) -> list[tuple[str, str]]:
    """Return the options of a select, first the empty one."""
    return [("", empty), *names]


def back_to(path: str) -> str:
    """Return a path of ours to go back to, whatever was asked for."""
    parts = urlsplit(path)
    return path if not parts.netloc and path.startswith("/intake/") else "/intake/"


Values = dict[str, Any]
