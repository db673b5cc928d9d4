"""What intake hears: routing and sla, for what the counter shows."""

from contracts.codes import Service
from contracts.topics import heard_by
from libs.runtime import Runtime
from libs.stream import Pipeline
from services.intake.handlers.hear import hear


def pipeline(_runtime: Runtime) -> Pipeline:
    """Return the pipeline of intake's worker. It needs no catalogue: it stores what was said."""
    return Pipeline(service="intake", topics=heard_by(Service.INTAKE), handler=hear)
