"""`motcua up | down | status | token`: the stack on this machine."""

import sys
from typing import Annotated

import typer

from cli import client, output
from cli.errors import CHECK_FAILED, CliError
from deploy.local import detached, status
from deploy.local.locks import stop_launcher
from deploy.local.progress import Teller
from deploy.local.running import run_to_end
from deploy.local.settings import LocalSettings

app = typer.Typer()
SHORTEST_PASSWORD = 12


@app.command()
def up(
    detach: Annotated[bool, typer.Option("--detach", help="return when all is ready")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="throw all data away first, after asking")] = False,
    port: Annotated[int | None, typer.Option("--port", help="the one port (8080, or last time's)")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False,
    bare: Annotated[bool, typer.Option("--bare", help="don't load the catalogue", hidden=True)] = False,
) -> None:
    """Start PostgreSQL, Kafka and the services on this machine."""
    settings = LocalSettings()
    if fresh:
        begin_anew(settings, yes=yes)
    chosen = port or detached.last_port(settings)
    if detach:
        detached.start(settings, port=chosen, tell=typer.echo, seeded=not bare)
        return
    from deploy.local import supervisor

    sys.exit(run_to_end(supervisor.run(settings, port=chosen, teller=Teller(), seeded=not bare)))


@app.command()
def down() -> None:
    """Stop the stack; nothing is left running."""
    settings = LocalSettings()
    stopped = stop_launcher(settings.home)
    typer.echo("Stopped." if stopped else f"No stack was running in {settings.home}.")


@app.command("status")
def show_status(form: output.FormatOption = output.Format.TABLE, file: output.OutputOption = None) -> None:
    """Show processes, ports, health and lag; exit code 1 when something isn't well."""
    settings = LocalSettings()
    if client.running_url(settings.home) is None and not status.is_starting(settings):
        raise CliError(f"No stack is running in {settings.home}: start it with 'motcua up'.", CHECK_FAILED)
    rows = status.collect(settings)
    table = [[row.name, row.pid, row.port, row.health, row.restarts, row.lag] for row in rows]
    output.emit(("process", "pid", "port", "health", "restarts", "lag"), table, form=form, output=file)
    if not all(row.well for row in rows):
        raise typer.Exit(CHECK_FAILED)


@app.command()
def token(user: Annotated[str, typer.Option("--user", help="one of the stack's people")] = "admin") -> None:
    """Print a bearer token (for curl), good for eight hours."""
    typer.echo(client.token_for(LocalSettings().home, user))


@app.command()
def password(user: Annotated[str, typer.Argument(help="one of the stack's people")]) -> None:
    """Give a person another password: typed on a terminal, else read from standard input."""
    from deploy.local import users

    home = LocalSettings().home
    client.token_for(home, user)  # says what is wrong with the name or the stack
    typed = (
        typer.prompt("New password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else input()
    )
    if len(typed) < SHORTEST_PASSWORD:
        raise CliError(f"A password has at least {SHORTEST_PASSWORD} characters.")
    users.set_password(home, user, typed)
    typer.echo(f"{user} signs in with the new password from now on.")


def begin_anew(settings: LocalSettings, *, yes: bool) -> None:
    """Throw the stack's data away, after asking on a terminal."""
    from deploy.local import fresh

    if not fresh.anything(settings):
        return
    if not yes:
        doomed = " and ".join(fresh.doomed(settings))
        if not sys.stdin.isatty():
            raise CliError(f"--fresh deletes {doomed}: confirm with --yes.")
        typer.confirm(f"Delete {doomed}?", abort=True)
    fresh.wipe(settings)
