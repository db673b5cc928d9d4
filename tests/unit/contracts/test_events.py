"""Events keep their promises: they round-trip, stay immutable, and cannot hold a person."""

import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel, StringConstraints, TypeAdapter, ValidationError

import contracts
from contracts import catalogue, codes
from contracts.catalogue import PublicName
from contracts.envelope import DossierEvent, Event
from contracts.topics import TOPICS, parse, to_bytes
from tests import strategies

MODELS = [(topic.name, model) for topic in TOPICS for model in topic.models]
EVENTS = [(name, model) for name, model in MODELS if issubclass(model, DossierEvent)]
EXAMPLES = sorted((Path(contracts.__file__).parent / "examples").glob("*/*.json"))
PERSONAL = [
    "Nguyễn Văn An",
    "nguyen van an",
    "Nguyen-Van-An",
    "001195001234",
    "0912345678",
    "+84912345678",
    "an@example.vn",
    "12 Lê Lợi, phường Bến Nghé",
]


def _ids(case: tuple[str, type[BaseModel]]) -> str:
    return case[1].__name__


@pytest.mark.parametrize("case", MODELS, ids=_ids)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=strategies.st.data())
def test_any_event_round_trips(case, data):
    topic, model = case
    event = data.draw(strategies.of_model(model))

    assert parse(topic, to_bytes(event)) == event


def _leaves(annotation: Any, seen: set[type]) -> Iterator[Any]:
    """Yield every leaf type of a model; an Annotated string is a leaf of its own."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *_metadata = get_args(annotation)
        if inner is str:
            yield annotation
        else:
            yield from _leaves(inner, seen)
    elif origin is Literal:
        return
    elif origin in {Union, types.UnionType, tuple}:
        for arm in get_args(annotation):
            yield from _leaves(arm, seen)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in seen:
            seen.add(annotation)
            for field in annotation.model_fields.values():
                whole = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
                yield from _leaves(whole, seen)
    else:
        yield annotation


def _string_types(model: type[BaseModel]) -> list[Any]:
    return [
        leaf
        for leaf in _leaves(model, set())
        if leaf is str or (get_origin(leaf) is Annotated and get_args(leaf)[0] is str)
    ]


@pytest.mark.parametrize("case", MODELS, ids=_ids)
def test_no_field_is_a_bare_string(case):
    assert str not in _string_types(case[1])


@pytest.mark.parametrize("case", EVENTS, ids=_ids)
def test_no_string_of_a_dossier_event_can_carry_a_person(case):
    for kind in _string_types(case[1]):
        adapter = TypeAdapter(kind)
        for words in PERSONAL:
            with pytest.raises(ValidationError):
                adapter.validate_python(words)


def test_every_code_type_refuses_personal_data():
    kinds = [
        value
        for value in vars(codes).values()
        if get_origin(value) is Annotated and get_args(value)[0] is str
    ]

    accepted = [(kind, words) for kind in kinds for words in PERSONAL if _accepts(kind, words)]

    assert len(kinds) >= 9
    assert accepted == []


def _accepts(kind: Any, words: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(words)
    except ValidationError:
        return False
    return True


def test_names_occur_only_in_the_catalogue():
    named = {model.__name__ for _, model in MODELS if any(k == PublicName for k in _string_types(model))}

    assert named <= {name for name in vars(catalogue) if name.endswith("Item")}


@pytest.mark.parametrize("case", MODELS, ids=_ids)
def test_every_event_says_what_it_means(case):
    assert case[1].__doc__
    assert case[1].model_fields["data"].annotation.__doc__


@pytest.mark.parametrize("case", EVENTS, ids=_ids)
def test_the_type_names_emitter_and_class(case):
    topic, model = case
    emitter = topic.partition(".")[0]

    assert model.model_fields["type"].default == f"vn.motcua.{emitter}.{model.__name__}.v1"
    assert model.model_fields["source"].default == f"/motcua/{emitter}"
    assert model.EMITTER == emitter
    assert model.TOPIC == topic


def test_an_event_cannot_be_changed():
    model: type[Event] = EVENTS[0][1]
    event = parse(
        "intake.events", next(p for p in EXAMPLES if p.stem.startswith("DossierSubmitted")).read_bytes()
    )

    assert isinstance(event, model)
    with pytest.raises(ValidationError):
        event.dossierseq = 7


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_still_parses_and_is_what_we_would_write(path):
    raw = path.read_bytes()
    event = next(
        parse(topic, raw) for topic, model in MODELS if model.__name__ == path.stem.rpartition("-")[0]
    )

    assert json.loads(to_bytes(event)) == json.loads(raw)


def test_every_event_has_an_example():
    shown = {path.stem.rpartition("-")[0] for path in EXAMPLES}

    assert {model.__name__ for _, model in MODELS} == shown


def test_unknown_fields_of_a_newer_emitter_are_ignored():
    path = next(p for p in EXAMPLES if p.stem.startswith("DossierReceived"))
    body = json.loads(path.read_bytes())
    body["data"]["from_the_future"] = 1

    assert parse("intake.events", json.dumps(body)) == parse("intake.events", path.read_bytes())


def test_a_moment_without_an_offset_is_refused():
    path = next(p for p in EXAMPLES if p.stem.startswith("DossierReceived"))
    body = json.loads(path.read_bytes())
    body["time"] = "2026-11-22T08:00:00"

    with pytest.raises(ValidationError):
        parse("intake.events", json.dumps(body))


def test_dossier_topics_share_one_partition_count():
    assert len({t.partitions for t in TOPICS if not t.compacted}) == 1


def test_string_constraints_are_anchored():
    for kind in vars(codes).values():
        if get_origin(kind) is Annotated and get_args(kind)[0] is str:
            constraints = next(m for m in get_args(kind)[1:] if isinstance(m, StringConstraints))
            assert str(constraints.pattern).startswith("^")
            assert str(constraints.pattern).endswith("$")
