"""Persons' data: how it is cleaned, folded for searching, and put into Vietnamese order."""

import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: index + 1 for index, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng
_SPACES = re.compile(r"\s+")
_NOT_DIGITS = re.compile(r"[\s.()\-]+")


def tidy(text: str) -> str:
    """Return the text in NFC with single spaces and nothing around it."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """Return the text without accents and case, as people type it in a hurry: `Đặng` → `dang`."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return tidy("".join(letter for letter in bare if not unicodedata.combining(letter)))


def words(name: str) -> list[str]:
    """Return the folded words of a name, each once, for the search index."""
    return sorted(set(fold(name).split()))


def sort_key(name: str) -> bytes:
    """Return bytes that sort names as a Vietnamese list does: given name first, letters before tones."""
    syllables = tidy(name).lower().split()
    return _part(syllables[-1:]) + b"\x00\x00" + _part(syllables[:-1])


def _part(syllables: list[str]) -> bytes:
    split = [_syllable(syllable) for syllable in syllables]
    return b"\x00".join([*(letters for letters, _ in split), b"", *(tones for _, tones in split)])


def _syllable(syllable: str) -> tuple[bytes, bytes]:
    letters, tones = bytearray(), bytearray()
    for character in syllable:
        letter, tone = _split(character)
        letters.append(_RANK.get(letter, 63))
        tones.append(tone + 1)
    return bytes(letters), bytes(tones)


def _split(character: str) -> tuple[str, int]:
    marks = unicodedata.normalize("NFD", character)
    tone = next((_TONES[mark] for mark in marks if mark in _TONES), 0)
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES)), tone


def phone_digits(text: str) -> str:
    """Return a phone number as `0…`, whatever spaces, dots or `+84` it was written with."""
    bare = _NOT_DIGITS.sub("", text)
    for prefix in ("+84", "0084"):
        if bare.startswith(prefix):
            return "0" + bare.removeprefix(prefix).removeprefix("0")
    return bare


def mask_phone(phone: str) -> str:
    """Return a phone number of which only the last three digits can be read."""
    return "•" * max(len(phone) - 3, 0) + phone[-3:]
