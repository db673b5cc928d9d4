"""What the worker of reporting is made of: it hears every topic and waits for units it doesn't know yet."""

from collections.abc import Callable
from functools import partial

from contracts.codes import Service
from contracts.envelope import DossierEvent
from contracts.intake import DossierCorrected, DossierReceived
from contracts.topics import heard_by
from libs.catalogue import Catalogue
from libs.stream import Pipeline
from services.reporting.handlers.events import on_events


def pipeline(current: Callable[[], Catalogue]) -> Pipeline:
    """Return the pipeline; `current` gives the catalogue as it is now."""

    def place(unit: str) -> tuple[str, str]:
        known = current().units[unit]
        return known.level, known.province

    def missing(event: DossierEvent) -> str | None:
        if not isinstance(event, DossierReceived | DossierCorrected):
            return None
        unit = event.data.competent_unit
        return f"unit {unit}" if unit and unit not in current().units else None

    return Pipeline(
        service="reporting",
        topics=heard_by(Service.REPORTING),
        handler=partial(on_events, place=place),
        missing=missing,
    )
