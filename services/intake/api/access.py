"""Who may call what, and the desk a call works at."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from contracts.codes import Role
from libs.clock import utcnow
from libs.identity import Identity, require
from libs.runtime import Runtime
from services.intake.handlers import desk
from services.intake.handlers.desk import Desk

Clerk = Annotated[Identity, Depends(require(Role.CLERK))]
Reader = Annotated[
    Identity,
    Depends(require(Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.INSPECTOR, Role.OPERATOR, Role.ADMIN)),
]
Contact = Annotated[Identity, Depends(require(Role.CLERK, Role.OFFICER, Role.SUPERVISOR))]
"""Those who may see an applicant's data: it is audited."""
PersonReader = Annotated[
    Identity, Depends(require(Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.INSPECTOR))
]
"""Those who may ask for one applicant's contact data; inspectors ask for it from the late list. Audited."""
Auditor = Annotated[Identity, Depends(require(Role.OPERATOR, Role.ADMIN, Role.INSPECTOR))]
Importer = Annotated[Identity, Depends(require(Role.ADMIN, Role.OPERATOR))]


def reference(
    ref: Annotated[str, Path(max_length=80, description="Mã hồ sơ hoặc định danh (UUID)")],
) -> UUID | str:
    """Return a path's dossier: its id where the text is one, else its code."""
    try:
        return UUID(ref)
    except ValueError:
        return ref


Ref = Annotated[UUID | str, Depends(reference)]


def desk_of(identity: Identity, runtime: Runtime) -> Desk:
    """Return the desk of a person, now."""
    return desk.desk_of(identity, runtime.catalogue, utcnow())
