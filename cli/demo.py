"""`motcua demo`: the whole system, a province's year in it, and dossiers arriving."""

import signal
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from cli import demo_summary
from cli.client import Client, client, running_url
from cli.errors import CHECK_FAILED, CliError
from cli.imports import Files, run_files
from cli.live import Simulator
from deploy.local import detached
from deploy.local.locks import stop_launcher
from deploy.local.settings import LocalSettings
from libs.clock import utcnow

app = typer.Typer()
SCALE = 100
_BEGUN, _LOADED = "demo-begun", "demo-loaded"
"""Files of the state folder: which scale is in it, in part or as a whole."""
_SEED = 20_261


@app.command()
def demo(
    full: Annotated[
        bool, typer.Option("--full", help="all 462,569 dossiers of 2022 instead of 1 : 100")
    ] = False,
    scale: Annotated[int | None, typer.Option("--scale", min=1, max=10_000, help="1 : SCALE")] = None,
    rate: Annotated[float, typer.Option("--rate", min=0, max=6000, help="live dossiers a minute")] = 12.0,
    port: Annotated[int | None, typer.Option("--port", help="the one port (8080, or last time's)")] = None,
    leave: Annotated[bool, typer.Option("--exit", help="stop everything after the summary")] = False,
) -> None:
    """Start everything, load Quảng Nam's year 2022, show late dossiers and rates, then receive dossiers live."""
    settings = _settings()
    chosen = scale or (1 if full else SCALE)
    _require_same_scale(settings.home, chosen)
    ours = running_url(settings.home) is None
    _end_as_by_keyboard()
    try:
        if ours:
            detached.start(settings, port=port or detached.last_port(settings), tell=typer.echo)
        else:
            typer.echo(f"The stack in {settings.home} was running already: the demo joins it.")
        with ExitStack() as stack:
            admin = stack.enter_context(client(user="admin", settings=settings, timeout=600))
            _load(admin, settings.home, chosen)
            is_exact = demo_summary.show(admin, settings.home, chosen)
            if leave and not is_exact:
                raise typer.Exit(CHECK_FAILED)
            if not leave:
                clerk = stack.enter_context(client(user="clerk", settings=settings))
                officer = stack.enter_context(client(user="officer", settings=settings))
                _live(clerk, officer, rate, settings.home, ours=ours)
    except KeyboardInterrupt:
        typer.echo("")
        if (settings.home / _BEGUN).exists() and not (settings.home / _LOADED).exists():
            typer.echo("The register is in only in part: the same command goes on with it.", err=True)
            raise typer.Exit(CHECK_FAILED) from None
    finally:
        if ours:
            typer.echo("Stopping the demo; its data stay for the next time.")
            stop_launcher(settings.home)


def _end_as_by_keyboard() -> None:
    """Let SIGTERM, and SIGHUP unless it is ignored, end the demo as Ctrl-C does: the stack must not stay behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _settings() -> LocalSettings:
    """Return the demo's settings: a state folder of its own, beside that of `motcua up`."""
    settings = LocalSettings()
    if settings.home_override is not None:
        return settings
    return settings.model_copy(
        update={"home_override": settings.home.with_name(settings.home.name + "-demo")}
    )


def _require_same_scale(home: Path, scale: int) -> None:
    """Raise `CliError` for a folder with (part of) the register at another scale: its codes are the same dossiers'."""
    marks = [file for name in (_LOADED, _BEGUN) if (file := home / name).exists()]
    if marks and marks[0].read_text() != str(scale):
        held = marks[0].read_text()
        part = "" if marks[0].name == _LOADED else "part of "
        raise CliError(
            f"{home} holds {part}the register at 1 : {held}. Go on with that ('motcua demo --scale {held}'), begin anew"
            f" ('MOTCUA_HOME={home} .venv/bin/motcua up --fresh', then stop it), or set MOTCUA_HOME to another folder."
        )


def _load(admin: Client, home: Path, scale: int) -> None:
    """Import the register, once per state folder."""
    if (home / _LOADED).exists():
        typer.echo("The register of 2022 is already loaded.")
        return
    (home / _BEGUN).write_text(str(scale))
    from deploy.seed.register import write_register

    began = time.perf_counter()
    typer.echo(f"Making Quảng Nam's register of 2022 at 1 : {scale} from published totals …")
    files = write_register(home / "demo-register", scale=scale)
    made = time.perf_counter()
    report = run_files(admin, Files(register=files.register, steps=files.steps))
    if report.imported + report.skipped != files.dossiers:
        raise CliError(f"Of {files.dossiers} dossiers {report.refused} were refused.", 1)
    (home / _LOADED).write_text(str(scale))
    done = time.perf_counter()
    typer.echo(
        f"{files.dossiers:,} dossiers: made in {made - began:.1f} s, loaded through all services in {done - made:.1f} s."
    )


def _live(clerk: Client, officer: Client, rate: float, home: Path, *, ours: bool) -> None:
    """Receive dossiers until Ctrl-C."""
    simulator = Simulator(clerk, officer, Random(_SEED), typer.echo)  # noqa: S311 - a demo, not a secret
    ending = (
        "stops everything"
        if ours
        else f"stops that; the stack goes on ('MOTCUA_HOME={home} make down' ends it)"
    )
    typer.echo(f"\nDossiers arrive at the counters of Đắk Lắk, {rate:g} a minute (--rate). Ctrl-C {ending}.")
    pause = 60 / rate if rate else 3600.0
    following = time.monotonic()
    while True:
        now = utcnow()
        try:
            simulator.resolve_due(now)
            if time.monotonic() >= following:
                following = time.monotonic() + pause
                simulator.receive(now)
        except CliError as error:
            if running_url(home) is None:
                raise CliError(
                    "The stack has ended: 'make demo' starts it again, its data are kept.", 1
                ) from None
            typer.echo(f"{error}")  # a restarting service: the next one will do
        time.sleep(min(0.5, pause))
