"""What the worker of routing is made of: which topics it hears and what it makes of them."""

from collections.abc import Callable

from contracts.codes import Service
from contracts.topics import heard_by
from libs.catalogue import Catalogue
from libs.stream import Pipeline
from services.routing.handlers.hearing import Hearing
from services.routing.handlers.reference import Reference


def pipeline(current: Callable[[], Catalogue]) -> Pipeline:
    """Return the pipeline; `current` gives the catalogue as it is now."""
    reference = Reference(current)
    return Pipeline(
        service="routing",
        topics=heard_by(Service.ROUTING),
        handler=Hearing(reference),
        missing=reference.missing,
    )
