"""Moments people ask for are written out: a bare number would be read as seconds since 1970."""

import pytest
from pydantic import TypeAdapter, ValidationError

from libs.day_range import AskedMoment


@pytest.mark.parametrize("number", ["2022", "20221231", "-1", "1.5", 2022])
def test_a_number_is_no_moment(number: object):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(AskedMoment).validate_python(number)
    assert refused.value.errors()[0]["type"] == "datetime_parsing"


def test_a_moment_is_read():
    assert TypeAdapter(AskedMoment).validate_python("2022-12-31T08:00:00+07:00").hour == 8
