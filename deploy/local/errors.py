"""What can go wrong when the stack starts, as sentences that say what to do."""


class StackError(Exception):
    """The stack cannot go on; the message is one sentence for the person at the terminal."""

    exit_code = 2


class AlreadyRunningError(StackError):
    """Another launcher holds this state folder."""
