"""Dossier codes: agency, day and number, gapless per agency and day."""

from datetime import date


def dossier_code(*, agency: str, day: date, number: int) -> str:
    """Return the code of the `number`-th dossier of an agency on a day: `H15.01.02-261122-0001`.

    Four digits, more when a day needs more; never shorter, so that codes sort within a usual day.
    """
    return f"{agency}-{day:%y%m%d}-{number:04d}"
