"""The files of a register, streamed: a CSV body of any size, in flat memory."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request

from libs.http import RuntimeDep
from services.intake.api.access import Importer
from services.intake.handlers.imports import upload

router = APIRouter(tags=["imports"])


@router.put("/imports/{batch}/{file}")
async def put_file(
    batch: UUID,
    file: Literal["register", "steps", "units"],
    request: Request,
    runtime: RuntimeDep,
    _identity: Importer,
) -> dict[str, int]:
    """Stage a file's rows (CSV, UTF-8), replacing what was uploaded before. Columns: see domain/register."""
    return {"rows": await upload(runtime.pool, batch, file, request.stream())}
