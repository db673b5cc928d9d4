"""What the screens and apology lists get for a request: who may look, which units and days, and the lists themselves."""

from typing import Annotated

from fastapi import Depends, Path, Query

from contracts.codes import Role
from libs.catalogue import WHOLE_COUNTRY
from libs.day_range import AskedDay
from libs.errors import ForbiddenError
from libs.http import RuntimeDep
from libs.identity import Identity, require
from services.sla.domain.apology import NAMES
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.apologies import Apologies
from services.sla.handlers.screening import Screening
from services.sla.handlers.span import Span

Watcher = Annotated[Identity, Depends(require(Role.SUPERVISOR, Role.INSPECTOR, Role.ADMIN))]
SETTERS = (Role.INSPECTOR, Role.ADMIN)


def may_set(identity: Identity) -> bool:
    """Return whether a person may change thresholds: they hold for the whole country, so it takes its units."""
    return identity.has(*SETTERS) and WHOLE_COUNTRY in identity.units


def setter(identity: Annotated[Identity, Depends(require(*SETTERS))]) -> Identity:
    """Return who changes thresholds; raises ForbiddenError for a person of some units alone."""
    if not may_set(identity):
        raise ForbiddenError("", "country_only", "Ngưỡng áp dụng cho cả nước: cần quyền trên phạm vi cả nước")
    return identity


Setter = Annotated[Identity, Depends(setter)]
ScreenCode = Annotated[str, Path(max_length=40, description="Mã màn hình kiểm tra")]
ApologyCode = Annotated[str, Path(max_length=40, description=" | ".join(NAMES))]


def span_of(
    unit: Annotated[
        str | None, Query(max_length=80, description="Mã đơn vị, gồm cả đơn vị trực thuộc")
    ] = None,
    first_day: Annotated[AskedDay | None, Query(alias="from", description="Từ ngày")] = None,
    last_day: Annotated[AskedDay | None, Query(alias="to", description="Đến hết ngày")] = None,
) -> Span:
    """Return what the query string asks."""
    return Span(unit=unit or None, first_day=first_day, last_day=last_day)


def screening_of(identity: Watcher, runtime: RuntimeDep, rulebook: RulebookDep) -> Screening:
    """Return the screens as the caller may see them."""
    return Screening(runtime.pool, rulebook, identity.scope(rulebook.catalogue))


def apologies_of(identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep) -> Apologies:
    """Return the apology lists as the caller may see them."""
    return Apologies(runtime.pool, rulebook, identity.scope(rulebook.catalogue))


SpanDep = Annotated[Span, Depends(span_of)]
ScreeningDep = Annotated[Screening, Depends(screening_of)]
ApologiesDep = Annotated[Apologies, Depends(apologies_of)]
