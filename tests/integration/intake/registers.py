"""Small registers as text."""

from services.intake.domain.register.files import COLUMNS

HEAD = ",".join(COLUMNS["register"])
STEPS_HEAD = ",".join(COLUMNS["steps"])
UNITS_HEAD = ",".join(COLUMNS["units"])
GOOD = {
    "procedure_code": "1.001193",
    "field": "",
    "channel": "counter",
    "receiving_unit": "P49.D502.C20335",
    "competent_unit": "P49.D502.C20335",
    "received_at": "2022-03-01T08:30",
    "declared_due_at": "",
    "resolved_at": "",
    "returned_at": "",
}


def line(code: str, **over: str) -> str:
    """A row of REGISTER."""
    cells = {"code": code, **GOOD, **over}
    return ",".join(cells[name] for name in COLUMNS["register"])


def register(*lines: str) -> str:
    return "\n".join([HEAD, *lines, ""])
