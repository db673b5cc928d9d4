"""`motcua screens | apologies`: what stands out in how dossiers were entered, and who was told what when late."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from cli.client import client
from cli.lists import Listing, Shown, show_list
from cli.output import Format, FormatOption, OutputOption, emit

app = typer.Typer()
_SCREENS, _APOLOGIES = "/sla/api/v1/screens", "/sla/api/v1/apologies"
_OVERVIEW = ("code", "title", "findings", "dossiers", "units", "thresholds", "articles")
_FINDING = ("code", "at", "recorded_at", "value", "competent_unit", "state", "article", "origin")
_APOLOGY = (
    "code",
    "due_original",
    "due_current",
    "letter_at",
    "responsible_unit",
    "outcome_original",
    "outcome",
)
_MOMENTS = frozenset({"at", "recorded_at", "due_original", "due_current", "letter_at"})
UnitOption = Annotated[str | None, typer.Option(help="a unit and everything below it")]
FromOption = Annotated[str | None, typer.Option("--from", help="from this day on, 2026-03-01")]
ToOption = Annotated[str | None, typer.Option("--to", help="until this day, inclusive")]
LimitOption = Annotated[int, typer.Option(help="rows of the table")]


@app.command()
def screens(
    code: Annotated[str | None, typer.Argument(help="a screen; none: all of them with their counts")] = None,
    unit: UnitOption = None,
    first: FromOption = None,
    last: ToOption = None,
    limit: LimitOption = 100,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Show what the abuse screens found, or one screen's findings; they are reasons to look, no verdicts."""
    asked = {"unit": unit, "from": first, "to": last}
    with client() as services:
        if code is None:
            rows = [_overview(item) for item in services.get(_SCREENS, **asked)["items"]]
            emit(_OVERVIEW, rows, form=form, output=output, title="Màn hình kiểm tra")
            return
        listing = Listing(f"{_SCREENS}/{quote(code, safe='')}", _FINDING, _MOMENTS)
        show_list(services, listing, asked, Shown(limit, form, output), title=code)


@app.command()
def apologies(
    state: Annotated[str | None, typer.Argument(help="late_without, too_late, second_refused, …")] = None,
    unit: UnitOption = None,
    first: FromOption = None,
    last: ToOption = None,
    limit: LimitOption = 100,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Show how many dossiers stand how with apology and re-appointment, or those in one state."""
    asked = {"unit": unit, "from": first, "to": last}
    with client() as services:
        if state is None:
            items = services.get(_APOLOGIES, **asked)["items"]
            rows = [(item["state"], item["title"], item["dossiers"]) for item in items]
            emit(("state", "title", "dossiers"), rows, form=form, output=output, title="Xin lỗi và hẹn lại")
            return
        listing = Listing(f"{_APOLOGIES}/{quote(state, safe='')}", _APOLOGY, _MOMENTS)
        show_list(services, listing, asked, Shown(limit, form, output), title=state)


def _overview(item: dict[str, Any]) -> tuple[Any, ...]:
    """Return a screen's line: thresholds as `name=value`, each article once."""
    thresholds = " ".join(f"{name}={value}" for name, value in item["thresholds"].items())
    articles = "; ".join(dict.fromkeys(item["articles"].values()))
    return (*(item[name] for name in _OVERVIEW[:5]), thresholds, articles)
