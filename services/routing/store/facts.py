"""Facts as they lie in `dossier.facts`: events without what the row or their class already says."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson

from contracts.envelope import DossierEvent
from contracts.topics import BY_NAME

_MODELS: dict[str, type[DossierEvent]] = {
    model.__name__: model
    for topic in ("intake.events", "routing.events")
    for model in BY_NAME[topic].models
    if issubclass(model, DossierEvent)
}


def pack(events: Iterable[DossierEvent]) -> str:
    """Return events as a JSON array for the `facts` column."""
    return orjson.dumps([_packed(event) for event in events]).decode()


def _packed(event: DossierEvent) -> dict[str, Any]:
    packed = {
        "n": event.name,
        "i": event.id,
        "s": event.dossierseq,
        "t": event.time,
        "r": event.recordedtime,
        "d": orjson.Fragment(event.data.model_dump_json(exclude_none=True)),
    }
    return packed | ({"x": event.replaces} if event.replaces else {})


def unpack(dossier: UUID, facts: Sequence[dict[str, Any]]) -> list[DossierEvent]:
    """Return the events in a `facts` column."""
    return [_event(dossier, fact) for fact in facts]


def _event(dossier: UUID, fact: dict[str, Any]) -> DossierEvent:
    return _MODELS[fact["n"]].model_validate(
        {
            "id": fact["i"],
            "subject": dossier,
            "dossierseq": fact["s"],
            "time": fact["t"],
            "recordedtime": fact["r"],
            "replaces": fact.get("x"),
            "data": fact["d"],
        }
    )
