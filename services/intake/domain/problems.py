"""A rule that says no, as a value; the handlers make errors of them."""

from typing import NamedTuple


class Problem(NamedTuple):
    """Which input broke which rule, and what the person at the counter reads about it (Vietnamese)."""

    field: str
    rule: str
    message: str
    source: str = ""


def required(field: str, what: str) -> Problem:
    """Return the problem of an input that must not be empty."""
    return Problem(field, "required", f"Chưa nhập {what}")
