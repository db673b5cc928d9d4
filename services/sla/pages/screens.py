"""The pages of the abuse screens: all of them with their counts, one with its findings and its thresholds."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from libs.clock import utcnow
from libs.errors import DomainError, ManyErrors
from libs.http import RuntimeDep
from libs.identity import Identity
from libs.ui import page
from services.sla.domain.screens import Screen
from services.sla.handlers.screening import (
    Findings,
    Screening,
    Who,
    change_thresholds,
    cursor_of,
    place_of,
    screen_of,
)
from services.sla.handlers.watching import ScreenCode, ScreeningDep, Setter, Watcher, may_set
from services.sla.pages.common import ENV, STATES
from services.sla.pages.span import SpanForm
from services.sla.store import screens, thresholds

router = APIRouter(prefix="/kiem-tra")
_PAGE = 50
_CHANGES = 20


@router.get("")
async def overview_page(
    form: Annotated[SpanForm, Depends()], identity: Watcher, screening: ScreeningDep
) -> HTMLResponse:
    """Show every screen, the rule it rests on, and how much it found."""
    span, found = form.span(), []
    try:
        found = await screening.overview(span)
    except DomainError as error:
        form.errors.append(error)
    return page(
        ENV,
        "screens.html",
        status=422 if form.errors else 200,
        identity=identity,
        now=utcnow(),
        errors=form.errors,
        form=form,
        found=found,
    )


@router.get("/{code}")
async def screen_page(
    code: ScreenCode,
    form: Annotated[SpanForm, Depends()],
    identity: Watcher,
    screening: ScreeningDep,
    xong: str = "",
) -> HTMLResponse:
    """Show a screen's findings, the newest first, and its thresholds."""
    done = "Đã thay đổi ngưỡng" if xong else ""
    return await _screen(screen_of(code), form, identity, screening, done=done)


@router.post("/{code}/nguong")
async def set_thresholds(
    code: ScreenCode, request: Request, identity: Setter, runtime: RuntimeDep, screening: ScreeningDep
) -> Response:
    """Change a screen's thresholds; what is refused is shown above the same page."""
    screen, given = screen_of(code), {k: str(v) for k, v in (await request.form()).items()}
    try:
        who = Who(staff=identity.staff_id, now=utcnow())
        await change_thresholds(runtime.pool, screen, _numbers(screen, given), who)
    except DomainError as error:
        form = SpanForm()
        form.errors += error.errors if isinstance(error, ManyErrors) else [error]
        return await _screen(screen, form, identity, screening, typed=given)
    return RedirectResponse(f"/sla/kiem-tra/{code}?xong=1", status_code=303)


def _numbers(screen: Screen, given: dict[str, str]) -> dict[str, int]:
    """Return the numbers typed; raises ManyErrors for what is none."""
    numbers, wrong = {}, []
    for each in screen.thresholds:
        text = given.get(each.name, "").strip()
        try:
            numbers[each.name] = int(text)
        except ValueError:
            wrong.append(
                DomainError(each.name, "number", f"{each.label}: là một số nguyên, ví dụ {each.default}")
            )
    if wrong:
        raise ManyErrors(wrong)
    return numbers


async def _screen(
    screen: Screen, form: SpanForm, identity: Identity, screening: Screening, **said: Any
) -> HTMLResponse:
    span, found, units, values = form.span(), Findings([], None), [], {}
    said = {"done": "", "typed": {}} | said
    try:
        wanted = await screening.wanted(screen, span)
        values = dict(wanted.thresholds)
        found = await screening.page(wanted, place_of(form.cursor), _PAGE)
        units = list(await screens.by_unit(screening.pool, wanted))
    except DomainError as error:
        form.errors.append(error)
    following = cursor_of(found.after)
    base = f"/sla/kiem-tra/{screen.code}"
    return page(
        ENV,
        "screen.html",
        status=422 if form.errors else 200,
        identity=identity,
        now=utcnow(),
        errors=form.errors,
        form=form,
        screen=screen,
        values={
            each.name: said["typed"].get(each.name, values.get(each.name, "")) for each in screen.thresholds
        },
        rows=found.rows,
        units=units,
        name_of=screening.rulebook.catalogue.name_of,
        changes=await thresholds.changes(screening.pool, screen.code, None, _CHANGES),
        labels={each.name: each.label for each in screen.thresholds},
        may_set=may_set(identity),
        states=STATES,
        next_page=f"{base}?{form.query(cursor=following)}" if following else "",
        first_page=f"{base}?{form.query()}" if form.cursor else "",
        export=span.query(),
        done=said["done"],
    )
