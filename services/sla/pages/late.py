"""The page `/sla/`: who is late."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from contracts.codes import Level
from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.errors import DomainError
from libs.http import RuntimeDep
from libs.ui import page
from libs.ui.formats import LEVELS, read_day
from services.sla.handlers.access import Reader, RulebookDep
from services.sla.handlers.late_list import LateList, Page, Totals
from services.sla.handlers.question import LateQuestion, cursor_of, position_of
from services.sla.pages.common import ENV, STATES, fields_of

router = APIRouter()
_PAGE = 50
_STATES = (("", "Tất cả"), ("open", "Đang giải quyết"), ("closed", "Đã kết thúc"))
_NOTHING = Page([], None)


class Form:
    """The filter bar as typed."""

    def __init__(  # noqa: PLR0913, PLR0917 - a filter bar is long
        self,
        unit: Annotated[str, Query(max_length=80)] = "",
        field: Annotated[str, Query(max_length=80)] = "",
        level: Annotated[str, Query(max_length=20)] = "",
        procedure: Annotated[str, Query(max_length=80)] = "",
        state: Annotated[str, Query(max_length=20)] = "",
        min_days: Annotated[str, Query(max_length=10)] = "",
        tu: Annotated[str, Query(max_length=20)] = "",
        den: Annotated[str, Query(max_length=20)] = "",
        cursor: Annotated[str, Query(max_length=400)] = "",
    ) -> None:
        self.unit, self.field, self.level, self.procedure = unit.strip(), field, level, procedure.strip()
        self.state, self.min_days, self.tu, self.den, self.cursor = state, min_days.strip(), tu, den, cursor
        self.errors: list[DomainError] = []

    def asked(self) -> LateQuestion:
        """Return what is asked; a field that makes no sense is left out and noted in `errors`."""
        return LateQuestion(
            unit=self.unit or None,
            field=self.field or None,
            level=Level(self.level) if self.level in set(Level) else None,
            procedure=self.procedure or None,
            state=self.state if self.state in {"open", "closed"} else None,
            min_days=self._number(),
            first_day=self._day("tu", self.tu),
            last_day=self._day("den", self.den),
        )

    def _number(self) -> int:
        if not self.min_days:
            return 0
        if not (self.min_days.isascii() and self.min_days.isdigit()):
            self.errors.append(DomainError("min_days", "number", "Số ngày trễ là một số nguyên, ví dụ 5"))
            return 0
        return min(int(self.min_days), 10_000)

    def _day(self, name: str, text: str) -> date | None:
        try:
            return read_day(text)
        except ValueError:
            self.errors.append(
                DomainError(name, "day", "Ngày phải theo dạng ngày/tháng/năm, ví dụ 31/12/2022")
            )
            return None

    def query(self, **more: str) -> str:
        """Return the filters as the query string of this page."""
        names = ("unit", "field", "level", "procedure", "state", "min_days", "tu", "den")
        given = {name: getattr(self, name) for name in names} | more
        return urlencode({name: value for name, value in given.items() if value})


@router.get("/")
async def late_page(
    form: Annotated[Form, Depends()], identity: Reader, runtime: RuntimeDep, rulebook: RulebookDep
) -> HTMLResponse:
    """Show late dossiers, the earliest lateness first, with filters and totals."""
    asked, now = form.asked(), utcnow()
    found, totals = _NOTHING, Totals(0, 0, 0)
    try:
        scope = identity.scope(rulebook.catalogue)
        wanted = asked.filter(rulebook.catalogue, scope=scope, now=now)
        listed = LateList(runtime.pool, rulebook)
        totals = await listed.totals(wanted)
        found = await listed.page(wanted, position_of(form.cursor), _PAGE)
    except DomainError as error:
        form.errors.append(error)
    following = cursor_of(found.after)
    return page(
        ENV,
        "late.html",
        status=422 if form.errors else 200,
        identity=identity,
        now=now,
        errors=form.errors,
        form=form,
        rows=found.rows,
        totals=totals,
        next_page=f"/sla/?{form.query(cursor=following)}" if following else "",
        first_page=f"/sla/?{form.query()}" if form.cursor else "",
        export=asked.query(),
        states=STATES,
        **_choices(rulebook.catalogue),
    )


def _choices(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "fields": [("", "Tất cả"), *fields_of(catalogue)],
        "levels": [("", "Tất cả"), *LEVELS.items()],
        "choices": _STATES,
    }
