"""How a command ends when something is wrong: a sentence on stderr and an exit code."""

BAD_INPUT = 2
CHECK_FAILED = 1


class CliError(Exception):
    """Ends the command; the message is one sentence for the person who typed it."""

    def __init__(self, message: str, code: int = BAD_INPUT) -> None:
        super().__init__(message)
        self.code = code


class AwayError(CliError):
    """A service does not answer at the moment: the same may work a little later."""
