"""A person who sends a wrong shape is told so in Vietnamese, by field and rule."""

from datetime import date
from typing import Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, ValidationError

from libs.shape_words import shape_error


class Asked(BaseModel):
    on: date = date(2022, 1, 1)
    by: Literal["level", "unit"] = "level"
    limit: int = Field(default=1, ge=1)
    batch: UUID = UUID(int=1)


WRONG = [
    ({"on": "2022-13-01"}, "on", "Ngày phải theo dạng 2022-12-31"),
    ({"by": "x"}, "by", "Chỉ nhận một trong: 'level' hoặc 'unit'"),
    ({"limit": 0}, "limit", "Không được nhỏ hơn 1"),
    ({"limit": "x"}, "limit", "Phải là số nguyên"),
    ({"batch": "x"}, "batch", "Không phải định danh (UUID) hợp lệ"),
]


@pytest.mark.parametrize(("values", "field", "message"), WRONG)
def test_each_shape_has_its_words(values, field, message):
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate(values)

    entry = shape_error(caught.value.errors()[0] | {"loc": ("query", field)})

    assert (entry["field"], entry["message"]) == (field, message)


def test_broken_json_names_no_field():
    entry = shape_error({"type": "json_invalid", "loc": ("body", 1), "msg": "JSON decode error"})

    assert entry == {"field": "", "rule": "json_invalid", "message": "Nội dung không phải JSON hợp lệ"}


def test_a_rule_without_words_keeps_its_own():
    assert shape_error({"type": "odd", "loc": ("query", "a"), "msg": "Odd"})["message"] == "Odd"
