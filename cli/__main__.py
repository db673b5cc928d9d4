"""`motcua`: every command family, and how each of them ends."""

import sys

import typer

from cli import clock, decisions, demo, imports, ops, rates, screens, stack
from cli.errors import BAD_INPUT, CHECK_FAILED, CliError
from deploy.local.errors import StackError

FAMILIES = (stack.app, demo.app, imports.app, rates.app, clock.app, decisions.app, screens.app, ops.app)
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
        code = app(standalone_mode=False)
        if isinstance(code, int) and code:
            sys.exit(code)
    except typer.Abort:
        _end("Aborted.", CHECK_FAILED)
    except typer.TyperException as error:
        message = error.format_message()  # empty where the help itself was the answer
        context = getattr(error, "ctx", None)  # of errors in how a command was called
        command = context.command_path if context else app.info.name
        _end(f"{message} ('{command} --help' shows how.)" if message.strip() else "", BAD_INPUT)
    except CliError as error:
        _end(str(error), error.code)
    except StackError as error:
        _end(str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the list has seen enough
        sys.exit(0)


def _end(sentence: str, code: int) -> None:
    if sentence:
        sys.stderr.write(f"{sentence}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
