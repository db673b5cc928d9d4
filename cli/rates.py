"""`motcua rates`: how many dossiers ended early, on time, late, and the rate."""

from datetime import datetime
from typing import Annotated, Any

import typer

from cli.client import client
from cli.lists import write_answer
from cli.output import Format, FormatOption, OutputOption, emit, form_of
from libs.clock import VN

app = typer.Typer()
HEADER = ("key", "received", "early", "on_time", "late", "open_in_time", "open_late", "rate", "uncomputable")


@app.command()
def rates(
    by: Annotated[
        str, typer.Option(help="level province unit field procedure channel day month quarter year")
    ] = "level",
    unit: Annotated[str | None, typer.Option(help="a unit and everything below it")] = None,
    first: Annotated[str | None, typer.Option("--from", help="first day, 2022-01-01")] = None,
    last: Annotated[str | None, typer.Option("--to", help="last day, inclusive")] = None,
    basis: Annotated[
        str, typer.Option(help="reception, or outcome: which day selects a dossier")
    ] = "reception",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="as things stood at the end of this day")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="counter online post")] = None,
    scale: Annotated[int, typer.Option(help="decimals of the rate")] = 2,
    rounding: Annotated[str, typer.Option(help="truncate or half-up")] = "half-up",
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Show counts and rates; JSON is the service's whole answer."""
    asked = {
        "by": by,
        "unit": unit,
        "from": first,
        "to": last,
        "basis": basis,
        "as_of": as_of,
        "channel": channel,
        "scale": scale,
        "rounding": rounding,
    }
    with client() as services:
        answer = services.get("/reporting/api/v1/rates", **asked)
    form = form_of(form, output)
    if form is Format.JSON:
        write_answer(answer, output)
    elif form is Format.TABLE:
        _show(answer, output)
    else:
        emit(
            HEADER,
            [cells(line, answer["scale"]) for line in _lines(answer)],
            form=form,
            output=output,
            title="rates",
        )


def _lines(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [*answer["rows"], answer["total"]]


def _show(answer: dict[str, Any], output: OutputOption) -> None:
    cut_off = datetime.fromisoformat(answer["as_of"]).astimezone(VN)
    rows = [(line["key"], line["name"], *cells(line, answer["scale"])[1:]) for line in _lines(answer)]
    header = (HEADER[0], "name", *HEADER[1:])
    emit(header, rows, form=Format.TABLE, output=output, title=f"As of {cut_off:%d/%m/%Y %H:%M}")


def cells(line: dict[str, Any], scale: int) -> tuple[Any, ...]:
    """Return a row of the answer in the order of HEADER, its rate with the declared decimals."""
    shown = line | {"rate": None if line["rate"] is None else f"{line['rate']:.{scale}f}"}
    return tuple(shown[name] for name in HEADER)
