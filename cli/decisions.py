"""`motcua decisions …`: calendar decisions listed, shown, proposed from a file, approved, rejected, withdrawn."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cli import decision_words as words
from cli.client import Client, client
from cli.errors import CliError
from cli.lists import write_answer, write_text
from cli.output import Format, FormatOption, OutputOption, emit, form_of, vn_moment

family = typer.Typer(
    no_args_is_help=True, help="Calendar decisions: who decided which days, and what they moved."
)
app = typer.Typer()
app.add_typer(family, name="decisions")

_DECISIONS = "/sla/api/v1/calendar/decisions"
_PROPOSALS = "/sla/api/v1/calendar/proposals"
_SHOWN = ("code", "unit", "document", "decided_on", "days", "weekly", "state")
_MOMENTS = frozenset({"due_before", "due_after", "moved_at"})
_MOVES = ("code", "competent_unit", "version", "withdrawn", "due_before", "due_after", "moved_at")
UserOption = Annotated[str, typer.Option("--as", help="on whose behalf: a user of the stack")]
Number = Annotated[int, typer.Argument(help="the proposal's number")]


@family.command("list")
def listed(
    unit: Annotated[str | None, typer.Option(help="what holds for this unit")] = None,
    year: Annotated[int | None, typer.Option(help="what speaks of this year")] = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Show the decisions, each in its newest version."""
    form = form_of(form, output)
    with client() as services:
        items = list(services.pages(_DECISIONS, unit=unit, year=year))
    if form is Format.JSON:
        write_answer(items, output)
        return
    rows = [
        (*(item[name] for name in _SHOWN[:4]), len(item["days"]), len(item["weekly"]), words.state(item))
        for item in items
    ]
    emit(_SHOWN, rows, form=form, output=output, title=f"Quyết định về lịch làm việc: {len(items)}")


@family.command()
def open(form: FormatOption = Format.TABLE, output: OutputOption = None) -> None:  # noqa: A001 - a command's name
    """Show the proposals that wait for a second person, with what they would move."""
    with client() as services:
        items = list(services.pages(_PROPOSALS, state="proposed"))
    rows = [
        (
            item["id"],
            item["decision"]["code"],
            item["decision"]["document"],
            item["preview"]["state"],
            item["preview"]["text"],
        )
        for item in items
    ]
    emit(
        ("số", "mã", "văn bản", "tính thử", "ảnh hưởng"),
        rows,
        form=form,
        output=output,
        title="Đang chờ duyệt",
    )


@family.command()
def show(
    which: Annotated[str, typer.Argument(help="a decision's code, or a proposal's number")],
    moves: Annotated[bool, typer.Option(help="also the dossiers it moved")] = False,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Show a decision or a proposal; JSON is the service's whole answer, CSV and XLSX its moved dossiers."""
    form = form_of(form, output)
    with client() as services:
        if which.isdecimal():
            answer = services.get(f"{_PROPOSALS}/{which}")
            if form is Format.JSON:
                write_answer(answer, output)
            else:
                _require_words(form)
                write_text(words.proposal(answer), output)
            return
        path = f"{_DECISIONS}/{quote(which, safe='')}"
        answer = services.get(path)
        if form is Format.JSON:
            write_answer(answer, output)
        elif form is Format.TABLE and not moves:
            write_text("\n".join(words.decision(answer)), output)
        else:
            shown = vn_moment if form is Format.TABLE else str
            rows = [
                tuple(shown(item[name]) if name in _MOMENTS and item[name] else item[name] for name in _MOVES)
                for item in services.pages(f"{path}/moves", limit=1000)
            ]
            emit(_MOVES, rows, form=form, output=output, title=f"{which}: {len(rows)} hồ sơ dời hạn")


@family.command()
def propose(
    file: Annotated[
        Path, typer.Argument(help="a TOML file with document, decided_on, days or weekly (docs/calendar.md)")
    ],
    user: UserOption = "admin",
) -> None:
    """Propose a decision from a file; its preview is counted in the background ('motcua decisions show NUMBER')."""
    with client(user=user) as services:
        answer = services.request("POST", _PROPOSALS, json=read_draft(file)).json()
    typer.echo(
        f"Đề xuất số {answer['id']} (mã {answer['decision']['code']}): đang tính số hồ sơ bị ảnh hưởng."
    )


@family.command()
def withdraw(
    code: Annotated[str, typer.Argument(help="the decision's code")],
    document: Annotated[str, typer.Option(help="the document by which it is taken back")],
    decided_on: Annotated[str, typer.Option(help="its date, 2026-03-04")],
    user: UserOption = "admin",
) -> None:
    """Propose to take a decision back."""
    body = {"document": document, "decided_on": decided_on}
    with client(user=user) as services:
        answer = services.request("POST", f"{_DECISIONS}/{quote(code, safe='')}/withdrawal", json=body).json()
    typer.echo(f"Đề xuất số {answer['id']}: rút quyết định {code}.")


@family.command()
def approve(number: Number, user: UserOption = "operator") -> None:
    """Approve another person's proposal: it is published, and open dossiers are computed anew."""
    _close(number, "approval", user, None)


@family.command()
def reject(
    number: Number,
    reason: Annotated[str, typer.Option(help="why")],
    user: UserOption = "operator",
) -> None:
    """Reject another person's proposal."""
    _close(number, "rejection", user, {"reason": reason})


def read_draft(file: Path) -> dict[str, Any]:
    """Return a TOML file's decision as JSON takes it; raises `CliError` for a file that cannot be read."""
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CliError(f"{file} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CliError(f"{file} is not TOML: {error}.") from error
    found: dict[str, Any] = json.loads(json.dumps(given, default=_plain))
    return found


def _require_words(form: Format) -> None:
    if form is not Format.TABLE:
        raise CliError("A proposal has moved nothing yet: it is shown as --format table or json.")


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise CliError(f"A decision has dates and 'HH:MM' texts, no {type(value).__name__}.")


def _close(number: int, how: str, user: str, body: dict[str, str] | None) -> None:
    with client(user=user) as services:
        answer = _post(services, f"{_PROPOSALS}/{number}/{how}", body)
    typer.echo(words.proposal(answer))


def _post(services: Client, path: str, body: dict[str, str] | None) -> dict[str, Any]:
    more: dict[str, Any] = {} if body is None else {"json": body}
    answer: dict[str, Any] = services.request("POST", path, **more).json()
    return answer
