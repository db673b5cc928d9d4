"""Hypothesis strategies that make any contract model out of its own annotations."""

import types
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Le, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

MOMENTS = st.datetimes(min_value=datetime(2018, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))
DATES = st.dates(min_value=date(2018, 1, 1), max_value=date(2030, 1, 1))


def of_field(field: FieldInfo) -> st.SearchStrategy[Any]:
    annotation = field.annotation
    if field.metadata:
        annotation = Annotated[(annotation, *field.metadata)]
    return of(annotation)


def of(annotation: Any) -> st.SearchStrategy[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _of_annotated(*get_args(annotation))
    if origin is Literal:
        return st.sampled_from(get_args(annotation))
    if origin in {Union, types.UnionType}:
        return st.one_of([of(arm) for arm in get_args(annotation)])
    if origin is tuple:
        return _of_tuple(get_args(annotation), minimum=0)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return of_model(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    return _PLAIN[annotation]


_PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    UUID: st.uuids(),
    bool: st.booleans(),
    int: st.integers(0, 10_000),
    date: DATES,
    datetime: MOMENTS,
    type(None): st.none(),
}


def _of_tuple(arms: tuple[Any, ...], *, minimum: int) -> st.SearchStrategy[Any]:
    if arms[-1] is Ellipsis:
        return st.lists(of(arms[0]), min_size=minimum, max_size=3).map(tuple)
    return st.tuples(*[of(arm) for arm in arms])


def _of_annotated(inner: Any, *metadata: Any) -> st.SearchStrategy[Any]:
    flat = [m for item in metadata for m in (item.metadata if isinstance(item, FieldInfo) else [item])]
    for item in flat:
        if isinstance(item, StringConstraints):
            return _of_string(item)
    low = next((m.ge for m in flat if isinstance(m, Ge)), 0)
    high = next((m.le for m in flat if isinstance(m, Le)), 10_000)
    if inner is int:
        return st.integers(low, high)
    if get_origin(inner) is tuple:
        return _of_tuple(
            get_args(inner), minimum=next((m.min_length for m in flat if isinstance(m, MinLen)), 0)
        )
    if inner is str:
        pattern = next(m.pattern for m in flat if hasattr(m, "pattern") and m.pattern)
        return st.from_regex(pattern.replace("$", r"\Z"), fullmatch=True)
    return MOMENTS if getattr(inner, "__name__", "") == "AwareDatetime" or inner is datetime else of(inner)


def _of_string(constraints: StringConstraints) -> st.SearchStrategy[str]:
    if constraints.pattern is None:
        return st.sampled_from(["Đăng ký khai sinh", "Ủy ban nhân dân phường Hồng Hà"])
    pattern = str(constraints.pattern).removesuffix("$") + r"\Z"
    return st.from_regex(pattern, fullmatch=True)


def of_model(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields = {name: of_field(field) for name, field in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(lambda values: model.model_validate(values))
