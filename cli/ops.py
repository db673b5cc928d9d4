"""`motcua dead-letters` and `motcua reconcile`: what operators look at when something did not arrive."""

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client import Client, client
from cli.errors import CHECK_FAILED, CliError
from cli.output import Format, FormatOption, OutputOption, emit
from cli.reconciling import READERS, Difference, differences
from contracts.codes import Service

app = typer.Typer()
letters = typer.Typer(
    name="dead-letters", help="Events that could not be applied: list, show, replay, resume."
)
app.add_typer(letters)
COLUMNS = ("service", "id", "at", "reason", "topic", "emitter", "seq", "dossier", "detail", "state")
DIFFERENCES = ("emitter", "reader", "code", "dossier", "said", "applied")
ServiceOption = Annotated[Service | None, typer.Option("--service", help="only this service's")]
OneService = Annotated[Service, typer.Argument(help="intake routing sla reporting")]


class State(StrEnum):
    """Which dead letters."""

    OPEN = "open"
    REPLAYED = "replayed"
    SKIPPED = "skipped"


@letters.command("list")
def list_letters(
    service: ServiceOption = None,
    state: Annotated[State, typer.Option(help="open, replayed or skipped")] = State.OPEN,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """List dead letters, the newest of each service first."""
    rows = []
    with client() as services:
        for name in [service] if service else list(Service):
            path = f"/{name}/api/v1/dead-letters"
            rows += [
                (name, *(row.get(key) for key in COLUMNS[1:]))
                for row in services.pages(path, state=state, limit=1000)
            ]
    emit(COLUMNS, rows, form=form, output=output, title=f"Dead letters ({state}): {len(rows)}")


@letters.command()
def show(service: OneService, letter: Annotated[int, typer.Argument(help="id of the letter")]) -> None:
    """Show one dead letter, and what waits behind it."""
    with client() as services:
        found = _letter(services, service, letter)
        waiting: list[dict[str, Any]] = []
        if found.get("dossier"):
            waiting = services.get(f"/{service}/api/v1/inbox", dossier=found["dossier"])["items"]
    emit(("field", "value"), list(found.items()), title=f"{service} {letter}")
    if waiting:
        columns = ("emitter", "seq", "reason", "since", "topic", "detail")
        emit(columns, [tuple(row.get(c) for c in columns) for row in waiting], title="Waiting behind it")


def _letter(services: Client, service: str, letter: int) -> dict[str, Any]:
    for state in State:
        for row in services.pages(f"/{service}/api/v1/dead-letters", state=state, limit=1000):
            if row["id"] == letter:
                return row
    raise CliError(f"{service} has no dead letter {letter}.")


@letters.command()
def replay(
    service: OneService,
    letter: Annotated[int, typer.Argument(help="id of the letter")],
    mended: Annotated[Path | None, typer.Option("--event", help="file with the mended event, JSON")] = None,
) -> None:
    """Apply a dead letter again, as it is or mended, and all that waited behind it."""
    try:
        body = mended.read_bytes() if mended else b""
    except OSError as error:
        raise CliError(f"{mended} cannot be read ({error.strerror}).") from error
    with client() as services:
        done = services.request(
            "POST", f"/{service}/api/v1/dead-letters/{letter}/replay", content=body
        ).json()
    _say(done)


@letters.command()
def resume(
    service: OneService, dossier: Annotated[str, typer.Argument(help="id of the held dossier")]
) -> None:
    """Give up a held dossier's dead letters and go on behind them. What they said is lost to this service."""
    with client() as services:
        done = services.request("POST", f"/{service}/api/v1/inbox/{dossier}/resume").json()
    _say(done)


def _say(done: dict[str, Any]) -> None:
    held = "; the dossier is still held by other letters" if done["still_held"] else ""
    typer.echo(f"Applied {done['applied']} events{held}.")


@app.command()
def reconcile(
    patience: Annotated[float, typer.Option(help="seconds to wait for events that are under way")] = 30.0,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Compare what each service said with what each reader applied; name every dossier that differs."""
    with client() as services:
        found = _patiently(services, patience)
        sums = {service: services.get(f"/{service}/api/v1/counts") for service in Service}
    if form is Format.TABLE and output is None:
        emit(("emitter", "reader", "said", "applied", "waiting", "dead letters"), list(_summary(sums)))
    emit(DIFFERENCES, [d.row() for d in found], form=form, output=output, title=f"Differences: {len(found)}")
    if found:
        raise CliError(f"{len(found)} dossiers differ.", CHECK_FAILED)


def _patiently(services: Client, patience: float) -> list[Difference]:
    deadline = time.monotonic() + patience
    while True:
        found = differences(services)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(1.0)


def _summary(sums: dict[Service, dict[str, Any]]) -> list[tuple[Any, ...]]:
    rows = []
    for emitter, readers in READERS.items():
        for reader in readers:
            applied = sums[reader]["applied"].get(emitter, {"events": 0})["events"]
            waiting = sum(sums[reader]["waiting"].values())
            rows.append(
                (
                    emitter,
                    reader,
                    sums[emitter]["said"]["events"],
                    applied,
                    waiting,
                    sums[reader]["dead_letters"],
                )
            )
    return rows
