"""What the routes share: who asks, which dossier, and carrying out a step once."""

from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Path, Request
from fastapi.responses import Response

from contracts.codes import Role
from libs.db import Connection
from libs.http import runtime_of
from libs.idempotency import Once, once_of, run_once
from libs.identity import Identity, require
from libs.paging import etag
from services.routing.handlers.access import reference_of
from services.routing.handlers.commands import Commands, Order, Step, answer_of
from services.routing.handlers.reference import Reference
from services.routing.handlers.refusals import keeping

WORKERS = (Role.OFFICER, Role.SUPERVISOR, Role.CLERK)
READERS = (Role.OFFICER, Role.SUPERVISOR, Role.CLERK, Role.INSPECTOR, Role.OPERATOR, Role.ADMIN)
Reader = Annotated[Identity, Depends(require(*READERS))]
Worker = Annotated[Identity, Depends(require(*WORKERS))]
Code = Annotated[str, Path(max_length=80, description="Mã hồ sơ")]


ReferenceDep = Annotated[Reference, Depends(reference_of)]


@dataclass(frozen=True, slots=True)
class Stepper:
    """Carries out one step of one request."""

    request: Request
    once: Once
    order: Order
    commands: Commands

    async def run(self, step: Step, *, status: int = 200, **more: Any) -> Response:
        """Carry out a step once per Idempotency-Key; answer with its events and the new ETag."""

        async def effect(conn: Connection) -> dict[str, Any]:
            return {**answer_of(await self.commands.carry_out(conn, self.order, step)), **more}

        pool = runtime_of(self.request).pool
        async with keeping(pool, self.commands):
            response = await run_once(pool, self.once, effect, status=status)
        response.headers["ETag"] = etag(orjson.loads(response.body)["seq"])
        return response


def stepper(
    request: Request,
    code: Code,
    identity: Worker,
    reference: ReferenceDep,
    once: Annotated[Once, Depends(once_of)],
    if_match: Annotated[str | None, Header(description="ETag của bản đang xem")] = None,
) -> Stepper:
    """Return the stepper of a request."""
    return Stepper(request, once, Order(code=code, identity=identity, if_match=if_match), Commands(reference))


StepperDep = Annotated[Stepper, Depends(stepper)]
