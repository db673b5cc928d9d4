"""Writes docs/events.md and docs/asyncapi.json from the contracts: `python -m deploy.contract_docs`."""

import inspect
import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from contracts.envelope import Event
from contracts.topics import TOPICS, Topic

DOCS = Path(__file__).parents[1] / "docs"


def _fields(model: type[Event]) -> list[str]:
    payload = model.model_fields["data"].annotation
    if payload is None:
        return []
    lines = ["| field | type | |", "|---|---|---|"]
    for name, field in payload.model_fields.items():
        words = _json_type(payload.model_json_schema()["properties"][name])
        lines.append(f"| `{name}` | {words} | {'required' if field.is_required() else 'optional'} |")
    return lines


def _json_type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_json_type(arm) for arm in schema["anyOf"] if arm.get("type") != "null")
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        items = schema.get("items") or {"type": "pair"}
        return f"list of {_json_type(items)}"
    return str(schema.get("format") or ("code" if "pattern" in schema else schema.get("type", "value")))


def _topic_page(topic: Topic) -> list[str]:
    kept = "compacted, newest state wins" if topic.compacted else "kept for ever"
    readers = ", ".join(topic.readers)
    lines = [
        f"## {topic.name}",
        "",
        f"{topic.partitions} partition(s), {kept}. From {topic.emitter} to {readers}.",
        "",
    ]
    for model in topic.models:
        lines += [f"### {model.__name__}", "", inspect.cleandoc(model.__doc__ or ""), ""]
        lines += [f"`{model.model_fields['type'].default}`", "", *_fields(model), ""]
    return lines


def events_page() -> str:
    """Return docs/events.md: every topic with every event, its meaning and its fields."""
    head = [
        "# Events",
        "",
        "Generated from `contracts/` by `python -m deploy.contract_docs`; a test fails when this is stale.",
        "",
        "Envelope: CloudEvents 1.0, structured JSON. `subject` is the dossier's id and the Kafka key,",
        "`time` when it happened, `recordedtime` when the emitter stored it, `dossierseq` counts 1, 2, 3… per",
        "dossier and emitter, `replaces` is the id of an event this one corrects. Times are UTC.",
        "",
    ]
    return "\n".join(head + [line for topic in TOPICS for line in _topic_page(topic)]).rstrip() + "\n"


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of all topics."""
    models = [(model, "serialization") for topic in TOPICS for model in topic.models]
    _, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Một Cửa",
            "version": "1.0.0",
            "description": "What the services say to each other.",
        },
        "defaultContentType": "application/json",
        "channels": {t.name.replace(".", "_"): _channel(t) for t in TOPICS},
        "operations": {f"{t.emitter}_sends_{t.name.replace('.', '_')}": _operation(t) for t in TOPICS},
        "components": {
            "schemas": schemas["$defs"],
            "messages": {m.__name__: _message(m) for t in TOPICS for m in t.models},
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    messages = {m.__name__: {"$ref": f"#/components/messages/{m.__name__}"} for m in topic.models}
    policy = ["compact"] if topic.compacted else ["delete"]
    binding = {"partitions": topic.partitions, "topicConfiguration": {"cleanup.policy": policy}}
    return {"address": topic.name, "messages": messages, "bindings": {"kafka": binding}}


def _operation(topic: Topic) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{topic.name.replace('.', '_')}"}}


def _message(model: type[Event]) -> dict[str, Any]:
    return {
        "name": model.model_fields["type"].default,
        "title": model.__name__,
        "summary": inspect.cleandoc(model.__doc__ or ""),
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }


def pages() -> dict[Path, str]:
    """Return every generated file with its text."""
    document = json.dumps(asyncapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return {DOCS / "events.md": events_page(), DOCS / "asyncapi.json": document}


def main() -> None:
    """Write the files."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
