"""Names folded as people type them and sorted as a Vietnamese list sorts them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.people import fold, mask_phone, phone_digits, sort_key, words


def test_names_sort_by_given_name_then_letters_then_tones():
    ordered = [
        "Trần Văn An",
        "Lê Thị Ân",
        "Nguyễn Văn Ba",
        "Nguyễn Văn Bà",
        "Nguyễn Văn Bả",
        "Nguyễn Văn Bá",
        "Nguyễn Văn Bạ",
        "Nguyễn Văn Dung",
        "Đặng Thị Dũng",
        "Đỗ Thị Dũng",
        "Bùi Văn Đức",
        "Bùi Văn Em",
        "Bùi Văn Ơn",
        "Bùi Văn Uyên",
        "Bùi Văn Ưng",
    ]
    mixed = random.Random(1).sample(ordered, len(ordered))

    assert sorted(mixed, key=sort_key) == ordered


def test_composed_and_decomposed_letters_are_the_same_name():
    assert sort_key("Nguye\u0302\u0303n Thi\u0323 Ho\u0301a") == sort_key("Nguyễn Thị Hóa")
    assert fold("ĐẶNG  Thị\u00a0Hoà") == "dang thi hoa"
    assert words("Nguyễn Văn Văn") == ["nguyen", "van"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0900 000 123", "0900000123"),
        ("+84 900.000.123", "0900000123"),
        ("0084900000123", "0900000123"),
        ("", ""),
    ],
)
def test_phones_are_stored_one_way(typed, stored):
    assert phone_digits(typed) == stored


def test_a_masked_phone_shows_three_digits():
    assert mask_phone("0900000123") == "•••••••123"


@given(st.text(max_size=40))
def test_folding_any_text_is_idempotent_and_never_fails(text):
    assert fold(fold(text)) == fold(text)
    sort_key(text)
