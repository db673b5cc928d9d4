"""Events keep their promises: they round-trip, stay immutable, and cannot hold a person."""

import json
import types
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    create_model,
)

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
    "x-001195001234",
    "A0912345678",
    "A0912.345678",
    "0912.345678",
    "0912.345.678",
    "0912-345-678",
    "0912_345_678",
    "84-912-345-678",
    "N66.0912345678",
    "N66.0912.345.678",
    "001195.001234",
    "001.195.001.234",
    "P001195001234",
    "ND-61-2018/0912345678",
    "nd-0912345678",
    "nd-0912-345-678",
    "dat-dai-0912345678",
    "dat-dai-0912-345-678",
    "dat-dai-ong-nguyen-van-an-0912345678",
]
NAMES_LIKE_CODES = {"NGUYEN.VAN.AN": codes.UnitCode, "nguyen-van-an": codes.FieldCode}


def _ids(case: tuple[str, type[BaseModel]]) -> str:
    return case[1].__name__


@pytest.mark.parametrize("case", MODELS, ids=_ids)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=strategies.st.data())
def test_any_event_round_trips(case, data):
    topic, model = case
    event = data.draw(strategies.of_model(model))

    assert parse(topic, to_bytes(event)) == event


PLAIN = frozenset({UUID, datetime, date, int, bool, Decimal, type(None), AwareDatetime})
"""Leaves that hold no words. What is neither one of these nor a known shape makes the proof fail."""


def _leaves(annotation: Any, seen: set[type]) -> Iterator[Any]:
    """Yield every leaf type of a model; an Annotated string is a leaf of its own, and so is an unknown shape."""
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
            if arm is not Ellipsis:
                yield from _leaves(arm, seen)
    elif isinstance(annotation, type) and origin is None and issubclass(annotation, BaseModel):
        if annotation not in seen:
            seen.add(annotation)
            for field in annotation.model_fields.values():
                whole = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
                yield from _leaves(whole, seen)
    else:
        yield annotation


def _may_hold_words(leaf: Any) -> bool:
    """Tell whether nothing bounds what a leaf can say."""
    if get_origin(leaf) is Annotated:
        return leaf != PublicName and not any(getattr(m, "pattern", None) for m in get_args(leaf)[1:])
    return leaf not in PLAIN and not (isinstance(leaf, type) and issubclass(leaf, Enum))


def _string_types(model: type[BaseModel]) -> list[Any]:
    return [leaf for leaf in _leaves(model, set()) if get_origin(leaf) is Annotated]


ANYTHING = ConfigDict(arbitrary_types_allowed=True)


class Words(str):
    """A string in disguise."""

    __slots__ = ()


@pytest.mark.parametrize(
    "kind",
    [
        str,
        str | None,
        Words,
        list[str],
        tuple[str, ...],
        dict[str, str],
        frozenset[str],
        frozenset[UUID],
        Any,
        object,
        bytes,
        Annotated[str, StringConstraints(max_length=20)],
        tuple[Annotated[str, Field(min_length=1)], ...],
    ],
)
def test_the_proof_fails_for_a_field_that_may_hold_words(kind):
    nested = create_model("Nested", __config__=ANYTHING, note=(kind, ...))
    model = create_model("Bad", code=(codes.UnitCode, ...), inner=(tuple[nested, ...] | None, None))

    assert [leaf for leaf in _leaves(model, set()) if _may_hold_words(leaf)]


@pytest.mark.parametrize("case", MODELS, ids=_ids)
def test_no_field_may_hold_free_words(case):
    assert [leaf for leaf in _leaves(case[1], set()) if _may_hold_words(leaf)] == []


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


@pytest.mark.parametrize("words", NAMES_LIKE_CODES)
def test_a_name_written_as_a_code_cannot_be_told_from_one_so_intake_asks_its_catalogue(words):
    assert _accepts(NAMES_LIKE_CODES[words], words)


REAL = {
    codes.UnitCode: "N66.C24169 P49.D502.C20344.CA P49.D513.C20821A N48.THUE.CS518 H47.48.26.01 000.00.01.H22 "
    "VN.2026.S0831 N66.C24169.2026.D7",
    codes.AgencyCode: "H12 H12.164 H15.202.03 H47.48.26.01 G01.899.107.000 000.00.01.H22",
    codes.ProcedureCode: "1.004222 1.012753.H19 1.004884.000.00.00.H47 T-QNA-285033-TT",
    codes.DossierCode: "H15.50.05.13-261008-0975 000.00.01.H22-220111-0001 G01.899.107.000-261008-0975",
    codes.FieldCode: "dat-dai dang-ky-kinh-doanh nong-nghiep-moi-truong pccc",
    codes.ForeignCode: "G01.899.101-261120 H47.31-2022-0001 BTC-2022-000123",
}


@pytest.mark.parametrize(("kind", "code"), [(k, c) for k, text in REAL.items() for c in text.split()])
def test_real_codes_are_accepted(kind, code):
    assert _accepts(kind, code)


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
