"""`motcua`: every command family, and how each of them ends."""

import sys

import typer

from cli import clock, demo, imports, ops, rates, stack
from cli.errors import CliError
from deploy.local.errors import StackError

FAMILIES = (stack.app, demo.app, imports.app, rates.app, clock.app, ops.app)
"""One Typer per module; its commands stand at the top level."""

app = typer.Typer(
    name="motcua",
    help="Một Cửa: every dossier on time, and whose leg was late when it is not.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for family in FAMILIES:
    app.add_typer(family)


def main() -> None:
    """Run a command; bad input is a sentence on stderr and exit code 2, a failed check exit code 1."""
    try:
        app()
    except CliError as error:
        _end(str(error), error.code)
    except StackError as error:
        _end(str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the list has seen enough
        sys.exit(0)


def _end(sentence: str, code: int) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
