"""`motcua import`: a legacy register goes in through intake and is followed until reporting has applied it."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client import Client, client
from cli.errors import CHECK_FAILED, CliError
from cli.import_files import chunks
from cli.import_progress import Bars, bars
from cli.lists import save
from libs.tables import BOM

app = typer.Typer()
_POLL = 0.25
_STALLED = 180.0
_API = "/intake/api/v1/imports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What is imported, and how."""

    register: Path
    steps: Path | None = None
    units: Path | None = None
    rejects: Path | None = None
    source: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a register: dossiers, and `rejected` lines of all its files."""

    batch: str
    imported: int
    skipped: int
    refused: int
    rejected: int
    differences: int
    units: int
    ignored_columns: tuple[str, ...]
    seconds: float


@app.command("import")
def import_(
    register: Annotated[Path | None, typer.Argument(help="REGISTER.csv or .xlsx")] = None,
    steps: Annotated[Path | None, typer.Option("--steps", help="STEPS.csv or .xlsx")] = None,
    units: Annotated[
        Path | None, typer.Option("--units", help="UNITS.csv: units the catalogue lacks")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check everything, change nothing")] = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="write refused lines into this CSV")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="name of the legacy system")] = None,
    void: Annotated[str | None, typer.Option("--void", metavar="BATCH", help="void a whole import")] = None,
) -> None:
    """Take over a legacy register (columns: docs/registers.md). Exit code 0: all in; 1: some lines refused; 2: unusable."""
    if (register is None) == (void is None):
        raise CliError("Give either a register to import or --void BATCH.")
    with client(user="admin", timeout=600) as http:
        if void is not None:
            void_batch(http, void)
            return
        assert register is not None  # noqa: S101 - the check above
        files = Files(
            register=register, steps=steps, units=units, rejects=rejects, source=source, dry_run=dry_run
        )
        report = run_files(http, files)
    _tell(report, files)
    if report.rejected:
        raise typer.Exit(CHECK_FAILED)


def run_import(
    http: Client, *, register: Path, steps: Path | None = None, units: Path | None = None
) -> Report:
    """Import a register and return when reporting has applied it."""
    return run_files(http, Files(register=register, steps=steps, units=units))


def run_files(http: Client, files: Files) -> Report:
    """Upload, check and (unless it is a dry run) apply a register; return when reporting has applied it.

    Raises `CliError` for files that cannot be read, and when the services make no progress.
    """
    began = time.monotonic()
    for path in (files.register, files.steps, files.units):
        if path is not None and not path.is_file():
            raise CliError(f"There is no file {path}.")
    if files.rejects is not None:
        save([], files.rejects)  # better to hear now that it cannot be written than after the load
    body = {"source": files.source} if files.source else {}
    batch = str(http.request("POST", _API, json=body).json()["batch"])
    with bars().running() as shown:
        status = _checked(http, batch, files, shown)
        if not files.dry_run:
            status = _applied(http, batch, status, shown)
    if files.rejects is not None:
        _save_rejects(http, batch, files.rejects)
    if files.dry_run:
        http.request("POST", f"{_API}/{batch}/void")  # nothing of it stays but what was refused
    return Report(
        batch=batch,
        imported=status["accepted"] if files.dry_run else status["applied"],
        skipped=status["skipped"],
        refused=status["refused"],
        rejected=status["rejects"],
        differences=status["differing"],
        units=status["units"],
        ignored_columns=tuple(status["ignored_columns"]),
        seconds=time.monotonic() - began,
    )


def _checked(http: Client, batch: str, files: Files, shown: Bars) -> dict[str, Any]:
    for name, path in (("units", files.units), ("steps", files.steps), ("register", files.register)):
        if path is not None:
            content = chunks(path, partial(shown.show, f"read {name} (bytes)"))
            http.request(
                "PUT", f"{_API}/{batch}/{name}", content=content, headers={"Content-Type": "text/csv"}
            )
    http.request("POST", f"{_API}/{batch}/check")
    return _follow(http, batch, "checked", "read and checked", ("checked", "rows"), shown)


def _applied(http: Client, batch: str, status: dict[str, Any], shown: Bars) -> dict[str, Any]:
    if status["units_missing"]:
        _publish_units(http, batch, status["units_missing"])
    http.request("POST", f"{_API}/{batch}/apply")
    status = _follow(http, batch, "applied", "said by intake", ("applied", "accepted"), shown)
    if status["applied"]:
        _follow_reporting(http, batch, status["applied"], shown)
    return status


def _follow(
    http: Client, batch: str, until: str, stage: str, counts: tuple[str, str], shown: Bars
) -> dict[str, Any]:
    done, total = counts
    for status in _changing(http, f"{_API}/{batch}", done):
        shown.show(stage, status[done], max(status[total], status[done]))
        if status["state"] == until:
            return status
        if status["state"] == "failed":
            raise CliError(f"The import failed: {status['problem']}", CHECK_FAILED)
    raise AssertionError("unreachable")


def _follow_reporting(http: Client, batch: str, dossiers: int, shown: Bars) -> None:
    for status in _changing(http, f"/reporting/api/v1/imports/{batch}", "applied", "barriers"):
        shown.show("applied by all services", status["applied"], dossiers)
        if status["done"]:
            shown.show("applied by all services", dossiers, dossiers)
            return


def _changing(http: Client, path: str, *counts: str) -> Iterator[dict[str, Any]]:
    """Yield a status again and again; raises `CliError` when its counts stand still for too long."""
    last, since = None, time.monotonic()
    while True:
        status = http.get(path)
        yield status
        now = [status.get("state"), *(status[name] for name in counts)]
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > _STALLED:
            raise CliError(
                f"The import makes no progress any more: see 'motcua status'. It carries on by itself ({path}).",
                CHECK_FAILED,
            )
        time.sleep(_POLL)


def _publish_units(http: Client, batch: str, number: int) -> None:
    """Hand the units the catalogue lacks to their owner, and wait until intake has heard of them."""
    lines = http.request("GET", f"{_API}/{batch}/units").content
    headers = {"Content-Type": "application/x-ndjson"}
    http.request("PUT", "/routing/api/v1/catalogue", content=lines, headers=headers)
    typer.echo(f"{number} units added to the catalogue.", err=True)
    for status in _changing(http, f"{_API}/{batch}", "units_missing"):
        if not status["units_missing"]:
            return


def _save_rejects(http: Client, batch: str, path: Path) -> None:
    with http.stream(f"{_API}/{batch}/rejects") as answer:
        save(chain([BOM.encode()], answer.iter_bytes()), path)


def void_batch(http: Client, batch: str) -> None:
    """Void every dossier of an import."""
    if http.get(f"{_API}/{batch}")["state"] == "voided":
        typer.echo(f"Batch {batch} was voided before; nothing to do.")
        return
    http.request("POST", f"{_API}/{batch}/void")
    with bars().running() as shown:
        status = _follow(http, batch, "voided", "voided", ("voided", "applied"), shown)
    typer.echo(f"Batch {batch}: {status['voided']:,} dossiers voided.")


def _tell(report: Report, files: Files) -> None:
    verb = "would be imported" if files.dry_run else "imported"
    typer.echo(f"Batch {report.batch}, {report.seconds:.1f} s")
    typer.echo(f"  {report.imported:,} dossiers {verb}, {report.skipped:,} skipped (already in)")
    typer.echo(f"  {report.refused:,} dossiers refused ({report.rejected:,} lines with a reason)")
    if report.differences:
        path = f"{_API}/{report.batch}/differences"
        typer.echo(
            f"  {report.differences:,} declared deadlines differ from the computed ones, which rule: {path}"
        )
    if report.ignored_columns:
        typer.echo(f"  columns ignored: {', '.join(report.ignored_columns)}")
    if report.rejected and files.rejects is None:
        sys.stderr.write(
            "Some lines were refused: run with --rejects FILE to have them with their reasons.\n"
        )
