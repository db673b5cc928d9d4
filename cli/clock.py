"""`motcua late | explain | calendar`: who is late, how a deadline came about, and which days are worked."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cli.client import Client, client
from cli.lists import download, tell_there_is_more, write_answer, write_json
from cli.output import Format, FormatOption, OutputOption, emit, form_of, vn_moment

app = typer.Typer()
_LATE = "/sla/api/v1/late-dossiers"
_SHOWN = (
    "code", "procedure_code", "field", "competent_unit", "received_at", "due_current", "days_late", "state", "cause",
    "holder", "holder_since",
)  # fmt: skip
_MOMENTS = frozenset({"received_at", "due_current", "holder_since"})
_LINE = ("date", "kind", "hours", "total_hours", "is_late", "document", "text")
_HEADING = ("thứ", "ngày", "giờ tính", "cộng dồn", "diễn giải")
_DAY = ("date", "kind", "name", "document", "decided_on", "provisional", "sessions")
WHOLE = "VN"
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
KINDS = {
    "working": "ngày làm việc",
    "weekend": "nghỉ hằng tuần",
    "holiday": "nghỉ lễ",
    "compensatory": "nghỉ bù",
    "swapped_off": "nghỉ hoán đổi",
    "make_up": "làm bù",
    "closed": "đóng cửa",
    "counter": "chỉ tiếp nhận",
}


@app.command()
def late(
    unit: Annotated[str | None, typer.Option(help="a unit and everything below it")] = None,
    level: Annotated[str | None, typer.Option(help="province district commune")] = None,
    field: Annotated[str | None, typer.Option(help="field of administration, as ho-tich")] = None,
    procedure: Annotated[str | None, typer.Option(help="procedure code")] = None,
    first: Annotated[str | None, typer.Option("--from", help="late from this day on, 2026-03-01")] = None,
    last: Annotated[str | None, typer.Option("--to", help="until this day, inclusive")] = None,
    min_days: Annotated[int, typer.Option(help="late by at least so many working days")] = 0,
    state: Annotated[str | None, typer.Option(help="open or closed")] = None,
    bucket: Annotated[str | None, typer.Option(help="working days late: 1-2 3-5 6-10 11-")] = None,
    cause: Annotated[str | None, typer.Option(help="cause of lateness, as overload")] = None,
    responsible_unit: Annotated[
        str | None, typer.Option(help="who answers for it, and every unit below")
    ] = None,
    rule_set: Annotated[str | None, typer.Option(help="rule set, as nd-118-2025")] = None,
    paused: Annotated[bool | None, typer.Option(help="the clock stood still at some time, or never")] = None,
    apologised: Annotated[bool | None, typer.Option(help="an apology or extension went out, or none")] = None,
    sort: Annotated[
        str, typer.Option(help="earliest lateness first, or lateness: the longest first")
    ] = "earliest",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="the list as it stood then, 2026-03-20T12:00")
    ] = None,
    limit: Annotated[int, typer.Option(help="rows of the table")] = 100,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Show dossiers that are or ended late; CSV, JSON and XLSX hold all of them."""
    asked = {
        "unit": unit,
        "level": level,
        "field": field,
        "procedure": procedure,
        "from": first,
        "to": last,
        "min_days": min_days or None,
        "state": state,
        "bucket": bucket,
        "cause": cause,
        "responsible_unit": responsible_unit,
        "rule_set": rule_set,
        "paused": paused,
        "apologised": apologised,
        "sort": sort,
        "as_of": as_of,
    }
    form = form_of(form, output)
    with client() as services:
        if form is Format.TABLE:
            _table(services, asked, limit, output)
        elif form is Format.JSON:
            write_json(services, _LATE, asked | {"totals": False}, output)
        else:
            download(services, _LATE, asked, form, output)


