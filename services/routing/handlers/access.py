"""What routing's routes get for a request."""

from fastapi import Request

from libs.http import runtime_of
from services.routing.handlers.reference import Reference


def reference_of(request: Request) -> Reference:
    """Return the reference data of the application that was asked, made once."""
    state = request.app.state
    if not hasattr(state, "reference"):
        runtime = runtime_of(request)
        state.reference = Reference(lambda: runtime.catalogue)
    reference: Reference = state.reference
    return reference
