"""The abuse screens: what they find, their thresholds, and who changed those."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from law.rule_set import rule_sets
from libs.clock import utcnow
from libs.http import RuntimeDep
from libs.paging import Cursor, Limit, encode_cursor, read_cursor, whole
from libs.tables import Format, stream
from services.sla.domain.screens import Screen
from services.sla.handlers.screening import (
    COLUMNS,
    Found,
    Who,
    change_thresholds,
    cursor_of,
    place_of,
    screen_of,
    values_of,
)
from services.sla.handlers.watching import ScreenCode, ScreeningDep, Setter, SpanDep, Watcher
from services.sla.store import thresholds

router = APIRouter(prefix="/screens", tags=["screens"])


class Thresholds(BaseModel):
    """The thresholds to be changed, by name."""

    values: dict[str, Annotated[int, Field(ge=-1_000_000, le=1_000_000)]] = Field(min_length=1)


@router.get("")
async def overview(screening: ScreeningDep, span: SpanDep) -> dict[str, Any]:
    """Return every screen: what it looks for, the rule, its thresholds and how much it found."""
    found = await screening.overview(span)
    return {"items": [found_json(each) for each in found]}


@router.get("/{code}", response_model=None)
async def findings(
    code: ScreenCode,
    screening: ScreeningDep,
    span: SpanDep,
    form: Annotated[Format, Query(alias="format", description="json, csv hoặc xlsx")] = Format.JSON,
    bom: Annotated[bool, Query(description="CSV bắt đầu bằng BOM, cho bảng tính")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return a screen's findings, the newest first, each with its dossier and the article it is about.

    A finding is a reason to look, not a verdict: it names units and dossiers, never a person.
    """
    screen = screen_of(code)
    wanted = await screening.wanted(screen, span)
    if form is not Format.JSON:
        return stream(form, f"kiem-tra-{screen.code}", COLUMNS, screening.everything(wanted), bom=bom)
    page = await screening.page(wanted, place_of(cursor), limit)
    answer = {
        "screen": screen_json(screen, wanted.thresholds),
        "items": page.rows,
        "cursor": cursor_of(page.after),
    }
    return Response(orjson.dumps(answer, default=str, option=orjson.OPT_UTC_Z), media_type="application/json")


@router.put("/{code}/thresholds")
async def put_thresholds(
    code: ScreenCode, body: Thresholds, identity: Setter, runtime: RuntimeDep
) -> dict[str, Any]:
    """Change thresholds; who did it, when, and what stood before is kept."""
    screen, who = screen_of(code), Who(staff=identity.staff_id, now=utcnow())
    return {"screen": code, "values": await change_thresholds(runtime.pool, screen, body.values, who)}


@router.get("/{code}/thresholds")
async def get_thresholds(
    code: ScreenCode, _identity: Watcher, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> dict[str, Any]:
    """Return a screen's thresholds and the changes made to them, newest first."""
    screen = screen_of(code)
    values = values_of(screen, await thresholds.changed(runtime.pool))
    rows = [dict(row) for row in await thresholds.changes(runtime.pool, code, _after(cursor), limit)]
    return {
        "screen": code,
        "values": values,
        "defaults": {each.name: each.default for each in screen.thresholds},
        "items": rows,
        "cursor": encode_cursor([rows[-1]["id"]]) if len(rows) == limit else None,
    }


def _after(cursor: str | None) -> int | None:
    after: tuple[int] | None = read_cursor(cursor, whole)
    return after[0] if after else None


def screen_json(screen: Screen, values: Mapping[str, int]) -> dict[str, Any]:
    """Return a screen without what it found."""
    return {
        "code": screen.code,
        "title": screen.title,
        "looks_for": screen.looks_for,
        "rule": screen.rule,
        "articles": {rules.code: article for rules in rule_sets() if (article := screen.article(rules))},
        "value": screen.value,
        "thresholds": dict(values),
        "leaves_out_imports": screen.needs_recording,
    }


def found_json(found: Found) -> dict[str, Any]:
    """Return a screen with how much it found."""
    return screen_json(found.screen, found.values) | found.counted._asdict()
