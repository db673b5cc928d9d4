"""What the worker of sla is made of: it hears intake and routing, and waits for items it doesn't know yet."""

from collections.abc import Callable

from contracts.codes import Service
from contracts.envelope import DossierEvent
from contracts.intake import DossierCorrected, DossierReceived
from contracts.topics import heard_by
from libs.catalogue import Catalogue
from libs.stream import Pipeline
from services.sla.handlers.hear import Hearing


def pipeline(current: Callable[[], Catalogue]) -> Pipeline:
    """Return the pipeline; `current` gives the catalogue as it is now."""

    def missing(event: DossierEvent) -> str | None:
        if not isinstance(event, DossierReceived | DossierCorrected):
            return None
        data, catalogue = event.data, current()
        if data.competent_unit and data.competent_unit not in catalogue.units:
            return f"unit {data.competent_unit}"
        code, version = data.procedure_code, data.procedure_version
        if code and version and catalogue.procedure_version(code, version) is None:
            return f"procedure {code}/{version}"
        return None

    return Pipeline(
        service="sla",
        topics=heard_by(Service.SLA),
        handler=Hearing(current),
        missing=missing,
        look_every=0.25,  # rungs wait for it
    )