@app.command()
def explain(
    code: Annotated[str, typer.Argument(help="the dossier's code")],
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Show day by day how a dossier's deadline came about; JSON is the service's whole answer."""
    with client() as services:
        show(services, code, form=form, output=output)


@app.command()
def calendar(
    unit: Annotated[str, typer.Argument(help="a unit, or VN for the whole country")],
    year: Annotated[int, typer.Argument(help="a year from 2018 on")],
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Show a unit's calendar of a year: the table has the decided days, the other formats every day."""
    with client() as services:
        answer = services.get("/sla/api/v1/calendar", unit=None if unit == WHOLE else unit, year=year)
    days = answer["days"]
    if form_of(form, output) is Format.TABLE:
        decided = [day for day in days if day["document"] and not day["weekly"]]
        title = (
            f"{unit}, năm {year}: {answer['working_days']} ngày làm việc, {len(decided)} ngày theo quyết định"
        )
        rows = [(_weekday(day["date"]), _day(day["date"]), *_decided(day)) for day in decided]
        emit(("thứ", "ngày", "là", "tên", "theo văn bản"), rows, output=output, title=title)
        return
    cells = [(*(day[name] for name in _DAY[:-1]), _sessions(day)) for day in days]
    emit(_DAY, cells, form=form, output=output, title=f"{unit} {year}")


def show(services: Client, code: str, *, form: Format = Format.TABLE, output: Path | None = None) -> None:
    """Show one dossier's clock, as the running stack explains it."""
    answer = services.get(f"/sla/api/v1/dossiers/{quote(code, safe='')}/clock")
    form = form_of(form, output)
    if form is Format.JSON:
        write_answer(answer, output)
        return
    if form is not Format.TABLE:
        rows = [tuple(line[name] for name in _LINE) for line in answer["lines"]]
        emit(_LINE, rows, form=form, output=output, title=code)
        return
    title = "\n".join([f"Hồ sơ {answer['code']}", *answer["head"]])
    to_come = [(*cells, f"(dự kiến) {text}".strip()) for *cells, text in map(_line, answer["forecast"])]
    emit(_HEADING, [*map(_line, answer["lines"]), *to_come], output=output, title=title)
    if output is None:
        moved = [_moved(move) for move in answer["calendar_moves"]]
        typer.echo("\n".join(["", *moved, *answer["notes"], answer["conclusion"]]))


def _line(line: dict[str, Any]) -> tuple[str, ...]:
    """Return a day of an explanation for people."""
    on, counted, total = line["date"], line["hours"], line["total_hours"]
    return _weekday(on), _day(on), _hours(counted), _hours(total), line["text"]


def _moved(move: dict[str, Any]) -> str:
    """Return by which calendar decision a deadline moved, from when to when."""
    what = "Rút quyết định" if move["withdrawn"] else "Quyết định"
    return (
        f"{what} {move['decision']} ({move['document'] or ''}) dời hạn từ {_cell('due_current', move['due_before'])}"
        f" sang {_cell('due_current', move['due_after'])}"
    )


def _table(services: Client, asked: dict[str, Any], limit: int, output: Path | None) -> None:
    page = services.get(_LATE, limit=limit, **asked)
    totals = page["totals"]
    title = (
        f"Hồ sơ trễ hạn: {totals['total']} (đang giải quyết {totals['open']}, đã kết thúc {totals['closed']})"
    )
    emit(
        _SHOWN,
        [tuple(map(_cell, _SHOWN, _values(item))) for item in page["items"]],
        output=output,
        title=title,
    )
    if page["cursor"]:
        tell_there_is_more(limit)


def _values(item: dict[str, Any]) -> list[Any]:
    return [item[name] for name in _SHOWN]


def _cell(name: str, value: Any) -> Any:
    """Return a cell for people: moments in Việt Nam."""
    if name in _MOMENTS and value:
        return vn_moment(value)
    return value


def _weekday(day: str) -> str:
    return WEEKDAYS[date.fromisoformat(day).weekday()]


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%d/%m/%Y}"


def _hours(hours: float) -> str:
    return f"{hours:.2f}".rstrip("0").rstrip(".").replace(".", ",") if hours else ""


def _decided(day: dict[str, Any]) -> tuple[Any, ...]:
    kind = KINDS.get(day["kind"], day["kind"])
    return kind + (" (dự kiến)" if day["provisional"] else ""), day["name"], day["document"]


def _sessions(day: dict[str, Any]) -> str:
    return " ".join("-".join(session) for session in day["sessions"])
